import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { LedgerScope } from './signed-log';
import { CheckpointType, ConsistencyProofType } from './types/ledger-types';

@Resolver()
export class LedgerResolver {
  @Query(() => CheckpointType, {
    nullable: true,
    description:
      'The signed state of the log, over all events that this answer rests on; null with the error `LEDGER_MISFIT` where the log no longer is what was recorded of it.',
  })
  checkpoint(@Ctx('ledger') ledger: LedgerScope): Promise<CheckpointType> {
    return ledger.checkpoint();
  }

  @Query(() => ConsistencyProofType, {
    nullable: true,
    description:
      'Proves that the log of an earlier checkpoint is the beginning of the log of a later one; null with the error `LEDGER_MISFIT` as `checkpoint`.',
  })
  consistencyProof(
    @Ctx('ledger') ledger: LedgerScope,
    @Arg('from', () => Int, { description: 'The size of the earlier checkpoint.' }) from: number,
    @Arg('to', () => Int, {
      nullable: true,
      description: 'The size of the later one; all events where left out.',
    })
    to: number | null,
  ): Promise<ConsistencyProofType> {
    return ledger.consistencyProof(from, to ?? null);
  }
}
