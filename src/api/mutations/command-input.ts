import { Field, ID, InputType, Int } from 'type-graphql';
import { EdtfScalar, UuidScalar } from '../scalars';

@InputType()
export abstract class CommandInput {
  @Field(() => UuidScalar, {
    description:
      'A UUID of your choice for this command. Sent again with the same content, it gives its first result and does nothing more; with other content it is refused as `COMMAND_ID_REUSED`. Never send one for two things at once: several servers that take it at the same instant, each for another approach or framework, may accept it for both.',
  })
  commandId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The `revision` that the approach or framework must be at, -1 where it must not be there yet: at any other the answer is a `RevisionConflict`. Left out: whatever it is at.',
  })
  expectedRevision?: number | null;
}

@InputType()
export abstract class ApproachCommandInput extends CommandInput {
  @Field(() => String, { description: 'CBS code of the municipality, such as `GM0935`.' })
  municipality!: string;

  @Field(() => String, { description: 'Slug of the approach, such as `integrale-aanpak`.' })
  slug!: string;
}

@InputType()
export abstract class AssessmentCommandInput extends ApproachCommandInput {
  @Field(() => ID, { description: 'Id of an assessment of the approach that is under way.' })
  assessmentId!: string;
}

@InputType()
export abstract class CorrectionInput extends ApproachCommandInput {
  @Field(() => String, { description: 'Why; it may not be empty.' })
  reason!: string;

  @Field(() => EdtfScalar, {
    nullable: true,
    description:
      'When this was made public; left out: the day on which it is recorded. No earlier than what it is about was public, and than other corrections and withdrawals of that were. Not looked at while the assessment is not concluded: what is changed in a draft is public with the assessment.',
  })
  publishedOn?: string | null;
}

@InputType()
export abstract class AboutPointsInput extends ApproachCommandInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the follow-up assessment under way that tells of it; left out where it stands apart from one.',
  })
  assessmentId?: string | null;
  @Field(() => [ID], { description: 'Ids of improvement points of the approach, at least one.' })
  improvementPointIds!: string[];
}
