import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DomainEvent, RecordedEvent } from '../../src/domain/events';
import type { EventStore, NewEvent } from '../../src/event-store/event-store';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { openSqliteEventStore } from '../../src/event-store/sqlite';
import { IS_SECOND_ROUND, KURRENTDB_URL, ownLog } from './kurrentdb';

/** A folder that is there for one test, and what was opened in it. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'toetsspoor-test-'));
  readonly #prefix = ownLog().prefix;
  readonly #opened: { close(): unknown }[] = [];

  /** A log of its own by that name: an embedded one, or in the second round on KurrentDB, whose clock is its own. */
  log(name = 'events.db', now?: () => Date): EventStore {
    if (IS_SECOND_ROUND) {
      return this.closing(
        openKurrentDBEventStore({ url: KURRENTDB_URL ?? '', prefix: `${this.#prefix}${name}-` }),
      );
    }
    return this.closing(openSqliteEventStore({ path: join(this.path, name), ...(now && { now }) }));
  }

  /** The same log, open for reading beside its writer. */
  reader(name = 'events.db'): EventStore {
    return this.closing(openSqliteEventStore({ path: join(this.path, name), mode: 'read' }));
  }

  closing<T extends { close(): unknown }>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  async remove(): Promise<void> {
    for (const resource of this.#opened.reverse()) await resource.close();
    rmSync(this.path, { recursive: true });
  }
}

/** Appends events as they were recorded elsewhere, those of one stream that stand together at once. */
export async function appendAll(store: EventStore, events: readonly RecordedEvent[]): Promise<void> {
  for (let from = 0; from < events.length; ) {
    const first = events[from];
    if (first === undefined) return;
    const behind = events.findIndex(({ stream }, index) => index > from && stream !== first.stream);
    const until = behind < 0 ? events.length : behind;
    await store.append(
      first.stream,
      [newEvent(first), ...events.slice(from + 1, until).map(newEvent)],
      first.revision === 0 ? 'NO_STREAM' : first.revision - 1,
    );
    from = until;
  }
}

function newEvent({ type, data, id, metadata: { recordedAt: _, ...metadata } }: RecordedEvent): NewEvent {
  return { ...({ type, data } as DomainEvent), id, metadata };
}
