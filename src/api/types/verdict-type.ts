import { Field, Int, ObjectType } from 'type-graphql';
import { type Change, countChanges, type IndicatorChange, restsOnCorrection } from '../../domain/development';
import type { Verdict, VerdictBasis } from '../../domain/events';
import type { Indicator } from '../../domain/framework';
import { attentionPointsAt } from '../../domain/improvement';
import type { Standing } from '../../domain/verdicts';
import type { ApproachReading } from '../approach-reading';
import { DerivedField } from '../derived-field';
import { ChangeEnum, VerdictBasisEnum, VerdictEnum } from '../enums';
import { eventsBehind } from '../explanation';
import { EventObject } from './event-type';
import { AttentionPointType, attentionPointsOf, FindingType, findingsOf } from './finding-type';
import { IndicatorType } from './framework-type';

@ObjectType('IndicatorVerdict', {
  description: 'The verdict that stands for an indicator: until it is tested again.',
  simpleResolvers: true,
})
export class IndicatorVerdictType {
  readonly #reading: ApproachReading;
  readonly #standing: Standing;
  #findings: readonly FindingType[] | undefined;
  #attentionPoints: readonly AttentionPointType[] | undefined;

  constructor(reading: ApproachReading, standing: Standing) {
    this.#reading = reading;
    this.#standing = standing;
  }

  @DerivedField(() => IndicatorType, { description: 'The indicator.' })
  get indicator(): Indicator {
    return this.#standing.indicator;
  }

  @DerivedField(() => VerdictEnum, {
    description: 'Met where every finding that covers it in that assessment is.',
  })
  get status(): Verdict {
    return this.#standing.status;
  }

  @DerivedField(() => VerdictBasisEnum, { description: 'What the test rested on.' })
  get basis(): VerdictBasis {
    return this.#standing.basis;
  }

  @DerivedField(() => Int, { description: 'The reference year of the test that the verdict rests on.' })
  get assessedIn(): number {
    return this.#standing.assessedIn;
  }

  @DerivedField(() => Boolean, {
    description: 'True where it was not tested in the year asked about: then it says nothing of that year.',
  })
  get carriedForward(): boolean {
    return this.#standing.carriedForward;
  }

  @DerivedField(() => [FindingType], { description: 'The findings that it rests on.' })
  get findings(): readonly FindingType[] {
    this.#findings ??= findingsOf(this.#reading, this.#standing.tests);
    return this.#findings;
  }

  @DerivedField(() => [AttentionPointType], { description: 'The warnings beside these findings.' })
  get attentionPoints(): readonly AttentionPointType[] {
    this.#attentionPoints ??= attentionPointsOf(
      this.#reading,
      attentionPointsAt(this.#standing.tests, this.#reading.asOf),
    );
    return this.#attentionPoints;
  }

  @Field(() => [EventObject], {
    description:
      'The events that decide this verdict, in the order of the log: the test with its document, corrections and withdrawals, for a follow-up what it follows, and revisions of the framework since.',
  })
  async explanation(): Promise<EventObject[]> {
    return eventsBehind(this.#reading, [await this.#reading.explanation(this.#standing)]);
  }
}

@ObjectType('ChangeCount', { description: 'How often a change occurs.', simpleResolvers: true })
class ChangeCountType {
  @Field(() => ChangeEnum, { description: 'The change.' })
  readonly change!: Change;
  @Field(() => Int, { description: 'The number of indicators.' })
  readonly count!: number;
  @Field(() => Int, {
    description:
      'Of these, how many rest on a finding that was first recorded with another verdict: a ✗ that was corrected to ✓ is no ✗ that improved.',
  })
  readonly corrected!: number;
}

@ObjectType('IndicatorDevelopment', {
  description: 'What became of an indicator between two years.',
  simpleResolvers: true,
})
class IndicatorDevelopmentType {
  readonly #row: IndicatorChange;
  readonly #before: IndicatorVerdictType | null;
  readonly #after: IndicatorVerdictType | null;

  constructor(reading: ApproachReading, row: IndicatorChange) {
    this.#row = row;
    this.#before = row.before === null ? null : new IndicatorVerdictType(reading, row.before);
    this.#after = row.after === null ? null : new IndicatorVerdictType(reading, row.after);
  }

  @DerivedField(() => IndicatorType, { description: 'The indicator.' })
  get indicator(): Indicator {
    return this.#row.indicator;
  }

  @DerivedField(() => ChangeEnum, { description: 'What became of it.' })
  get change(): Change {
    return this.#row.change;
  }

  @DerivedField(() => Boolean, {
    description:
      'True where `before` or `after` rests on a finding that was first recorded with another verdict, and corrected.',
  })
  get corrected(): boolean {
    return restsOnCorrection(this.#row);
  }

  @DerivedField(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The verdict standing at `from`; null where there was none.',
  })
  get before(): IndicatorVerdictType | null {
    return this.#before;
  }

  @DerivedField(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The latest test behind `from` up to `to`; null where it was not tested again.',
  })
  get after(): IndicatorVerdictType | null {
    return this.#after;
  }
}

@ObjectType('Development', {
  description: 'How the verdicts of an approach developed between two reference years.',
  simpleResolvers: true,
})
export class DevelopmentType {
  @Field(() => Int, { description: 'The earlier reference year.' })
  readonly from: number;
  @Field(() => Int, { description: 'The later reference year.' })
  readonly to: number;
  readonly #reading: ApproachReading;
  readonly #rows: readonly IndicatorChange[];
  #summary: readonly ChangeCountType[] | undefined;
  #types: readonly IndicatorDevelopmentType[] | undefined;

  constructor(reading: ApproachReading, from: number, to: number, rows: readonly IndicatorChange[]) {
    this.from = from;
    this.to = to;
    this.#reading = reading;
    this.#rows = rows;
  }

  @DerivedField(() => [ChangeCountType], {
    description: 'How often each change occurs; those that do not are left out.',
  })
  get summary(): readonly ChangeCountType[] {
    this.#summary ??= countChanges(this.#rows);
    return this.#summary;
  }

  @DerivedField(() => [IndicatorDevelopmentType], {
    description: 'A row for each indicator, in framework order; behind them those no longer asked.',
  })
  get rows(): readonly IndicatorDevelopmentType[] {
    this.#types ??= this.#rows.map((row) => new IndicatorDevelopmentType(this.#reading, row));
    return this.#types;
  }
}
