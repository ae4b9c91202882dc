import { Arg, Field, ID, Int, ObjectType } from 'type-graphql';
import { approachKey } from '../../../projections/approaches';
import { includesMunicipality } from '../../domain/audience';
import type { Verdict } from '../../domain/events';
import type { ApproachReading } from '../approach-reading';
import { yearAsked } from '../as-of';
import { connectionType } from '../connection';
import { DerivedField } from '../derived-field';
import { VerdictEnum } from '../enums';
import { userError } from '../errors';
import { eventPage } from '../event-page';
import { toNodeId } from '../node-id';
import { AssessmentType } from './assessment-type';
import { EventConnection } from './event-type';
import { AttentionPointType, attentionPointsOf, FindingType } from './finding-type';
import { ImprovementPointType, NodeType } from './improvement-point-type';
import { MunicipalityType, municipalityType } from './municipality-type';
import { DevelopmentType, IndicatorVerdictType } from './verdict-type';

@ObjectType('Approach', {
  description: 'What a municipality does, the subject of assessment (aanpak).',
  implements: NodeType,
  simpleResolvers: true,
})
export class ApproachType extends NodeType {
  readonly #reading: ApproachReading;
  #municipality: MunicipalityType | undefined;

  constructor(reading: ApproachReading) {
    super(toNodeId('Approach', approachKey(reading.row), reading.asOf.asked));
    this.#reading = reading;
    reading.expectDescription();
  }

  @DerivedField(() => String, { description: 'Its name made fit for addresses; unique in its municipality.' })
  get slug(): string {
    return this.#reading.row.slug;
  }

  @DerivedField(() => String, { description: 'Its name, as the first document gives it.' })
  get name(): string {
    return this.#reading.history.registration?.name ?? this.#reading.row.slug;
  }

  @DerivedField(() => String, {
    nullable: true,
    description: 'As the latest assessment that describes it does.',
  })
  get description(): string | null {
    return this.#reading.description;
  }

  @DerivedField(() => MunicipalityType, {
    description: 'The municipality, under the name and code that it had.',
  })
  get municipality(): MunicipalityType {
    this.#municipality ??= municipalityType(this.#reading.row.municipality);
    return this.#municipality;
  }

  @Field(() => [AssessmentType], { description: 'Its assessments, oldest first.' })
  async assessments(): Promise<AssessmentType[]> {
    const { assessments } = this.#reading;
    this.#reading.expectDescriptions(assessments);
    return assessments.map((assessment) => new AssessmentType(this.#reading, assessment));
  }

  @Field(() => [AssessmentType], {
    description: 'Its assessments that are under way, oldest first: their findings do not count yet.',
  })
  drafts(): AssessmentType[] {
    return this.#reading.drafts.map((assessment) => new AssessmentType(this.#reading, assessment));
  }

  @Field(() => [IndicatorVerdictType], {
    description: 'The verdict that stands for each indicator, in framework order.',
  })
  async verdicts(
    @Arg('theme', () => String, {
      nullable: true,
      description: 'Only indicators of the theme with this code.',
    })
    theme: string | null,
    @Arg('status', () => VerdictEnum, { nullable: true, description: 'Only this verdict.' })
    status: Verdict | null,
  ): Promise<IndicatorVerdictType[]> {
    return (await this.#reading.standings())
      .filter((standing) => theme == null || standing.indicator.criterion.theme.code === theme)
      .filter((standing) => status == null || standing.status === status)
      .map((standing) => new IndicatorVerdictType(this.#reading, standing));
  }

  @Field(() => DevelopmentType, { description: 'How the verdicts developed between two reference years.' })
  async development(
    @Arg('from', () => Int, { description: 'The earlier reference year.' }) from: number,
    @Arg('to', () => Int, { description: 'The later reference year.' }) to: number,
  ): Promise<DevelopmentType> {
    yearAsked(from, 'from');
    yearAsked(to, 'to');
    if (from >= to) throw userError(`from is ${from} and to is ${to}; expected an earlier and a later year`);
    return new DevelopmentType(this.#reading, from, to, await this.#reading.development(from, to));
  }

  @Field(() => FindingType, {
    nullable: true,
    description:
      'A reading of a finding, by the UUID that events and `Finding.id` have, whether it stands or not; null where there is none.',
  })
  async finding(
    @Arg('id', () => ID, { description: 'UUID of the reading.' }) id: string,
  ): Promise<FindingType | null> {
    const found = await this.#reading.finding(id);
    return found === null ? null : new FindingType(this.#reading, found);
  }

  @Field(() => [ImprovementPointType], {
    description: 'Its improvement points, in the order in which they were recorded.',
  })
  async improvementPoints(): Promise<ImprovementPointType[]> {
    const points = await this.#reading.improvementPoints();
    return points.map((point) => new ImprovementPointType(this.#reading, point));
  }

  @Field(() => [AttentionPointType], {
    description: 'All warnings whose finding was not withdrawn, in the order raised.',
  })
  async attentionPoints(): Promise<AttentionPointType[]> {
    return attentionPointsOf(this.#reading, await this.#reading.attentionPoints());
  }

  @Field(() => Int, {
    nullable: true,
    description:
      'How often it was written to, less one, by anybody: the `expectedRevision` of a command that is to build on what is shown here. Null for who may not write to it.',
  })
  revision(): number | null {
    const { scope, stream, asOf, row } = this.#reading;
    // It counts what others have under way too.
    return includesMunicipality(asOf.audience, row.municipality) ? scope.revisionAt(stream, asOf.upTo) : null;
  }

  @Field(() => EventConnection, { description: 'The events of this approach, in order.' })
  async history(
    @Arg('first', () => Int, { defaultValue: 50, description: 'At most so many, from 1 to 100.' })
    first: number,
    @Arg('after', () => String, { nullable: true, description: 'Behind this cursor.' }) after: string | null,
  ): Promise<EventConnection> {
    const { scope, stream } = this.#reading;
    const events = await this.#reading.events();
    return eventPage(scope, first, after, async (begin, limit) =>
      events
        .filter(({ position }) => position > Math.min(begin.position, begin.from))
        .slice(0, limit)
        .map(({ position, revision }) => ({ stream, position, revision, from: position })),
    );
  }
}

export const ApproachConnection = connectionType('Approach', () => ApproachType);
export type ApproachConnection = InstanceType<typeof ApproachConnection>;
