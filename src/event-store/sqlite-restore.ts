import { DatabaseSync } from 'node:sqlite';
import { InvalidEventError, type PortableEvent, type Position, type RecordedEvent } from '../domain/events';
import { WholeLogCheck } from '../domain/whole-log';
import { Beginning } from './beginning';
import { prepareStatements } from './sqlite-statements';

/** Where a restored log ends. */
export interface RestoredEnd {
  readonly position: Position;
  readonly recordedAt: string;
}

/**
 * Writes the events into the log at `path` behind what it holds of them, in one transaction. It has a connection of its own, so that
 * others see nothing of it until it is whole. See {@link EventStore.restore}.
 * @param assertMayGoOn called before each page and before the commit; throws where it may not
 */
export async function restoreInto(
  path: string,
  pages: AsyncIterable<readonly PortableEvent[]>,
  assertMayGoOn: () => void,
): Promise<RestoredEnd | undefined> {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; BEGIN IMMEDIATE');
    const sql = prepareStatements(db);
    const beginning = new Beginning(eventsOf(sql));
    const whole = new WholeLogCheck();
    const streams = new Map<string, number>();
    let end: RestoredEnd | undefined;
    for await (const page of pages) {
      assertMayGoOn();
      for (const event of page) {
        whole.check(event);
        const { id, stream, revision, type, data, metadata } = event;
        const there = await beginning.positionOf(event);
        if (there !== undefined) {
          end = { position: there, recordedAt: metadata.recordedAt };
          continue;
        }
        const known = streams.get(stream) ?? sql.stream.get(stream)?.id;
        const streamId = Number(known ?? sql.insertStream.run(stream).lastInsertRowid);
        streams.set(stream, streamId);
        const position = (end?.position ?? 0) + 1;
        const row = [revision, type, JSON.stringify(data), JSON.stringify(metadata)] as const;
        if (sql.insertEvent.run(position, id, streamId, ...row).changes === 0) {
          throw new InvalidEventError(
            `event ${id} (${stream} revision ${revision}) has the id of an earlier event`,
          );
        }
        end = { position, recordedAt: metadata.recordedAt };
      }
    }
    await beginning.assertOver();
    assertMayGoOn();
    db.exec('COMMIT');
    return end;
  } finally {
    // Closing rolls back what was not committed.
    db.close();
  }
}

function* eventsOf(sql: ReturnType<typeof prepareStatements>): Generator<RecordedEvent, void> {
  for (let after: Position = 0; ; ) {
    const page = sql.readAll(after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}
