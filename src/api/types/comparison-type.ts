import { Field, ObjectType } from 'type-graphql';
import type { Difference, VerdictDifference } from '../../domain/comparison';
import type { Indicator } from '../../domain/framework';
import type { AttentionPointReading, ImprovementPointReading } from '../../domain/improvement';
import type { Standing } from '../../domain/verdicts';
import type { ApproachComparison } from '../approach-comparison';
import { eventsBehind } from '../explanation';
import { EventObject } from './event-type';
import { AttentionPointType } from './finding-type';
import { IndicatorType } from './framework-type';
import { ImprovementPointType } from './improvement-point-type';
import { IndicatorVerdictType } from './verdict-type';

const CAUSES =
  'The events that made the difference, in order: those behind it that are there at one point only.';

@ObjectType('VerdictDifference', { description: 'An indicator whose verdict rests on something else.' })
class VerdictDifferenceType {
  readonly #comparison: ApproachComparison;
  readonly #difference: VerdictDifference;

  constructor(comparison: ApproachComparison, difference: VerdictDifference) {
    this.#comparison = comparison;
    this.#difference = difference;
  }

  @Field(() => IndicatorType, { description: 'The indicator, as the newer framework version tells it.' })
  indicator(): Indicator {
    return this.#difference.indicator;
  }

  @Field(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The verdict that stands at `from`; null where none does.',
  })
  before(): IndicatorVerdictType | null {
    return verdictType(this.#comparison.from, this.#difference.before);
  }

  @Field(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The verdict that stands at `to`; null where none does.',
  })
  after(): IndicatorVerdictType | null {
    return verdictType(this.#comparison.to, this.#difference.after);
  }

  @Field(() => [EventObject], { description: CAUSES })
  events(): Promise<EventObject[]> {
    return eventsBehind(this.#comparison.to, this.#difference.causes);
  }
}

@ObjectType('ImprovementPointDifference', {
  description: 'An improvement point that came, went, or of which something else is known.',
})
class ImprovementPointDifferenceType {
  readonly #comparison: ApproachComparison;
  readonly #difference: Difference<ImprovementPointReading>;

  constructor(comparison: ApproachComparison, difference: Difference<ImprovementPointReading>) {
    this.#comparison = comparison;
    this.#difference = difference;
  }

  @Field(() => ImprovementPointType, {
    nullable: true,
    description: 'As it is at `from`; null where it is not there.',
  })
  before(): ImprovementPointType | null {
    const { before } = this.#difference;
    return before === null ? null : new ImprovementPointType(this.#comparison.from, before);
  }

  @Field(() => ImprovementPointType, {
    nullable: true,
    description: 'As it is at `to`; null where it is not there.',
  })
  after(): ImprovementPointType | null {
    const { after } = this.#difference;
    return after === null ? null : new ImprovementPointType(this.#comparison.to, after);
  }

  @Field(() => [EventObject], { description: CAUSES })
  events(): Promise<EventObject[]> {
    return eventsBehind(this.#comparison.to, this.#difference.causes);
  }
}

@ObjectType('AttentionPointDifference', { description: 'An attention point that came or went.' })
class AttentionPointDifferenceType {
  readonly #comparison: ApproachComparison;
  readonly #difference: Difference<AttentionPointReading>;

  constructor(comparison: ApproachComparison, difference: Difference<AttentionPointReading>) {
    this.#comparison = comparison;
    this.#difference = difference;
  }

  @Field(() => AttentionPointType, {
    nullable: true,
    description: 'As it is at `from`; null where it is not there.',
  })
  before(): AttentionPointType | null {
    const { before } = this.#difference;
    return before && new AttentionPointType(this.#comparison.from, before);
  }

  @Field(() => AttentionPointType, {
    nullable: true,
    description: 'As it is at `to`; null where it is not there.',
  })
  after(): AttentionPointType | null {
    const { after } = this.#difference;
    return after && new AttentionPointType(this.#comparison.to, after);
  }

  @Field(() => [EventObject], { description: CAUSES })
  events(): Promise<EventObject[]> {
    return eventsBehind(this.#comparison.to, this.#difference.causes);
  }
}

@ObjectType('Comparison', {
  description:
    'What differs in an approach between two points. That a verdict was carried forward to another year is no difference. The other way round it is the same, with `before` and `after` exchanged.',
})
export class ComparisonType {
  readonly #comparison: ApproachComparison;

  constructor(comparison: ApproachComparison) {
    this.#comparison = comparison;
  }

  @Field(() => [VerdictDifferenceType], {
    description: 'The indicators whose verdict rests on other findings, in framework order.',
  })
  verdicts(): VerdictDifferenceType[] {
    return this.#comparison.verdicts.map((one) => new VerdictDifferenceType(this.#comparison, one));
  }

  @Field(() => [ImprovementPointDifferenceType], {
    description: 'The improvement points that differ, in the order in which they were recorded.',
  })
  improvementPoints(): ImprovementPointDifferenceType[] {
    return this.#comparison.improvementPoints.map(
      (one) => new ImprovementPointDifferenceType(this.#comparison, one),
    );
  }

  @Field(() => [AttentionPointDifferenceType], {
    description:
      'The attention points that are there at one point only, in the order in which they were raised.',
  })
  attentionPoints(): AttentionPointDifferenceType[] {
    return this.#comparison.attentionPoints.map(
      (one) => new AttentionPointDifferenceType(this.#comparison, one),
    );
  }
}

function verdictType(
  reading: ApproachComparison['from'],
  standing: Standing | null,
): IndicatorVerdictType | null {
  return standing === null ? null : new IndicatorVerdictType(reading, standing);
}
