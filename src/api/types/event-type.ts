import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import type { RecordedEvent } from '../../domain/events';
import type { Language } from '../../domain/sentences/dates';
import { approachOfEvent } from '../approach-of-event';
import { connectionType } from '../connection';
import { DerivedField } from '../derived-field';
import { LanguageEnum } from '../enums';
import { cursorOf } from '../event-cursors';
import { sentenceOfEvent } from '../event-sentence';
import { verdictChanges } from '../following/verdict-changes';
import { sourceOfEvent } from '../passages';
import type { ReadScope } from '../read-scope';
import { DateTimeScalar } from '../scalars';
import type { LedgerScope } from '../signed-log';
import { EventProofType } from './ledger-types';
import { SourcePassage } from './source-passage-type';
import { EventApproachType, VerdictChangeType } from './verdict-change-type';

@ObjectType('Event', {
  description: 'A fact as it stands in the log: what happened, when this register learned it, and by whom.',
  simpleResolvers: true,
})
export class EventObject {
  readonly #event: RecordedEvent;
  #approach: EventApproachType | null | undefined;

  constructor(event: RecordedEvent) {
    this.#event = event;
  }

  @DerivedField(() => ID, { description: 'UUID of the event.' })
  get id(): string {
    return this.#event.id;
  }

  @DerivedField(() => String, { description: 'What happened, in the past tense, such as `FindingRecorded`.' })
  get type(): string {
    return this.#event.type;
  }

  @DerivedField(() => String, {
    description: 'The stream that it stands in: one an approach, one a framework.',
  })
  get stream(): string {
    return this.#event.stream;
  }

  @DerivedField(() => EventApproachType, {
    nullable: true,
    description: 'The approach that it is of; null for events of frameworks.',
  })
  get approach(): EventApproachType | null {
    if (this.#approach === undefined) {
      const approach = approachOfEvent(this.#event);
      this.#approach = approach && {
        approachId: approach.id,
        municipality: approach.municipality,
        slug: approach.slug,
      };
    }
    return this.#approach;
  }

  @DerivedField(() => Int, { description: 'Its place in the stream: from 0, without gaps.' })
  get revision(): number {
    return this.#event.revision;
  }

  @Field(() => String, {
    description:
      'Its place in the whole log: opaque; pass it as `after` to `events` to go on behind it, with the same rights.',
  })
  position(@Ctx('scope') scope: ReadScope): string {
    return cursorOf({ position: this.#event.position, from: this.#event.position }, scope);
  }

  @Field(() => String, {
    description:
      'What happened in one sentence, with dates in the precision that they have, and by whom and when (the day in UTC) it was recorded.',
  })
  sentence(
    @Ctx('scope') scope: ReadScope,
    @Arg('language', () => LanguageEnum, { defaultValue: 'EN', description: 'The language of the sentence.' })
    language: Language,
  ): Promise<string> {
    return sentenceOfEvent(this.#event, language, scope);
  }

  @DerivedField(() => GraphQLJSON, {
    description:
      'The content; its fields depend on the type: they are `event` in the JSON Schema at `/v1/event-types/` and the type. A text in it is `{ text, salt }`, or `{ digest }` in a copy of the log that leaves it out.',
  })
  get data(): unknown {
    return this.#event.data;
  }

  @DerivedField(() => Int, { description: 'The version of the schema that the content was written by.' })
  get schemaVersion(): number {
    return this.#event.metadata.schemaVersion;
  }

  @DerivedField(() => DateTimeScalar, {
    description: 'When this register learned it; set by the register itself.',
  })
  get recordedAt(): string {
    return this.#event.metadata.recordedAt;
  }

  @DerivedField(() => String, {
    description: 'Who recorded it: the signed-in principal, or the system user.',
  })
  get actor(): string {
    return this.#event.metadata.actor;
  }

  @DerivedField(() => ID, { description: 'UUID that all events of one command share.' })
  get correlationId(): string {
    return this.#event.metadata.correlationId;
  }

  @DerivedField(() => ID, { nullable: true, description: 'UUID of the event that it follows from, if any.' })
  get causationId(): string | null {
    return this.#event.metadata.causationId;
  }

  @Field(() => [VerdictChangeType], {
    description:
      'The verdicts that it changed for who asks, in framework order: at the moment when it was recorded, whatever `asOf` says. Those of an assessment change with its conclusion.',
  })
  verdictChanges(@Ctx('scope') scope: ReadScope): Promise<VerdictChangeType[]> {
    return verdictChanges(scope, this.#event);
  }

  @Field(() => SourcePassage, {
    nullable: true,
    description: 'The passage of the document that it was read from; null where it came from none.',
  })
  source(@Ctx('scope') scope: ReadScope): Promise<SourcePassage | null> {
    return sourceOfEvent(this.#event, scope);
  }

  @Field(() => EventProofType, {
    nullable: true,
    description:
      'Proves that it stands in the log that was signed, as it stands here; null with the error `LEDGER_MISFIT` as `checkpoint`.',
  })
  proof(@Ctx('ledger') ledger: LedgerScope): Promise<EventProofType> {
    return ledger.proofOf(this.#event.position);
  }
}

export const EventConnection = connectionType('Event', () => EventObject);
export type EventConnection = InstanceType<typeof EventConnection>;
