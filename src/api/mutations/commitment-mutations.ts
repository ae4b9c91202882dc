import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { CommitmentOutcome } from '../../domain/events';
import { salted } from '../../salted';
import type { ApiContext } from '../context';
import { CommitmentOutcomeEnum } from '../enums';
import { EdtfScalar } from '../scalars';
import { CommitmentType } from '../types/improvement-point-type';
import { AboutPointsInput, ApproachCommandInput, CorrectionInput } from './command-input';
import { ApproachWritten, CommandAccepted, type CommandAnswer, resultOf } from './command-result';
import { pointIds, saltedOrNull } from './new-values';
import { onApproach } from './run-command';

@InputType({ description: 'A promise about improvement points.' })
class MakeCommitmentInput extends AboutPointsInput {
  @Field(() => String, { description: 'Who promises it.' })
  madeBy!: string;
  @Field(() => String, { description: 'What is promised.' })
  text!: string;
  @Field(() => EdtfScalar, { nullable: true, description: 'By when; left out where no day is named.' })
  dueOn?: string | null;
}

@InputType({ description: 'What became of a promise.' })
class SettleCommitmentInput extends ApproachCommandInput {
  @Field(() => ID, { description: 'Id of a commitment of the approach that is open.' })
  commitmentId!: string;
  @Field(() => CommitmentOutcomeEnum, { description: 'Kept or broken.' })
  outcome!: CommitmentOutcome;
  @Field(() => EdtfScalar, { description: 'When it was kept, or known to be broken.' })
  settledOn!: string;
  @Field(() => String, { nullable: true, description: 'What happened.' })
  narrative?: string | null;
}

@InputType({ description: 'A promise that was not made, or not in these words.' })
class WithdrawCommitmentInput extends CorrectionInput {
  @Field(() => ID, { description: 'Id of a commitment of the approach that stands.' })
  commitmentId!: string;
}

@ObjectType({ description: '`makeCommitment` was accepted.', implements: CommandAccepted })
class CommitmentMade extends ApproachWritten {
  @Field(() => CommitmentType, { description: 'The promise.' })
  readonly commitment!: CommitmentType;
}
const MakeCommitmentResult = resultOf('MakeCommitment', CommitmentMade);

@ObjectType({ description: '`settleCommitment` was accepted.', implements: CommandAccepted })
class CommitmentSettled extends ApproachWritten {
  @Field(() => CommitmentType, { description: 'The promise.' })
  readonly commitment!: CommitmentType;
}
const SettleCommitmentResult = resultOf('SettleCommitment', CommitmentSettled);

@ObjectType({ description: '`withdrawCommitment` was accepted.', implements: CommandAccepted })
class CommitmentWithdrawn extends ApproachWritten {
  @Field(() => CommitmentType, { description: 'The promise that no longer stands.' })
  readonly commitment!: CommitmentType;
}
const WithdrawCommitmentResult = resultOf('WithdrawCommitment', CommitmentWithdrawn);

@Resolver()
export class CommitmentMutations {
  @Mutation(() => MakeCommitmentResult, {
    description: 'Records a promise about improvement points, in an assessment under way or apart from one.',
  })
  makeCommitment(
    @Ctx() context: ApiContext,
    @Arg('input', () => MakeCommitmentInput, { description: 'The promise.' }) input: MakeCommitmentInput,
  ): Promise<CommandAnswer> {
    const { assessmentId = null, madeBy, dueOn = null } = input;
    const text = salted(input.text);
    const promise = {
      assessmentId,
      improvementPointIds: pointIds(input, input),
      madeBy,
      text,
      dueOn,
    };
    return onApproach(
      context,
      CommitmentMade,
      input,
      input,
      (newId) => ({ type: 'MakeCommitment', data: { commitmentId: newId('commitment'), ...promise } }),
      (written, newId) => ({ commitment: written.commitment(newId('commitment')) }),
    );
  }

  @Mutation(() => SettleCommitmentResult, { description: 'Records what became of a promise.' })
  settleCommitment(
    @Ctx() context: ApiContext,
    @Arg('input', () => SettleCommitmentInput, { description: 'What became of it.' })
    input: SettleCommitmentInput,
  ): Promise<CommandAnswer> {
    const { commitmentId, outcome, settledOn } = input;
    const data = { commitmentId, outcome, settledOn, narrative: saltedOrNull(input.narrative) };
    return onApproach(
      context,
      CommitmentSettled,
      input,
      input,
      () => ({ type: 'SettleCommitment', data }),
      (written) => ({
        commitment: written.commitment(commitmentId),
      }),
    );
  }

  @Mutation(() => WithdrawCommitmentResult, {
    description: 'Withdraws a promise: it is no longer listed. It stays on record.',
  })
  withdrawCommitment(
    @Ctx() context: ApiContext,
    @Arg('input', () => WithdrawCommitmentInput, { description: 'The promise.' })
    input: WithdrawCommitmentInput,
  ): Promise<CommandAnswer> {
    const { commitmentId, publishedOn = null } = input;
    const data = { commitmentId, reason: salted(input.reason), publishedOn };
    return onApproach(
      context,
      CommitmentWithdrawn,
      input,
      input,
      () => ({ type: 'WithdrawCommitment', data }),
      (written) => ({ commitment: written.commitment(commitmentId) }),
    );
  }
}
