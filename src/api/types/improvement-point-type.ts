import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import { approachKey } from '../../../projections/approaches';
import type { CommitmentOutcome, Verdict, VerdictBasis } from '../../domain/events';
import type { FollowUpState } from '../../domain/follow-up-states';
import type { Indicator } from '../../domain/framework';
import type {
  CommitmentReading,
  FollowUpReading,
  ImprovementPointReading,
  ImprovementPointStatus,
} from '../../domain/improvement';
import type { ApproachReading } from '../approach-reading';
import { connectionType } from '../connection';
import { DerivedField } from '../derived-field';
import { CommitmentStatusEnum, ImprovementPointStatusEnum, VerdictBasisEnum, VerdictEnum } from '../enums';
import { toNodeId } from '../node-id';
import { EdtfScalar } from '../scalars';
import { CorrectionType } from './correction-type';
import { FindingType, findingsOf, indicatorsOfFinding } from './finding-type';
import { IndicatorType } from './framework-type';

@InterfaceType('Node', { description: 'Something with a global id, to be had again by `node(id:)` (Relay).' })
export abstract class NodeType {
  @Field(() => ID, {
    description:
      'Opaque global id. Where it was read as of a point (`asOf`, `compare`) that is part of it, and `node(id:)` reads from there again; wherever an id is an argument beside that, the point in it makes no difference.',
  })
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

@ObjectType('FollowUp', {
  description:
    'What the municipality reported about an improvement point, and how it was then judged (opvolging).',
  simpleResolvers: true,
})
export class FollowUpType {
  readonly #reading: ApproachReading;
  readonly #followUp: FollowUpReading;
  readonly #point: string | null;
  /** The state that it is; null for the one that stands. */
  readonly #is: FollowUpState | null;
  #findings: readonly FindingType[] | undefined;

  /** @param point the improvement point that it is about, by its id; null where it is about all of a report */
  constructor(
    reading: ApproachReading,
    followUp: FollowUpReading,
    point: string | null = null,
    state: FollowUpState | null = null,
  ) {
    this.#reading = reading;
    this.#followUp = followUp;
    this.#point = point;
    this.#is = state;
  }

  @DerivedField(() => ID, {
    nullable: true,
    description: 'UUID of the report; null where it was judged without one.',
  })
  get id(): string | null {
    return this.#followUp.report?.id ?? null;
  }

  @DerivedField(() => String, {
    nullable: true,
    description: 'Who reported; null where it was judged without a report.',
  })
  get reportedBy(): string | null {
    return this.#followUp.report?.reportedBy ?? null;
  }

  @DerivedField(() => EdtfScalar, {
    nullable: true,
    description: 'When it was reported; null where that is not known.',
  })
  get reportedOn(): string | null {
    return this.#followUp.report?.reportedOn ?? null;
  }

  @DerivedField(() => VerdictEnum, {
    nullable: true,
    description: 'How it was judged; null while it was not.',
  })
  get verdict(): Verdict | null {
    const verdicts = this.#followUp.judgements.map(({ reading }) => reading.verdict);
    if (verdicts.length === 0) return null;
    return verdicts.every((verdict) => verdict === 'MET') ? 'MET' : 'IMPROVEMENT_NEEDED';
  }

  @DerivedField(() => VerdictBasisEnum, {
    nullable: true,
    description: 'What the judgement rested on; null while there is none.',
  })
  get basis(): VerdictBasis | null {
    const bases = this.#followUp.judgements.map(({ reading }) => reading.basis);
    return bases.includes('REPORTED') ? 'REPORTED' : (bases[0] ?? null);
  }

  @DerivedField(() => String, {
    nullable: true,
    description: 'What was found, a paragraph a finding; before it was judged, what was reported.',
  })
  get narrative(): string | null {
    const { report, judgements } = this.#followUp;
    if (judgements.length === 0) return report?.narrated ? this.#reading.text(report) : null;
    return judgements.map(({ reading }) => this.#reading.text(reading)).join('\n\n');
  }

  @DerivedField(() => Int, {
    nullable: true,
    description: 'Reference year of the judgement; null while there is none.',
  })
  get assessedIn(): number | null {
    return this.#followUp.judgements[0]?.assessment.year ?? null;
  }

  @DerivedField(() => [FindingType], {
    description: 'The findings that judge it; empty while there are none.',
  })
  get findings(): readonly FindingType[] {
    this.#findings ??= findingsOf(this.#reading, this.#followUp.judgements);
    return this.#findings;
  }

  @Field(() => FollowUpType, {
    nullable: true,
    description:
      'It as it was read before the report or a judgement was corrected or withdrawn; null where neither was.',
  })
  corrects(): Promise<FollowUpType | null> {
    return this.#state(-1);
  }

  @Field(() => FollowUpType, {
    nullable: true,
    description: 'It as it was read after the next correction or withdrawal; null where it stands.',
  })
  supersededBy(): Promise<FollowUpType | null> {
    return this.#state(1);
  }

  @Field(() => CorrectionType, {
    nullable: true,
    description: 'Why and by whom it was corrected to read so; null where it is as it was first.',
  })
  async correction(): Promise<CorrectionType | null> {
    const { states, index } = await this.#states();
    const change = states[index]?.change ?? null;
    return change === null ? null : CorrectionType.read(this.#reading, change);
  }

  /** The state so many corrections later; null where there is none. */
  async #state(later: number): Promise<FollowUpType | null> {
    const { states, index } = await this.#states();
    const state = states[index + later];
    return state === undefined ? null : new FollowUpType(this.#reading, state.followUp, this.#point, state);
  }

  async #states(): Promise<{ states: readonly FollowUpState[]; index: number }> {
    const states = await this.#reading.followUpStates(this.#followUp, this.#point);
    const change = this.#is?.change?.revision;
    const index =
      this.#is === null ? states.length - 1 : states.findIndex((one) => one.change?.revision === change);
    return { states, index };
  }
}

@ObjectType('Commitment', { description: 'A promise about an improvement point.', simpleResolvers: true })
export class CommitmentType {
  readonly #reading: ApproachReading;
  readonly #commitment: CommitmentReading;

  constructor(reading: ApproachReading, commitment: CommitmentReading) {
    this.#reading = reading;
    this.#commitment = commitment;
  }

  @DerivedField(() => ID, { description: 'UUID of the promise.' })
  get id(): string {
    return this.#commitment.fact.id;
  }

  @DerivedField(() => String, { description: 'What was promised.' })
  get text(): string {
    return this.#reading.text(this.#commitment.fact);
  }

  @DerivedField(() => String, { description: 'Who promised it.' })
  get madeBy(): string {
    return this.#commitment.fact.madeBy;
  }

  @DerivedField(() => EdtfScalar, { nullable: true, description: 'By when; null where no day was named.' })
  get dueOn(): string | null {
    return this.#commitment.fact.dueOn;
  }

  @DerivedField(() => CommitmentStatusEnum, { description: 'What became of it.' })
  get status(): CommitmentOutcome | 'OPEN' {
    return this.#commitment.settled?.outcome ?? 'OPEN';
  }
}

@ObjectType('ImprovementPoint', {
  description: 'Something to improve (verbeterpunt): opened by a ✗, followed until it is resolved.',
  implements: NodeType,
  simpleResolvers: true,
})
export class ImprovementPointType extends NodeType {
  readonly #reading: ApproachReading;
  readonly #point: ImprovementPointReading;
  #indicators: readonly Indicator[] | undefined;
  #finding: FindingType | undefined;
  #followUps: readonly FollowUpType[] | undefined;
  #commitments: readonly CommitmentType[] | undefined;

  constructor(reading: ApproachReading, point: ImprovementPointReading) {
    const { row, asOf } = reading;
    super(toNodeId('ImprovementPoint', `${approachKey(row)}/${point.fact.id}`, asOf.asked));
    this.#reading = reading;
    this.#point = point;
  }

  @DerivedField(() => String, { description: 'What is to be improved.' })
  get text(): string {
    return this.#reading.text(this.#point.wording);
  }

  @DerivedField(() => ImprovementPointStatusEnum, { description: 'What became of it.' })
  get status(): ImprovementPointStatus {
    return this.#point.status;
  }

  @DerivedField(() => [IndicatorType], { description: 'The indicators of the finding that opened it.' })
  get indicators(): readonly Indicator[] {
    this.#indicators ??= indicatorsOfFinding(this.#reading, this.#point.opening);
    return this.#indicators;
  }

  @DerivedField(() => Int, { description: 'Reference year of the assessment that opened it.' })
  get openedIn(): number {
    return this.#point.opening.assessment.year;
  }

  @DerivedField(() => FindingType, { description: 'The finding that opened it.' })
  get finding(): FindingType {
    this.#finding ??= new FindingType(this.#reading, this.#point.opening);
    return this.#finding;
  }

  @DerivedField(() => [FollowUpType], {
    description: 'What was reported and judged since, in the order of the log.',
  })
  get followUps(): readonly FollowUpType[] {
    const { followUps, fact } = this.#point;
    this.#followUps ??= followUps.map((followUp) => new FollowUpType(this.#reading, followUp, fact.id));
    return this.#followUps;
  }

  @DerivedField(() => [CommitmentType], { description: 'What was promised, in the order of the log.' })
  get commitments(): readonly CommitmentType[] {
    this.#commitments ??= this.#point.commitments.map((one) => new CommitmentType(this.#reading, one));
    return this.#commitments;
  }
}

export const ImprovementPointConnection = connectionType('ImprovementPoint', () => ImprovementPointType);
export type ImprovementPointConnection = InstanceType<typeof ImprovementPointConnection>;
