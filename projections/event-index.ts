import type { EventType, Position, RecordedEvent } from '../src/domain/events';
import type { ReadDatabase } from './database';
import type { Projection } from './projection';

/**
 * Where each event lies, by position, type and stream: what a page of events is found by. The events
 * themselves stay in the log. `instants` leads from the recorded clock to a position.
 */
export const eventIndex: Projection = {
  name: 'event-index',
  version: 2,
  tables: {
    event_streams: 'CREATE TABLE event_streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)',
    event_types: 'CREATE TABLE event_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)',
    events: `CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      stream INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      type INTEGER NOT NULL
    )`,
    instants: `CREATE TABLE instants (
      recorded_at TEXT PRIMARY KEY,
      position INTEGER NOT NULL
    ) WITHOUT ROWID`,
  },
  indexes: [
    'CREATE INDEX events_by_stream ON events (stream)',
    'CREATE INDEX events_by_type ON events (type)',
  ],
  writer: (database) => {
    const idOf = { stream: numbering(database, 'event_streams'), type: numbering(database, 'event_types') };
    const rows = database.inserter('events', ['position', 'stream', 'revision', 'type']);
    let latest: { recordedAt: string; position: Position } | null = null;
    const writeLatest = (): void => {
      if (latest === null) return;
      database.run(
        `INSERT INTO instants (recorded_at, position) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET position = excluded.position`,
        latest.recordedAt,
        latest.position,
      );
    };
    return {
      // Every event is indexed alike, so there is no case for each type here.
      apply({ position, stream, revision, type, metadata: { recordedAt } }: RecordedEvent) {
        rows.add(position, idOf.stream(stream), revision, idOf.type(type));
        if (latest !== null && latest.recordedAt !== recordedAt) writeLatest();
        latest = { recordedAt, position };
      },
      finish() {
        rows.flush();
        writeLatest();
      },
    };
  },
};

function numbering(database: ReadDatabase, table: 'event_streams' | 'event_types'): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    let id = known.get(name);
    if (id === undefined) {
      database.run(`INSERT INTO ${table} (name) VALUES (?) ON CONFLICT DO NOTHING`, name);
      id = database.get<{ id: number }>(`SELECT id FROM ${table} WHERE name = ?`, name)?.id ?? 0;
      known.set(name, id);
    }
    return id;
  };
}

/** Where an event lies. */
export interface EventPlace {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
}

/** Which events are wanted; `null` sets no limit. */
export interface EventFilter {
  /** Behind this position. */
  readonly after: Position;
  readonly upTo: Position;
  readonly types: readonly EventType[] | null;
  readonly stream: string | null;
  readonly limit: number;
}

/** A page of event places in the order of the log. */
export function eventPlaces(database: ReadDatabase, filter: EventFilter): EventPlace[] {
  const { after, upTo, types, stream, limit } = filter;
  // Of each type a page by the index, as those of a few types may lie far from one another.
  if (types !== null && stream === null) {
    const pages = [...new Set(types)].flatMap((type) =>
      database.all<EventPlace>(
        `${PLACES} WHERE type = (SELECT id FROM event_types WHERE name = ?) AND position > ? AND position <= ?
         ORDER BY position LIMIT ?`,
        ...[type, after, upTo, limit],
      ),
    );
    return pages.sort((a, b) => a.position - b.position).slice(0, limit);
  }
  const ofTypes = 'SELECT t.id FROM json_each(?) AS w JOIN event_types AS t ON t.name = w.value';
  return database.all<EventPlace>(
    `${PLACES} WHERE position > ? AND position <= ?
       ${stream === null ? '' : 'AND stream = (SELECT id FROM event_streams WHERE name = ?)'}
       ${types === null ? '' : `AND type IN (${ofTypes})`}
     ORDER BY position LIMIT ?`,
    ...[after, upTo],
    ...(stream === null ? [] : [stream]),
    ...(types === null ? [] : [JSON.stringify(types)]),
    limit,
  );
}

/** How many events there are behind a position, up to another; of some types, or of all. */
export function countEvents(
  database: ReadDatabase,
  after: Position,
  upTo: Position,
  types: readonly EventType[] | null = null,
): number {
  const ofTypes =
    'AND type IN (SELECT t.id FROM json_each(?) AS w JOIN event_types AS t ON t.name = w.value)';
  return (
    database.get<{ count: number }>(
      `SELECT count(*) AS count FROM events WHERE position > ? AND position <= ? ${types === null ? '' : ofTypes}`,
      ...[after, upTo, ...(types === null ? [] : [JSON.stringify(types)])],
    )?.count ?? 0
  );
}

/** The place of the event with that ordinal, from 0, behind a position; undefined where there is none. */
export function eventPlaceAt(
  database: ReadDatabase,
  ordinal: number,
  after: Position = 0,
): EventPlace | undefined {
  const sql = `${PLACES} WHERE position > ? ORDER BY position LIMIT 1 OFFSET ?`;
  return database.get<EventPlace>(sql, after, ordinal);
}

/** The place of the last event up to a position; undefined before the first. */
export function lastEventPlace(database: ReadDatabase, upTo: Position): EventPlace | undefined {
  return database.get<EventPlace>(`${PLACES} WHERE position <= ? ORDER BY position DESC LIMIT 1`, upTo);
}

const PLACES = `SELECT position, revision, (SELECT name FROM event_streams WHERE id = stream) AS stream
  FROM events`;

/** The revision that a stream is at by a position; -1 where it is not there yet. */
export function revisionAt(database: ReadDatabase, stream: string, upTo: Position): number {
  return (
    database.get<{ revision: number | null }>(
      `SELECT max(revision) AS revision FROM events
       WHERE stream = (SELECT id FROM event_streams WHERE name = ?) AND position <= ?`,
      stream,
      upTo,
    )?.revision ?? -1
  );
}

/** The last position recorded by that instant (ISO 8601 in UTC, milliseconds); 0 where nothing was yet. */
export function positionRecordedBy(database: ReadDatabase, instant: string): Position {
  return (
    database.get<{ position: number }>(
      'SELECT position FROM instants WHERE recorded_at <= ? ORDER BY recorded_at DESC LIMIT 1',
      instant,
    )?.position ?? 0
  );
}

/** When the last event was recorded (ISO 8601 in UTC, milliseconds); empty before the first. */
export function lastRecordedAt(database: ReadDatabase): string {
  return database.get<{ last: string | null }>('SELECT max(recorded_at) AS last FROM instants')?.last ?? '';
}
