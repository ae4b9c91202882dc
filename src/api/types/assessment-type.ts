import { Field, ID, Int, ObjectType } from 'type-graphql';
import { isThere } from '../../domain/corrections';
import type { AssessmentKind, EventData, SourceKind } from '../../domain/events';
import type { AssessmentFact } from '../../domain/facts';
import { textOf } from '../../domain/free-text';
import { type AssessmentState, publicationOf, stateAt } from '../../domain/verdicts';
import type { ApproachReading } from '../approach-reading';
import { DerivedField } from '../derived-field';
import { AssessmentKindEnum, AssessmentStateEnum, SourceKindEnum } from '../enums';
import { EdtfScalar } from '../scalars';
import { FindingType, findingsOf } from './finding-type';
import { FrameworkType, frameworkType } from './framework-type';

@ObjectType('Source', { description: 'Who was asked, or what was read (bron).', simpleResolvers: true })
class SourceType {
  @Field(() => SourceKindEnum, { description: 'How it was consulted.' })
  readonly kind!: SourceKind;
  @Field(() => String, { description: 'Who or what it is.' })
  readonly name!: string;
  @Field(() => EdtfScalar, { nullable: true, description: 'When; null where the document does not say.' })
  readonly consultedOn!: string | null;
}

@ObjectType('Assessment', {
  description:
    'One inspection of an approach against one framework version, for a reference year (toezichtonderzoek).',
  simpleResolvers: true,
})
export class AssessmentType {
  readonly #reading: ApproachReading;
  readonly #assessment: AssessmentFact;
  #framework: FrameworkType | undefined;

  constructor(reading: ApproachReading, assessment: AssessmentFact) {
    this.#reading = reading;
    this.#assessment = assessment;
  }

  @DerivedField(() => ID, { description: 'UUID of the assessment.' })
  get id(): string {
    return this.#assessment.id;
  }

  @DerivedField(() => Int, { description: 'The reference year: what period its findings speak of.' })
  get year(): number {
    return this.#assessment.year;
  }

  @DerivedField(() => AssessmentKindEnum, { description: 'Baseline or follow-up.' })
  get kind(): AssessmentKind {
    return this.#assessment.kind;
  }

  @DerivedField(() => FrameworkType, { description: 'The framework version that it assessed against.' })
  get framework(): FrameworkType {
    this.#framework ??= frameworkType(this.#reading.frameworkVersion(this.#assessment));
    return this.#framework;
  }

  @Field(() => String, { description: 'The inspectorate.' })
  async assessor(): Promise<string> {
    return (await this.#corrected())?.assessor ?? this.#assessment.assessor;
  }

  @DerivedField(() => AssessmentStateEnum, { description: 'How far it is, and whether everybody sees it.' })
  get state(): AssessmentState {
    return stateAt(this.#assessment, this.#reading.asOf.upTo);
  }

  @DerivedField(() => EdtfScalar, {
    nullable: true,
    description: 'When it was made public; null where that is not known.',
  })
  get publishedOn(): string | null {
    return publicationOf(this.#assessment, this.#reading.asOf.upTo);
  }

  @DerivedField(() => String, {
    nullable: true,
    description: 'The approach as the assessment describes it.',
  })
  get description(): string | null {
    return this.#reading.descriptionIn(this.#assessment);
  }

  @Field(() => Int, { nullable: true, description: 'How many families the approach supported at the time.' })
  async familiesReached(): Promise<number | null> {
    return ((await this.#corrected()) ?? this.#assessment).familiesReached;
  }

  @Field(() => [SourceType], { description: 'Who was asked and what was read, in document order.' })
  async sources(): Promise<SourceType[]> {
    const corrected = await this.#corrected();
    if (corrected !== null) return corrected.sources;
    const { sources } = await this.#reading.found(this.#assessment);
    return sources.filter(({ position }) => position <= this.#reading.asOf.upTo);
  }

  @Field(() => [FindingType], {
    description:
      'Its findings in document order, each in the reading that stands; those that a new issue added come last.',
  })
  async findings(): Promise<FindingType[]> {
    return findingsOf(this.#reading, await this.#reading.findings(this.#assessment));
  }

  @Field(() => [FindingType], {
    description: 'Its findings that were withdrawn, each in its latest reading, in document order.',
  })
  async withdrawnFindings(): Promise<FindingType[]> {
    const standing = new Set(
      (await this.#reading.findings(this.#assessment)).map(({ reading }) => reading.root),
    );
    const { findings } = await this.#reading.found(this.#assessment);
    const gone = findings.filter(
      (finding) => !standing.has(finding.root) && isThere(finding, this.#reading.asOf),
    );
    return [...Map.groupBy(gone, ({ root }) => root).values()].flatMap((readings) => {
      const reading = readings.at(-1);
      return reading === undefined
        ? []
        : [new FindingType(this.#reading, { assessment: this.#assessment, reading })];
    });
  }

  @Field(() => [String], { description: 'What else changed in the approach, as a follow-up tells it.' })
  async notes(): Promise<string[]> {
    const corrected = await this.#corrected();
    if (corrected !== null) return corrected.developments.map(textOf);
    const { developments } = await this.#reading.found(this.#assessment);
    const told = developments.filter(({ position }) => position <= this.#reading.asOf.upTo);
    return told.map((development) => this.#reading.text(development));
  }

  #corrected(): Promise<EventData<'AssessmentCorrected'> | null> {
    return this.#reading.correctedHeader(this.#assessment);
  }
}
