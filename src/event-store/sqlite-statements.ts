import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { InvalidEventError, parseEvent, type RecordedEvent } from '../domain/events';

/** A page ends at whichever comes first: a log of large documents must not fill the memory either. */
const PAGE_EVENTS = 500;
const PAGE_CHARACTERS = 4_000_000;

/** The statements of the log, each prepared once. */
export function prepareStatements(db: DatabaseSync) {
  const page = (where: string, order: string) => {
    const statement = db.prepare(
      `SELECT position, id, stream_id, revision, type, data, metadata FROM events
       WHERE ${where} ORDER BY ${order} LIMIT ${PAGE_EVENTS}`,
    );
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    nameOf: streamNames(db),
    readAll: page('position > ?', 'position'),
    readStream: page('stream_id = (SELECT id FROM streams WHERE name = ?) AND revision >= ?', 'revision'),
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
    /** Without a position the event gets the next one. Changes nothing where the event's id is there already. */
    insertEvent: db.prepare(
      `INSERT INTO events (position, id, stream_id, revision, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    ),
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

type EventRow = [
  position: number,
  id: string,
  streamId: number,
  revision: number,
  type: string,
  data: string,
  metadata: string,
];

/**
 * The next page of a reading statement. It is read to its end at once: a statement left open would keep
 * its snapshot, and with it the whole WAL. Row by row turned out faster than one JSON text for the page,
 * and keeps what is corrupt in a row to that row.
 * @throws InvalidEventError that names the event, where the page would begin with it.
 */
export function readPage(
  statement: StatementSync,
  nameOf: StreamNames,
  ...parameters: SQLInputValue[]
): RecordedEvent[] {
  const page: RecordedEvent[] = [];
  let characters = 0;
  let lastText: string | undefined;
  let lastMetadata: unknown;
  for (const row of statement.iterate(...parameters) as Iterable<unknown>) {
    const [position, id, streamId, revision, type, data, metadata] = row as EventRow;
    const event = {
      id,
      stream: nameOf(streamId),
      revision,
      position,
      type,
      data: undefined as unknown,
      metadata: lastMetadata,
    };
    try {
      event.data = json(data, event);
      // The events of one append mostly share their metadata to the letter: then the parsed one is shared.
      if (metadata !== lastText) {
        lastMetadata = json(metadata, event);
        lastText = metadata;
        event.metadata = lastMetadata;
      }
      page.push(parseEvent(event));
    } catch (error) {
      // What precedes it is given first; asked for the rest, this page begins with it.
      if (page.length > 0) break;
      throw error;
    }
    characters += data.length;
    if (characters >= PAGE_CHARACTERS) break;
  }
  return page;
}

function json(text: string, event: { id: string; stream: string; revision: number }): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventError(
      `event ${event.id} (${event.stream} revision ${event.revision}) is corrupt: ${(cause as Error).message}`,
      { cause },
    );
  }
}
