import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Checkpoint', {
  description:
    'The signed state of the log: whoever keeps it can tell later whether these events were changed.',
  simpleResolvers: true,
})
export class CheckpointType {
  @Field(() => String, {
    description: 'The signed note (c2sp.org/tlog-checkpoint), as `tools/verify.mjs` takes it.',
  })
  readonly note!: string;
  @Field(() => String, { description: 'The name of the key that signs it, and so of the log.' })
  readonly origin!: string;
  @Field(() => Int, { description: 'How many events it is signed over: the first so many of the log.' })
  readonly size!: number;
  @Field(() => String, { description: 'The root of the tree over them (RFC 9162), in base64.' })
  readonly root!: string;
}

@ObjectType('EventProof', {
  description:
    'What proves that an event is one of those that a checkpoint was signed over (RFC 9162, 2.1.3).',
  simpleResolvers: true,
})
export class EventProofType {
  @Field(() => Int, { description: 'The place of the event in the whole log: from 0, without gaps.' })
  readonly index!: number;
  @Field(() => String, {
    description: 'The hash of its entry, in base64: its canonical JSON, with digests for texts.',
  })
  readonly leafHash!: string;
  @Field(() => [String], { description: 'The inclusion path: the hashes that lead to the root, in base64.' })
  readonly path!: string[];
  @Field(() => CheckpointType, { description: 'The checkpoint whose root the path leads to.' })
  readonly checkpoint!: CheckpointType;
}

@ObjectType('ConsistencyProof', {
  description:
    'What proves that an earlier state of the log is the beginning of a later one (RFC 9162, 2.1.4).',
  simpleResolvers: true,
})
export class ConsistencyProofType {
  @Field(() => Int, { description: 'The size of the earlier state.' })
  readonly from!: number;
  @Field(() => Int, { description: 'The size of the later state.' })
  readonly to!: number;
  @Field(() => [String], { description: 'The hashes that lead from the one root to the other, in base64.' })
  readonly path!: string[];
  @Field(() => CheckpointType, { description: 'The checkpoint of the later state.' })
  readonly checkpoint!: CheckpointType;
}
