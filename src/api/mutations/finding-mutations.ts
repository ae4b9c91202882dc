import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Verdict, VerdictBasis } from '../../domain/events';
import { salted } from '../../salted';
import type { ApiContext } from '../context';
import { VerdictBasisEnum, VerdictEnum } from '../enums';
import { AttentionPointType, FindingType } from '../types/finding-type';
import { ImprovementPointType } from '../types/improvement-point-type';
import { ApproachCommandInput, AssessmentCommandInput, CorrectionInput } from './command-input';
import { ApproachWritten, CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { pointId } from './new-values';
import { onApproach } from './run-command';

@InputType({ description: 'A finding to record.' })
class RecordFindingInput extends AssessmentCommandInput {
  @Field(() => [String], { description: 'Codes of the indicators that it covers, at least one.' })
  indicators!: string[];
  @Field(() => VerdictEnum, { description: 'Its verdict.' })
  verdict!: Verdict;
  @Field(() => String, { description: 'What was found.' })
  narrative!: string;
}

@InputType()
abstract class FindingCommandInput extends ApproachCommandInput {
  @Field(() => ID, { description: 'Id of the finding, in the reading that stands.' })
  findingId!: string;
}

@InputType({ description: 'A warning to raise beside a finding (LET OP).' })
class RaiseAttentionPointInput extends FindingCommandInput {
  @Field(() => String, { description: 'The warning, without the words LET OP.' })
  text!: string;
}

@InputType({ description: 'An improvement point that a finding opens.' })
class IdentifyImprovementPointInput extends FindingCommandInput {
  @Field(() => String, { description: 'What is to be improved.' })
  text!: string;
}

@InputType({ description: 'How a finding should have read.' })
class CorrectFindingInput extends CorrectionInput {
  @Field(() => ID, { description: 'Id of the finding, in the reading that stands.' })
  findingId!: string;
  @Field(() => [String], { description: 'Codes of all indicators that it covers, at least one.' })
  indicators!: string[];
  @Field(() => VerdictEnum, { description: 'Its verdict.' })
  verdict!: Verdict;
  @Field(() => VerdictBasisEnum, { description: 'What the verdict rests on.' })
  basis!: VerdictBasis;
  @Field(() => String, { description: 'What was found.' })
  narrative!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'What is to be improved, where the correction is ✗ and the finding has no improvement point yet; left out: the narrative, or none where a follow-up found ✗ without one and only the rest of the finding is corrected. Refused where it would not be used: the words of a point that is there are corrected by `correctImprovementPoint`.',
  })
  improvementPoint?: string | null;
}

@InputType({
  description:
    'A reading of a finding that should not have been there: a correction, or the finding as it was first recorded.',
})
class WithdrawFindingInput extends CorrectionInput {
  @Field(() => ID, {
    description: 'Id of the finding in the reading that stands: after a correction that of the correction.',
  })
  findingId!: string;
}

@InputType({ description: 'A warning that should not have been raised, or not in these words.' })
class WithdrawAttentionPointInput extends CorrectionInput {
  @Field(() => ID, { description: 'Id of an attention point of the approach that stands.' })
  attentionPointId!: string;
}

@InputType({ description: 'How an improvement point should have been put.' })
class CorrectImprovementPointInput extends CorrectionInput {
  @Field(() => ID, { description: 'Id of the improvement point.' })
  improvementPointId!: string;
  @Field(() => String, { description: 'What is to be improved.' })
  text!: string;
}

@ObjectType({ description: '`recordFinding` was accepted.', implements: CommandAccepted })
class FindingRecorded extends ApproachWritten {
  @Field(() => FindingType, { description: 'The finding.' })
  readonly finding!: FindingType;
}
const RecordFindingResult = resultOf('RecordFinding', FindingRecorded);

@ObjectType({ description: '`raiseAttentionPoint` was accepted.', implements: CommandAccepted })
class AttentionPointRaised extends ApproachWritten {
  @Field(() => AttentionPointType, { description: 'The warning.' })
  readonly attentionPoint!: AttentionPointType;
}
const RaiseAttentionPointResult = resultOf('RaiseAttentionPoint', AttentionPointRaised);

@ObjectType({ description: '`identifyImprovementPoint` was accepted.', implements: CommandAccepted })
class ImprovementPointIdentified extends ApproachWritten {
  @Field(() => ImprovementPointType, { description: 'The improvement point.' })
  readonly improvementPoint!: ImprovementPointType;
}
const IdentifyImprovementPointResult = resultOf('IdentifyImprovementPoint', ImprovementPointIdentified);

@ObjectType({ description: '`correctFinding` was accepted.', implements: CommandAccepted })
class FindingCorrected extends ApproachWritten {
  @Field(() => FindingType, { description: 'The reading that stands now.' })
  readonly finding!: FindingType;
}
const CorrectFindingResult = resultOf('CorrectFinding', FindingCorrected);

@ObjectType({ description: '`withdrawFinding` was accepted.', implements: CommandAccepted })
class FindingWithdrawn extends ApproachWritten {
  @Field(() => FindingType, { description: 'The reading that no longer stands.' })
  readonly finding!: FindingType;
}
const WithdrawFindingResult = resultOf('WithdrawFinding', FindingWithdrawn);

@ObjectType({ description: '`withdrawAttentionPoint` was accepted.', implements: CommandAccepted })
class AttentionPointWithdrawn extends ApproachWritten {
  @Field(() => FindingType, { description: 'The finding beside which it stood.' })
  readonly finding!: FindingType;
}
const WithdrawAttentionPointResult = resultOf('WithdrawAttentionPoint', AttentionPointWithdrawn);

@ObjectType({ description: '`correctImprovementPoint` was accepted.', implements: CommandAccepted })
class ImprovementPointCorrected extends ApproachWritten {
  @Field(() => ImprovementPointType, { description: 'The improvement point as it reads now.' })
  readonly improvementPoint!: ImprovementPointType;
}
const CorrectImprovementPointResult = resultOf('CorrectImprovementPoint', ImprovementPointCorrected);

@Resolver()
export class FindingMutations {
  @Mutation(() => RecordFindingResult, { description: 'Records a finding in an assessment under way.' })
  recordFinding(
    @Ctx() context: ApiContext,
    @Arg('input', () => RecordFindingInput, { description: 'The finding.' }) input: RecordFindingInput,
  ): Promise<CommandAnswer> {
    const { assessmentId, indicators, verdict } = input;
    const narrative = salted(input.narrative);
    return onApproach(
      context,
      FindingRecorded,
      input,
      input,
      (newId) => ({
        type: 'RecordFinding',
        data: { findingId: newId('finding'), assessmentId, indicators, verdict, narrative },
      }),
      (written, newId) => ({ finding: written.finding(newId('finding')) }),
    );
  }

  @Mutation(() => RaiseAttentionPointResult, {
    description:
      'Raises a warning beside a finding of an assessment under way; it never changes the verdict.',
  })
  raiseAttentionPoint(
    @Ctx() context: ApiContext,
    @Arg('input', () => RaiseAttentionPointInput, { description: 'The warning.' })
    input: RaiseAttentionPointInput,
  ): Promise<CommandAnswer> {
    const { findingId } = input;
    const text = salted(input.text);
    return onApproach(
      context,
      AttentionPointRaised,
      input,
      input,
      (newId) => ({
        type: 'RaiseAttentionPoint',
        data: { attentionPointId: newId('attention point'), findingId, text },
      }),
      (written, newId) => ({
        attentionPoint: written.attentionPoint(newId('attention point'), findingId),
      }),
    );
  }

  @Mutation(() => IdentifyImprovementPointResult, {
    description: 'Identifies the improvement point that a finding with ✗ opens, in an assessment under way.',
  })
  identifyImprovementPoint(
    @Ctx() context: ApiContext,
    @Arg('input', () => IdentifyImprovementPointInput, { description: 'The improvement point.' })
    input: IdentifyImprovementPointInput,
  ): Promise<CommandAnswer> {
    const { findingId } = input;
    const text = salted(input.text);
    return onApproach(
      context,
      ImprovementPointIdentified,
      input,
      input,
      (newId) => ({
        type: 'IdentifyImprovementPoint',
        data: { improvementPointId: newId('improvement point'), findingId, text },
      }),
      async (written, newId) => ({
        improvementPoint: await written.improvementPoint(newId('improvement point')),
      }),
    );
  }

  @Mutation(() => CorrectFindingResult, {
    description: 'Corrects a finding: from here on it reads otherwise. What it read before stays on record.',
  })
  correctFinding(
    @Ctx() context: ApiContext,
    @Arg('input', () => CorrectFindingInput, { description: 'The reading that should stand.' })
    input: CorrectFindingInput,
  ): Promise<CommandAnswer> {
    const { findingId: corrects, indicators, verdict, basis, publishedOn = null } = input;
    const narrative = salted(input.narrative);
    const reason = salted(input.reason);
    const reading = { corrects, indicators, verdict, basis, narrative, reason, publishedOn };
    const text = salted(input.improvementPoint ?? input.narrative);
    return onApproach(
      context,
      FindingCorrected,
      input,
      input,
      (newId) => ({
        type: 'CorrectFinding',
        data: { findingId: newId('finding'), ...reading },
        improvementPoint: { improvementPointId: newId('improvement point'), text },
        mustOpenPoint: input.improvementPoint != null,
      }),
      (written, newId) => ({ finding: written.finding(newId('finding')) }),
    );
  }

  @Mutation(() => WithdrawFindingResult, {
    description:
      'Withdraws the reading of a finding that stands. Of a correction, the reading that it corrected stands again; of a first reading, the finding no longer counts, the improvement point that it opened goes with it, and the earlier verdict stands again. So a finding that was corrected goes whole by withdrawing each of its readings, the latest first. All of them stay on record.',
  })
  withdrawFinding(
    @Ctx() context: ApiContext,
    @Arg('input', () => WithdrawFindingInput, { description: 'The finding.' }) input: WithdrawFindingInput,
  ): Promise<CommandAnswer> {
    const { findingId, publishedOn = null } = input;
    const data = { findingId, reason: salted(input.reason), publishedOn };
    return onApproach(
      context,
      FindingWithdrawn,
      input,
      input,
      () => ({ type: 'WithdrawFinding', data }),
      (written) => ({ finding: written.finding(findingId) }),
    );
  }

  @Mutation(() => WithdrawAttentionPointResult, {
    description: 'Withdraws a warning: it is no longer listed. It stays on record.',
  })
  withdrawAttentionPoint(
    @Ctx() context: ApiContext,
    @Arg('input', () => WithdrawAttentionPointInput, { description: 'The warning.' })
    input: WithdrawAttentionPointInput,
  ): Promise<CommandAnswer> {
    const { attentionPointId, publishedOn = null } = input;
    const data = { attentionPointId, reason: salted(input.reason), publishedOn };
    return onApproach(
      context,
      AttentionPointWithdrawn,
      input,
      input,
      () => ({ type: 'WithdrawAttentionPoint', data }),
      (written) => ({ finding: written.findingOfAttentionPoint(attentionPointId) }),
    );
  }

  @Mutation(() => CorrectImprovementPointResult, {
    description: 'Corrects how an improvement point is put. What it read before stays on record.',
  })
  correctImprovementPoint(
    @Ctx() context: ApiContext,
    @Arg('input', () => CorrectImprovementPointInput, { description: 'The reading that should stand.' })
    input: CorrectImprovementPointInput,
  ): Promise<CommandAnswer> {
    const { municipality, slug, publishedOn = null } = input;
    const improvementPointId = pointId({ municipality, slug }, input.improvementPointId);
    const data = { improvementPointId, text: salted(input.text), reason: salted(input.reason), publishedOn };
    return onApproach(
      context,
      ImprovementPointCorrected,
      input,
      input,
      () => ({ type: 'CorrectImprovementPoint', data }),
      async (written) => ({ improvementPoint: await written.improvementPoint(improvementPointId) }),
    );
  }
}
