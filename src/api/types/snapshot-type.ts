import { Field, ID, Int, ObjectType } from 'type-graphql';
import { toCursor } from '../connection';
import { DateTimeScalar } from '../scalars';
import type { Snapshot } from '../snapshots';

@ObjectType('Snapshot', {
  description:
    'What the register held up to one of its events, which is what an answer is read from. It never changes, whatever is added since.',
})
export class SnapshotType {
  readonly #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  @Field(() => ID, {
    description:
      'Opaque; the same in `extensions.snapshot` of every answer, and below `/v1` in the header `Toetsspoor-Snapshot`. As the parameter `snapshot` of the address (`/graphql?snapshot=…`, for GET and POST, or any resource below `/v1`) it gives the same answer to the same query again, byte by byte; as `asOf.snapshot` it lets one field read from here. It holds wherever this log does: on each replica, restored, or on another engine.',
  })
  token(): string {
    return this.#snapshot.token;
  }

  @Field(() => Int, { description: "How many events it holds: the size of the ledger's tree then." })
  events(): number {
    return this.#snapshot.events;
  }

  @Field(() => String, {
    description: 'The place of its last event: pass it as `after` to `events` for what was recorded since.',
  })
  position(): string {
    return toCursor(this.#snapshot.position);
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When its last event was recorded; null before the first.',
  })
  recordedAt(): string | null {
    return this.#snapshot.recordedAt;
  }
}
