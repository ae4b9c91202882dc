import type { Position, RecordedEvent } from '../src/domain/events';
import { leafHash } from '../src/ledger/entry';
import type { ReadDatabase } from './database';
import type { Projection } from './projection';

/**
 * The first and the last event, by what the ledger hashes of them: what snapshots are named by. So an answer that
 * needs nothing else of the log is given without it, also while it is away.
 */
export const logEnds: Projection = {
  name: 'log-ends',
  version: 1,
  tables: {
    log_ends: `CREATE TABLE log_ends (
      place TEXT PRIMARY KEY,
      position INTEGER NOT NULL,
      recorded_at TEXT NOT NULL,
      hash TEXT NOT NULL
    ) WITHOUT ROWID`,
  },
  writer: (database) => {
    let first: RecordedEvent | undefined;
    let last: RecordedEvent | undefined;
    const write = (place: Place, event: RecordedEvent): void => {
      database.run(
        'INSERT OR REPLACE INTO log_ends (place, position, recorded_at, hash) VALUES (?, ?, ?, ?)',
        ...[place, event.position, event.metadata.recordedAt, leafHash(event).toString('hex')],
      );
    };
    return {
      apply(event) {
        first ??= event;
        last = event;
      },
      finish() {
        if (first === undefined || last === undefined) return;
        if (logEnd(database, 'first') === undefined) write('first', first);
        write('last', last);
      },
    };
  },
};

type Place = 'first' | 'last';

/** An event at an end of the log. */
export interface LogEndEvent {
  readonly position: Position;
  readonly recordedAt: string;
  /** Its leaf in the ledger's tree, in hexadecimal. */
  readonly hash: string;
}

/** The first or the last event that the read models hold; undefined where they hold none. */
export function logEnd(database: ReadDatabase, place: Place): LogEndEvent | undefined {
  return database.get<LogEndEvent>(
    'SELECT position, recorded_at AS recordedAt, hash FROM log_ends WHERE place = ?',
    place,
  );
}
