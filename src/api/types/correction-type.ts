import { Field, ObjectType } from 'type-graphql';
import type { RecordedEvent } from '../../domain/events';
import type { PublishedFact } from '../../domain/facts';
import { type FreeText, textOf } from '../../domain/free-text';
import type { ApproachReading } from '../approach-reading';
import { DateTimeScalar, EdtfScalar } from '../scalars';
import { EventObject } from './event-type';

@ObjectType('Correction', {
  description: 'Why something was corrected or withdrawn, by whom, and from when that counts.',
})
export class CorrectionType {
  readonly #event: RecordedEvent;
  readonly #reason: FreeText;
  readonly #publishedOn: string | null;

  private constructor(event: RecordedEvent, { publishedOn }: PublishedFact) {
    if (!('reason' in event.data)) throw new RangeError(`a ${event.type} event corrects nothing`);
    this.#event = event;
    this.#reason = event.data.reason;
    this.#publishedOn = publishedOn;
  }

  /** Of that correction or withdrawal of the approach. */
  static async read({ scope, stream }: ApproachReading, change: PublishedFact): Promise<CorrectionType> {
    return new CorrectionType(await scope.event.load({ stream, revision: change.revision }), change);
  }

  @Field(() => String, { description: 'Why, in the words of whoever corrected it.' })
  reason(): string {
    return textOf(this.#reason);
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
    nullable: true,
    description:
      'From when it is public: by default from the day on which it was recorded. Null for what was changed before its assessment was concluded: it is public with that.',
  })
  publishedOn(): string | null {
    return this.#publishedOn;
  }

  @Field(() => EventObject, { description: 'The event that it was recorded by.' })
  event(): EventObject {
    return new EventObject(this.#event);
  }
}
