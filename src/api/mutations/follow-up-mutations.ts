import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Verdict, VerdictBasis } from '../../domain/events';
import { salted } from '../../salted';
import type { ApiContext } from '../context';
import { VerdictBasisEnum, VerdictEnum } from '../enums';
import { EdtfScalar } from '../scalars';
import { FindingType } from '../types/finding-type';
import { FollowUpType } from '../types/improvement-point-type';
import { AboutPointsInput, AssessmentCommandInput, CorrectionInput } from './command-input';
import { ApproachWritten, CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { pointIds, saltedOrNull } from './new-values';
import { onApproach } from './run-command';

@InputType({ description: 'What a municipality reports about improvement points.' })
class ReportFollowUpInput extends AboutPointsInput {
  @Field(() => String, { description: 'Who reports.' })
  reportedBy!: string;
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'When it was reported; left out where that is not known.',
  })
  reportedOn?: string | null;
  @Field(() => String, { nullable: true, description: 'What was reported.' })
  narrative?: string | null;
}

@InputType({ description: 'How an inspectorate judges again what was to be improved.' })
class AssessFollowUpInput extends AssessmentCommandInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the report that is judged; left out where there is none.',
  })
  followUpId?: string | null;
  @Field(() => [ID], { description: 'Ids of the improvement points that it judges; may be empty.' })
  improvementPointIds!: string[];
  @Field(() => [String], { description: 'Codes of the indicators that it covers, at least one.' })
  indicators!: string[];
  @Field(() => VerdictEnum, { description: 'Its verdict.' })
  verdict!: Verdict;
  @Field(() => VerdictBasisEnum, { description: 'What the verdict rests on.' })
  basis!: VerdictBasis;
  @Field(() => String, { description: 'What was found.' })
  narrative!: string;
}

@InputType({ description: 'What should have been told of a report.' })
class CorrectReportInput {
  @Field(() => ID, { description: 'Id of the report, in the reading that stands.' })
  followUpId!: string;
  @Field(() => [ID], { description: 'Ids of improvement points of the approach, at least one.' })
  improvementPointIds!: string[];
  @Field(() => String, { description: 'Who reported.' })
  reportedBy!: string;
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'When it was reported; left out where that is not known.',
  })
  reportedOn?: string | null;
  @Field(() => String, { nullable: true, description: 'What was reported.' })
  narrative?: string | null;
}

@InputType({ description: 'How a follow-up should have been judged.' })
class CorrectJudgementInput {
  @Field(() => ID, { description: 'Id of the finding that judges it, in the reading that stands.' })
  findingId!: string;
  @Field(() => [String], { description: 'Codes of all indicators that it covers, at least one.' })
  indicators!: string[];
  @Field(() => VerdictEnum, { description: 'Its verdict.' })
  verdict!: Verdict;
  @Field(() => VerdictBasisEnum, { description: 'What the verdict rests on.' })
  basis!: VerdictBasis;
  @Field(() => String, { description: 'What was found.' })
  narrative!: string;
}

@InputType({
  description: 'How a follow-up should have been told: what was reported, how it was judged, or both.',
})
class CorrectFollowUpInput extends CorrectionInput {
  @Field(() => CorrectReportInput, {
    nullable: true,
    description: 'What was reported; left out where the report stands as it is.',
  })
  report?: CorrectReportInput | null;
  @Field(() => [CorrectJudgementInput], {
    defaultValue: [],
    description: 'Judgements on it; those that are not named here stand as they are.',
  })
  judgements!: CorrectJudgementInput[];
}

@InputType({
  description:
    'A reading of a report that should not have been there: a correction, or the report as it was first recorded.',
})
class WithdrawFollowUpInput extends CorrectionInput {
  @Field(() => ID, {
    description: 'Id of the report in the reading that stands: after a correction that of the correction.',
  })
  followUpId!: string;
}

@ObjectType({ description: '`reportFollowUp` was accepted.', implements: CommandAccepted })
class FollowUpReported extends ApproachWritten {
  @Field(() => FollowUpType, { description: 'What was reported.' })
  readonly followUp!: FollowUpType;
}
const ReportFollowUpResult = resultOf('ReportFollowUp', FollowUpReported);

@ObjectType({ description: '`assessFollowUp` was accepted.', implements: CommandAccepted })
class FollowUpAssessed extends ApproachWritten {
  @Field(() => FindingType, { description: 'The judgement.' })
  readonly finding!: FindingType;
}
const AssessFollowUpResult = resultOf('AssessFollowUp', FollowUpAssessed);

@ObjectType({ description: '`correctFollowUp` was accepted.', implements: CommandAccepted })
class FollowUpCorrected extends ApproachWritten {
  @Field(() => FollowUpType, {
    nullable: true,
    description: 'The report as it reads now; null where it was not corrected.',
  })
  readonly followUp!: FollowUpType | null;
  @Field(() => [FindingType], { description: 'The judgements that were corrected, as they read now.' })
  readonly findings!: FindingType[];
}
const CorrectFollowUpResult = resultOf('CorrectFollowUp', FollowUpCorrected);

@ObjectType({ description: '`withdrawFollowUp` was accepted.', implements: CommandAccepted })
class FollowUpWithdrawn extends ApproachWritten {
  @Field(() => FollowUpType, { description: 'The reading that no longer stands.' })
  readonly followUp!: FollowUpType;
}
const WithdrawFollowUpResult = resultOf('WithdrawFollowUp', FollowUpWithdrawn);

@Resolver()
export class FollowUpMutations {
  @Mutation(() => ReportFollowUpResult, {
    description:
      'Records what a municipality reports about improvement points, in a follow-up assessment or apart from one.',
  })
  reportFollowUp(
    @Ctx() context: ApiContext,
    @Arg('input', () => ReportFollowUpInput, { description: 'The report.' }) input: ReportFollowUpInput,
  ): Promise<CommandAnswer> {
    const { assessmentId = null, reportedBy, reportedOn = null } = input;
    const report = {
      assessmentId,
      improvementPointIds: pointIds(input, input),
      reportedBy,
      reportedOn,
      narrative: saltedOrNull(input.narrative),
    };
    return onApproach(
      context,
      FollowUpReported,
      input,
      input,
      (newId) => ({ type: 'ReportFollowUp', data: { followUpId: newId('follow-up'), ...report } }),
      async (written, newId) => ({ followUp: await written.followUp(newId('follow-up')) }),
    );
  }

  @Mutation(() => AssessFollowUpResult, {
    description:
      'Judges again what was to be improved, in a follow-up assessment under way. It is a finding too.',
  })
  assessFollowUp(
    @Ctx() context: ApiContext,
    @Arg('input', () => AssessFollowUpInput, { description: 'The judgement.' }) input: AssessFollowUpInput,
  ): Promise<CommandAnswer> {
    const { assessmentId, followUpId = null, indicators, verdict, basis } = input;
    const judgement = {
      assessmentId,
      followUpId,
      improvementPointIds: pointIds(input, input),
      indicators,
      verdict,
      basis,
      narrative: salted(input.narrative),
    };
    return onApproach(
      context,
      FollowUpAssessed,
      input,
      input,
      (newId) => ({ type: 'AssessFollowUp', data: { findingId: newId('finding'), ...judgement } }),
      (written, newId) => ({ finding: written.finding(newId('finding')) }),
    );
  }

  @Mutation(() => CorrectFollowUpResult, {
    description:
      'Corrects a follow-up: what was reported, how it was judged, or both at once. What it read before stays on record.',
  })
  correctFollowUp(
    @Ctx() context: ApiContext,
    @Arg('input', () => CorrectFollowUpInput, { description: 'The reading that should stand.' })
    input: CorrectFollowUpInput,
  ): Promise<CommandAnswer> {
    const { report, publishedOn = null } = input;
    const reported = report && {
      corrects: report.followUpId,
      improvementPointIds: pointIds(input, report),
      reportedBy: report.reportedBy,
      reportedOn: report.reportedOn ?? null,
      narrative: saltedOrNull(report.narrative),
      reason: salted(input.reason),
      publishedOn,
    };
    const judgements = input.judgements.map(
      ({ findingId, indicators, verdict, basis, narrative }, index) => ({
        finding: `finding ${index + 1}`,
        point: `improvement point ${index + 1}`,
        reading: {
          corrects: findingId,
          indicators,
          verdict,
          basis,
          narrative: salted(narrative),
          reason: salted(input.reason),
          publishedOn,
        },
        text: salted(narrative),
      }),
    );
    return onApproach(
      context,
      FollowUpCorrected,
      input,
      input,
      (newId) => ({
        type: 'CorrectFollowUp',
        report: reported == null ? null : { followUpId: newId('follow-up'), ...reported },
        judgements: judgements.map(({ finding, point, reading, text }) => ({
          data: { findingId: newId(finding), ...reading },
          improvementPoint: { improvementPointId: newId(point), text },
        })),
      }),
      async (written, newId) => ({
        followUp: reported == null ? null : await written.followUp(newId('follow-up')),
        findings: judgements.map(({ finding }) => written.finding(newId(finding))),
      }),
    );
  }

  @Mutation(() => WithdrawFollowUpResult, {
    description:
      'Withdraws the reading of a report that stands. Of a correction, the reading that it corrected stands again; of a first reading, the report is gone, and the judgements on it go along, each in all its readings. All of it stays on record.',
  })
  withdrawFollowUp(
    @Ctx() context: ApiContext,
    @Arg('input', () => WithdrawFollowUpInput, { description: 'The report.' }) input: WithdrawFollowUpInput,
  ): Promise<CommandAnswer> {
    const { followUpId, publishedOn = null } = input;
    const data = { followUpId, reason: salted(input.reason), publishedOn };
    return onApproach(
      context,
      FollowUpWithdrawn,
      input,
      input,
      () => ({ type: 'WithdrawFollowUp', data }),
      async (written) => ({ followUp: await written.followUp(followUpId) }),
    );
  }
}
