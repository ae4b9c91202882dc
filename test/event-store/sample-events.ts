import { randomUUID } from 'node:crypto';
import { type RecordedEvent, SCHEMA_VERSION } from '../../src/domain/events';
import { approachStream } from '../../src/domain/streams';
import type { NewEvent } from '../../src/event-store/event-store';

export type Events = [NewEvent, ...NewEvent[]];

const correlationId = randomUUID();

/** A small valid event with an id of its own. */
export function sampleEvent(text = 'Er zijn afspraken gemaakt.'): NewEvent {
  return {
    id: randomUUID(),
    type: 'DevelopmentNoted',
    data: { assessmentId: correlationId, text: { text, salt: '0123456789abcdef0123456789abcdef' } },
    metadata: {
      schemaVersion: SCHEMA_VERSION,
      actor: 'test',
      correlationId,
      causationId: null,
      source: { document: 'ab'.repeat(32), line: 12 },
    },
  };
}

export function sampleEvents(count: number): Events {
  return [sampleEvent(), ...Array.from({ length: count - 1 }, () => sampleEvent())];
}

/** A stream name that no other test uses, also on a server that tests share. */
export function uniqueStream(): string {
  return approachStream('GM0935', randomUUID());
}

export function ids(events: readonly { id: string }[]): string[] {
  return events.map((event) => event.id);
}

export async function collect(pages: AsyncIterable<readonly RecordedEvent[]>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of pages) events.push(...page);
  return events;
}
