import { Field, Int, ObjectType } from 'type-graphql';
import { type Change, countChanges, type IndicatorChange } from '../../domain/development';
import type { Verdict, VerdictBasis } from '../../domain/events';
import type { Indicator } from '../../domain/framework';
import type { Standing } from '../../domain/verdicts';
import type { ApproachReading } from '../approach-reading';
import { ChangeEnum, VerdictBasisEnum, VerdictEnum } from '../enums';
import { eventsBehind } from '../explanation';
import { EventObject } from './event-type';
import { AttentionPointType, attentionPointsOf, FindingType } from './finding-type';
import { IndicatorType } from './framework-type';

@ObjectType('IndicatorVerdict', {
  description: 'The verdict that stands for an indicator: until it is tested again.',
})
export class IndicatorVerdictType {
  readonly #reading: ApproachReading;
  readonly #standing: Standing;

  constructor(reading: ApproachReading, standing: Standing) {
    this.#reading = reading;
    this.#standing = standing;
  }

  @Field(() => IndicatorType, { description: 'The indicator.' })
  indicator(): Indicator {
    return this.#standing.indicator;
  }

  @Field(() => VerdictEnum, { description: 'Met where every finding that covers it in that assessment is.' })
  status(): Verdict {
    return this.#standing.status;
  }

  @Field(() => VerdictBasisEnum, { description: 'What the test rested on.' })
  basis(): VerdictBasis {
    return this.#standing.basis;
  }

  @Field(() => Int, { description: 'The reference year of the test that the verdict rests on.' })
  assessedIn(): number {
    return this.#standing.assessedIn;
  }

  @Field(() => Boolean, {
    description: 'True where it was not tested in the year asked about: then it says nothing of that year.',
  })
  carriedForward(): boolean {
    return this.#standing.carriedForward;
  }

  @Field(() => [FindingType], { description: 'The findings that it rests on.' })
  findings(): FindingType[] {
    return this.#standing.tests.map((test) => new FindingType(this.#reading, test));
  }

  @Field(() => [AttentionPointType], { description: 'The warnings beside these findings.' })
  attentionPoints(): AttentionPointType[] {
    return attentionPointsOf(this.#reading, this.#standing.tests);
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
export class ChangeCountType {
  @Field(() => ChangeEnum, { description: 'The change.' })
  readonly change!: Change;
  @Field(() => Int, { description: 'The number of indicators.' })
  readonly count!: number;
}

@ObjectType('IndicatorDevelopment', { description: 'What became of an indicator between two years.' })
export class IndicatorDevelopmentType {
  readonly #reading: ApproachReading;
  readonly #row: IndicatorChange;

  constructor(reading: ApproachReading, row: IndicatorChange) {
    this.#reading = reading;
    this.#row = row;
  }

  @Field(() => IndicatorType, { description: 'The indicator.' })
  indicator(): Indicator {
    return this.#row.indicator;
  }

  @Field(() => ChangeEnum, { description: 'What became of it.' })
  change(): Change {
    return this.#row.change;
  }

  @Field(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The verdict standing at `from`; null where there was none.',
  })
  before(): IndicatorVerdictType | null {
    return this.#row.before === null ? null : new IndicatorVerdictType(this.#reading, this.#row.before);
  }

  @Field(() => IndicatorVerdictType, {
    nullable: true,
    description: 'The latest test behind `from` up to `to`; null where it was not tested again.',
  })
  after(): IndicatorVerdictType | null {
    return this.#row.after === null ? null : new IndicatorVerdictType(this.#reading, this.#row.after);
  }
}

@ObjectType('Development', {
  description: 'How the verdicts of an approach developed between two reference years.',
})
export class DevelopmentType {
  @Field(() => Int, { description: 'The earlier reference year.' })
  readonly from: number;
  @Field(() => Int, { description: 'The later reference year.' })
  readonly to: number;
  readonly #reading: ApproachReading;
  readonly #rows: readonly IndicatorChange[];

  constructor(reading: ApproachReading, from: number, to: number, rows: readonly IndicatorChange[]) {
    this.from = from;
    this.to = to;
    this.#reading = reading;
    this.#rows = rows;
  }

  @Field(() => [ChangeCountType], {
    description: 'How often each change occurs; those that do not are left out.',
  })
  summary(): ChangeCountType[] {
    return countChanges(this.#rows);
  }

  @Field(() => [IndicatorDevelopmentType], {
    description: 'A row for each indicator, in framework order; behind them those no longer asked.',
  })
  rows(): IndicatorDevelopmentType[] {
    return this.#rows.map((row) => new IndicatorDevelopmentType(this.#reading, row));
  }
}
