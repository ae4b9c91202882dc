import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Verdict, VerdictBasis } from '../../domain/events';
import type { Indicator } from '../../domain/framework';
import { VerdictBasisEnum, VerdictEnum } from '../enums';
import { IndicatorType } from './framework-type';

@ObjectType('EventApproach', {
  description: 'The approach that an event is of, by what `approach` and `node` ask for.',
  simpleResolvers: true,
})
export class EventApproachType {
  // Not `id`: a client that keeps things by their id would take it for an approach.
  @Field(() => ID, { description: 'Global id of the approach.' })
  readonly approachId!: string;
  @Field(() => String, { description: 'CBS code of its municipality, such as `GM0935`.' })
  readonly municipality!: string;
  @Field(() => String, { description: 'Its slug, such as `integrale-aanpak`.' })
  readonly slug!: string;
}

@ObjectType('VerdictState', {
  description: 'A verdict as it stood before or after an event.',
  simpleResolvers: true,
})
class VerdictStateType {
  @Field(() => VerdictEnum, { description: 'The verdict.' })
  readonly status!: Verdict;
  @Field(() => VerdictBasisEnum, { description: 'What the test rested on.' })
  readonly basis!: VerdictBasis;
  @Field(() => Int, { description: 'The reference year of the test that it rests on.' })
  readonly assessedIn!: number;
}

@ObjectType('VerdictChange', {
  description: 'What an event did to the verdict that stands for an indicator.',
  simpleResolvers: true,
})
export class VerdictChangeType {
  @Field(() => IndicatorType, { description: 'The indicator.' })
  readonly indicator!: Indicator;
  @Field(() => VerdictStateType, {
    nullable: true,
    description: 'What stood before the event; null where nothing did.',
  })
  readonly before!: VerdictStateType | null;
  @Field(() => VerdictStateType, {
    nullable: true,
    description: 'What stands by the event; null where nothing does.',
  })
  readonly after!: VerdictStateType | null;
}
