import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { AssessmentKind, SourceKind } from '../../domain/events';
import { salted } from '../../salted';
import type { ApiContext } from '../context';
import { AssessmentKindEnum, SourceKindEnum } from '../enums';
import { EdtfScalar } from '../scalars';
import { AssessmentType } from '../types/assessment-type';
import { ApproachCommandInput, AssessmentCommandInput, CorrectionInput } from './command-input';
import { ApproachWritten, CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { saltedOrNull } from './new-values';
import { onApproach } from './run-command';

@InputType({ description: 'An assessment to open.' })
class OpenAssessmentInput extends ApproachCommandInput {
  @Field(() => String, { description: 'Code of the framework, such as `GGSR`.' })
  framework!: string;
  @Field(() => Int, { description: 'The version of the framework that is assessed against.' })
  frameworkVersion!: number;
  @Field(() => AssessmentKindEnum, { description: 'Baseline or follow-up.' })
  kind!: AssessmentKind;
  @Field(() => Int, { description: 'The reference year: what period its findings will speak of.' })
  year!: number;
  @Field(() => String, { description: 'The inspectorate.' })
  assessor!: string;
  @Field(() => String, { nullable: true, description: 'The approach as the assessment describes it.' })
  description?: string | null;
  @Field(() => Int, { nullable: true, description: 'How many families the approach supported at the time.' })
  familiesReached?: number | null;
}

@InputType({ description: 'A source that was consulted.' })
class ConsultSourceInput extends AssessmentCommandInput {
  @Field(() => SourceKindEnum, { description: 'How it was consulted.' })
  kind!: SourceKind;
  @Field(() => String, { description: 'Who or what it is.' })
  name!: string;
  @Field(() => EdtfScalar, { nullable: true, description: 'When; left out where that is not known.' })
  consultedOn?: string | null;
}

@InputType({ description: 'What else changed in the approach.' })
class NoteDevelopmentInput extends AssessmentCommandInput {
  @Field(() => String, { description: 'What changed.' })
  text!: string;
}

@InputType({ description: 'An assessment to conclude.' })
class ConcludeAssessmentInput extends AssessmentCommandInput {
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'When it was made public; left out where that is not known, or it is not public.',
  })
  publishedOn?: string | null;
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'False for a confidential one: then only insiders see it.',
  })
  public!: boolean;
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'True where a baseline need not cover every indicator of the framework.',
  })
  partial!: boolean;
}

@InputType({ description: 'An assessment to abandon.' })
class AbandonAssessmentInput extends AssessmentCommandInput {
  @Field(() => String, { description: 'Why; it may not be empty.' })
  reason!: string;
}

@InputType({ description: 'A source that was consulted, as it should have been told.' })
class SourceInput {
  @Field(() => SourceKindEnum, { description: 'How it was consulted.' })
  kind!: SourceKind;
  @Field(() => String, { description: 'Who or what it is.' })
  name!: string;
  @Field(() => EdtfScalar, { nullable: true, description: 'When; left out where that is not known.' })
  consultedOn?: string | null;
}

@InputType({ description: 'What should have been told of an assessment beside its findings: all of it.' })
class CorrectAssessmentInput extends CorrectionInput {
  @Field(() => ID, { description: 'Id of an assessment of the approach.' })
  assessmentId!: string;
  @Field(() => String, { description: 'The inspectorate.' })
  assessor!: string;
  @Field(() => String, { nullable: true, description: 'The approach as the assessment describes it.' })
  description?: string | null;
  @Field(() => Int, { nullable: true, description: 'How many families the approach supported at the time.' })
  familiesReached?: number | null;
  @Field(() => [SourceInput], { description: 'All sources that were consulted, in their order.' })
  sources!: SourceInput[];
  @Field(() => [String], {
    description: 'All that is told of what else changed in the approach, in its order.',
  })
  notes!: string[];
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'When the assessment itself was made public; left out where that is not known.',
  })
  assessmentPublishedOn?: string | null;
}

@ObjectType({ description: '`openAssessment` was accepted.', implements: CommandAccepted })
class AssessmentOpened extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment.' })
  readonly assessment!: AssessmentType;
}
const OpenAssessmentResult = resultOf('OpenAssessment', AssessmentOpened);

@ObjectType({ description: '`consultSource` was accepted.', implements: CommandAccepted })
class SourceConsulted extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment, with the source.' })
  readonly assessment!: AssessmentType;
}
const ConsultSourceResult = resultOf('ConsultSource', SourceConsulted);

@ObjectType({ description: '`noteDevelopment` was accepted.', implements: CommandAccepted })
class DevelopmentNoted extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment, with the note.' })
  readonly assessment!: AssessmentType;
}
const NoteDevelopmentResult = resultOf('NoteDevelopment', DevelopmentNoted);

@ObjectType({ description: '`concludeAssessment` was accepted.', implements: CommandAccepted })
class AssessmentConcluded extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment.' })
  readonly assessment!: AssessmentType;
}
const ConcludeAssessmentResult = resultOf('ConcludeAssessment', AssessmentConcluded);

@ObjectType({ description: '`abandonAssessment` was accepted.', implements: CommandAccepted })
class AssessmentAbandoned extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment, as it was left.' })
  readonly assessment!: AssessmentType;
}
const AbandonAssessmentResult = resultOf('AbandonAssessment', AssessmentAbandoned);

@ObjectType({ description: '`correctAssessment` was accepted.', implements: CommandAccepted })
class AssessmentCorrected extends ApproachWritten {
  @Field(() => AssessmentType, { description: 'The assessment as it reads now.' })
  readonly assessment!: AssessmentType;
}
const CorrectAssessmentResult = resultOf('CorrectAssessment', AssessmentCorrected);

@Resolver()
export class AssessmentMutations {
  @Mutation(() => OpenAssessmentResult, {
    description:
      'Opens an assessment. Until it is concluded its findings do not count, and only insiders see it.',
  })
  openAssessment(
    @Ctx() context: ApiContext,
    @Arg('input', () => OpenAssessmentInput, { description: 'The assessment.' }) input: OpenAssessmentInput,
  ): Promise<CommandAnswer> {
    const { framework, frameworkVersion, kind, year, assessor, description, familiesReached = null } = input;
    const opened = {
      framework,
      frameworkVersion,
      kind,
      reference: String(year),
      assessor,
      description: saltedOrNull(description),
      familiesReached,
    };
    return onApproach(
      context,
      AssessmentOpened,
      input,
      input,
      (newId) => ({ type: 'OpenAssessment', data: { assessmentId: newId('assessment'), ...opened } }),
      (written, newId) => ({ assessment: written.assessment(newId('assessment')) }),
    );
  }

  @Mutation(() => ConsultSourceResult, {
    description: 'Adds a source that was consulted to an assessment under way.',
  })
  consultSource(
    @Ctx() context: ApiContext,
    @Arg('input', () => ConsultSourceInput, { description: 'The source.' }) input: ConsultSourceInput,
  ): Promise<CommandAnswer> {
    const { assessmentId, kind, name, consultedOn = null } = input;
    const data = { assessmentId, kind, name, consultedOn };
    return onApproach(
      context,
      SourceConsulted,
      input,
      input,
      () => ({ type: 'ConsultSource', data }),
      (written) => ({
        assessment: written.assessment(assessmentId),
      }),
    );
  }

  @Mutation(() => NoteDevelopmentResult, {
    description: 'Notes in an assessment under way what else changed in the approach.',
  })
  noteDevelopment(
    @Ctx() context: ApiContext,
    @Arg('input', () => NoteDevelopmentInput, { description: 'What changed.' }) input: NoteDevelopmentInput,
  ): Promise<CommandAnswer> {
    const { assessmentId } = input;
    const data = { assessmentId, text: salted(input.text) };
    return onApproach(
      context,
      DevelopmentNoted,
      input,
      input,
      () => ({ type: 'NoteDevelopment', data }),
      (written) => ({
        assessment: written.assessment(assessmentId),
      }),
    );
  }

  @Mutation(() => ConcludeAssessmentResult, {
    description:
      'Concludes an assessment: from here on its findings count; what is wrong in it is corrected or withdrawn.',
  })
  concludeAssessment(
    @Ctx() context: ApiContext,
    @Arg('input', () => ConcludeAssessmentInput, { description: 'The assessment.' })
    input: ConcludeAssessmentInput,
  ): Promise<CommandAnswer> {
    const { assessmentId, publishedOn = null, public: isPublic, partial } = input;
    const data = { assessmentId, publishedOn, public: isPublic };
    return onApproach(
      context,
      AssessmentConcluded,
      input,
      input,
      () => ({ type: 'ConcludeAssessment', data, partial }),
      (written) => ({ assessment: written.assessment(assessmentId) }),
    );
  }

  @Mutation(() => AbandonAssessmentResult, {
    description:
      'Gives up an assessment under way: what was found in it never counts, and another may be opened in its place. That it was there stays on record.',
  })
  abandonAssessment(
    @Ctx() context: ApiContext,
    @Arg('input', () => AbandonAssessmentInput, { description: 'The assessment.' })
    input: AbandonAssessmentInput,
  ): Promise<CommandAnswer> {
    const { assessmentId } = input;
    const data = { assessmentId, reason: salted(input.reason) };
    return onApproach(
      context,
      AssessmentAbandoned,
      input,
      input,
      () => ({ type: 'AbandonAssessment', data }),
      (written) => ({ assessment: written.assessment(assessmentId) }),
    );
  }

  @Mutation(() => CorrectAssessmentResult, {
    description:
      'Corrects what an assessment tells beside its findings. What it read before stays on record.',
  })
  correctAssessment(
    @Ctx() context: ApiContext,
    @Arg('input', () => CorrectAssessmentInput, { description: 'The reading that should stand.' })
    input: CorrectAssessmentInput,
  ): Promise<CommandAnswer> {
    const { assessmentId, assessor, familiesReached = null, sources, notes } = input;
    const { assessmentPublishedOn = null, publishedOn = null } = input;
    const data = {
      assessmentId,
      assessor,
      description: saltedOrNull(input.description),
      familiesReached,
      sources: sources.map(({ kind, name, consultedOn = null }) => ({ kind, name, consultedOn })),
      developments: notes.map(salted),
      assessmentPublishedOn,
      reason: salted(input.reason),
      publishedOn,
    };
    return onApproach(
      context,
      AssessmentCorrected,
      input,
      input,
      () => ({ type: 'CorrectAssessment', data }),
      (written) => ({ assessment: written.assessment(assessmentId) }),
    );
  }
}
