import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  EVENT_TYPES,
  InvalidEventError,
  type Position,
  parseEvent,
  type RecordedEvent,
} from '../domain/events';
import { fromJson } from './rows';

/** A page ends at whichever comes first: a log of large documents must not fill the memory either. */
const PAGE_EVENTS = 500;
const PAGE_CHARACTERS = 4_000_000;
/** Rows are fetched so many at a time: one by one takes a third longer, and all of a page could be too large. */
const ROWS_TOGETHER = 25;

/** The statements of the log, each prepared once. */
export function prepareStatements(db: DatabaseSync) {
  const nameOf = streamNames(db);
  const rows = (where: string, order: string) => {
    const statement = db.prepare(
      `SELECT position, id, stream_id, revision, type, data, metadata FROM events
       WHERE ${where} ORDER BY ${order} LIMIT ${ROWS_TOGETHER}`,
    );
    statement.setReturnArrays(true);
    return (...parameters: SQLInputValue[]) => statement.all(...parameters) as unknown as EventRow[];
  };
  const rowsAfter = rows('position > ?', 'position');
  const rowsOfStream = rows(
    'stream_id = (SELECT id FROM streams WHERE name = ?) AND revision >= ?',
    'revision',
  );
  let insertEvent: StatementSync | undefined;
  return {
    /**
     * The next page of the log. This and {@link readStream} throw an InvalidEventError that names the event, where
     * the page would begin with it.
     */
    readAll: (after: Position) => readPage((last) => rowsAfter(last?.[POSITION] ?? after), nameOf),
    /** The next page of a stream, from a revision on. */
    readStream: (stream: string, from: number) =>
      readPage((last) => rowsOfStream(stream, last === undefined ? from : last[REVISION] + 1), nameOf),
    last: db.prepare('SELECT max(position) AS position FROM events'),
    stream: db.prepare(
      `SELECT id, (SELECT max(revision) FROM events WHERE stream_id = streams.id) AS head
       FROM streams WHERE name = ?`,
    ),
    byId: db.prepare(
      `SELECT events.id, name AS stream, revision, position
       FROM events JOIN streams ON streams.id = stream_id WHERE events.id = ?`,
    ),
    insertStream: db.prepare('INSERT INTO streams (name) VALUES (?)'),
    /**
     * Without a position the event gets the next one. Changes nothing where the event's id is there already. Prepared
     * when it is first used: a log that somebody else made anew, without the index on ids, can still be read.
     */
    get insertEvent() {
      insertEvent ??= db.prepare(
        `INSERT INTO events (position, id, stream_id, revision, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING`,
      );
      return insertEvent;
    },
    deleteStream: db.prepare('DELETE FROM streams WHERE id = ?'),
    deleteBehind: db.prepare('DELETE FROM events WHERE stream_id = ? AND revision > ?'),
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
  };
}

/** The name of the stream with that number. */
type StreamNames = (id: number) => string;

/** Names are read once and kept: they never change, and the events of a log share a few of them. */
function streamNames(db: DatabaseSync): StreamNames {
  const statement = db.prepare('SELECT name FROM streams WHERE id = ?');
  const known = new Map<number, string>();
  return (id) => {
    let name = known.get(id);
    if (name === undefined) {
      name = statement.get(id)?.name as string | undefined;
      if (name === undefined) throw new InvalidEventError(`the log has lost the name of its stream ${id}`);
      known.set(id, name);
    }
    return name;
  };
}

/** One string for each type: those of rows are new each time, and would be compared letter by letter wherever they decide. */
const TYPES: ReadonlyMap<string, string> = new Map(EVENT_TYPES.map((type) => [type, type]));

type EventRow = [
  position: number,
  id: string,
  streamId: number,
  revision: number,
  type: string,
  data: string,
  metadata: string,
];
const POSITION = 0;
const REVISION = 3;

/**
 * A page of the rows that follow on one another; statements are read to their end at once: one left open would keep
 * its snapshot, and with it the whole WAL. Parsing row by row keeps what is corrupt in a row to that row.
 */
function readPage(
  rowsBehind: (last: EventRow | undefined) => readonly EventRow[],
  nameOf: StreamNames,
): RecordedEvent[] {
  const page: RecordedEvent[] = [];
  let characters = 0;
  let lastText: string | undefined;
  let lastMetadata: unknown;
  let lastRow: EventRow | undefined;
  while (page.length < PAGE_EVENTS && characters < PAGE_CHARACTERS) {
    const rows = rowsBehind(lastRow);
    for (const row of rows) {
      const [position, id, streamId, revision, type, data, metadata] = row;
      const event = {
        id,
        stream: nameOf(streamId),
        revision,
        position,
        type: TYPES.get(type) ?? type,
        data: undefined as unknown,
        metadata: lastMetadata,
      };
      try {
        event.data = fromJson(data, event);
        // The events of one append mostly share their metadata to the letter: then the parsed one is shared.
        if (metadata !== lastText) {
          lastMetadata = fromJson(metadata, event);
          lastText = metadata;
          event.metadata = lastMetadata;
        }
        page.push(parseEvent(event));
      } catch (error) {
        // What precedes it is given first; asked for the rest, this page begins with it.
        if (page.length > 0) return page;
        throw error;
      }
      characters += data.length;
    }
    if (rows.length < ROWS_TOGETHER) break;
    lastRow = rows.at(-1);
  }
  return page;
}
