import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore, NewEvent } from '../src/event-store/event-store';
import { openSqliteEventStore } from '../src/event-store/sqlite';

/**
 * Appends one event at a time, each writer to its own stream, each waiting for its answer.
 * @param beside begins what goes on meanwhile; what it gives ends that, and counts too
 */
export async function appendsPerSecond(
  folder: string,
  writers: number,
  seconds: number,
  beside: (store: EventStore, folder: string) => () => Promise<void> = () => async () => {},
): Promise<number> {
  return inFolder(folder, async (own) => {
    const store = openSqliteEventStore({ path: join(own, 'events.db') });
    try {
      const end = beside(store, own);
      const start = performance.now();
      const until = start + seconds * 1000;
      const counts = await Promise.all(
        Array.from({ length: writers }, (_, writer) =>
          appendUntil(store, `approach-GM0000-bench-${writer}`, until),
        ),
      );
      const appended = counts.reduce((sum, count) => sum + count, 0);
      await end();
      return (appended * 1000) / (performance.now() - start);
    } finally {
      await store.close();
    }
  });
}

/** The disk's own rate: as many bytes as an event has, written to the end of a file, and one fsync for each. */
export function fsyncsPerSecond(folder: string, seconds: number): Promise<number> {
  return inFolder(folder, async (own) => {
    const { data, metadata } = newEvent();
    const bytes = Buffer.from(JSON.stringify(data) + JSON.stringify(metadata));
    const file = openSync(join(own, 'bytes'), 'w');
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < seconds * 1000) {
      writeSync(file, bytes);
      fsyncSync(file);
      count += 1;
    }
    const elapsed = performance.now() - start;
    closeSync(file);
    return (count * 1000) / elapsed;
  });
}

async function appendUntil(store: EventStore, stream: string, until: number): Promise<number> {
  let count = 0;
  while (performance.now() < until) {
    await store.append(stream, [newEvent()], count === 0 ? 'NO_STREAM' : count - 1);
    count += 1;
  }
  return count;
}

/** An event of the usual size. */
export function newEvent(): NewEvent {
  return {
    id: randomUUID(),
    type: 'FindingRecorded',
    data: {
      findingId: randomUUID(),
      assessmentId: randomUUID(),
      indicators: ['4.2.2'],
      verdict: 'MET',
      narrative: { text: 'Synthetisch, geen echte bevinding. '.repeat(6), salt: '0'.repeat(32) },
    },
    metadata: {
      schemaVersion: 1,
      actor: 'system:bench',
      correlationId: randomUUID(),
      causationId: null,
      source: null,
    },
  };
}

async function inFolder<T>(folder: string, work: (own: string) => Promise<T>): Promise<T> {
  const own = join(folder, randomUUID());
  mkdirSync(own, { recursive: true });
  try {
    return await work(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}
