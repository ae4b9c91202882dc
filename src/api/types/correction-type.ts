import { Field, ObjectType } from 'type-graphql';
import type { RecordedEvent } from '../../domain/events';
import { type FreeText, textOf } from '../../domain/free-text';
import type { ApproachReading } from '../approach-reading';
import { DateTimeScalar, EdtfScalar } from '../scalars';
import { EventObject } from './event-type';

@ObjectType('Correction', {
  description: 'Why something was corrected or withdrawn, by whom, and from when that counts.',
})
export class CorrectionType {
  readonly #event: RecordedEvent;
  readonly #data: { readonly reason: FreeText; readonly publishedOn: string | null };

  private constructor(event: RecordedEvent) {
    if (!('reason' in event.data && 'publishedOn' in event.data))
      throw new RangeError(`a ${event.type} event corrects nothing`);
    this.#event = event;
    this.#data = event.data;
  }

  /** Of the correction or withdrawal at that revision of the approach. */
  static async read(
    { scope, stream }: ApproachReading,
    { revision }: { readonly revision: number },
  ): Promise<CorrectionType> {
    return new CorrectionType(await scope.event.load({ stream, revision }));
  }

  @Field(() => String, { description: 'Why, in the words of whoever corrected it.' })
  reason(): string {
    return textOf(this.#data.reason);
  }

  @Field(() => String, { description: 'Who recorded it: the signed-in principal, or the system user.' })
  correctedBy(): string {
    return this.#event.metadata.actor;
  }

  @Field(() => DateTimeScalar, { description: 'When this register learned it.' })
  recordedAt(): string {
    return this.#event.metadata.recordedAt;
  }

  @Field(() => EdtfScalar, {
    description: 'From when it is public: by default from the day on which it was recorded.',
  })
  publishedOn(): string {
    return this.#data.publishedOn ?? this.#event.metadata.recordedAt.slice(0, 10);
  }

  @Field(() => EventObject, { description: 'The event that it was recorded by.' })
  event(): EventObject {
    return new EventObject(this.#event);
  }
}
