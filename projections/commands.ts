import type { RecordedEvent } from '../src/domain/events';
import type { ReadDatabase } from './database';
import type { Projection } from './projection';

/**
 * The commands that have left events, by their id (the correlation id of the events), each with the stream
 * that it wrote to: by it a command id is known that was used on another stream.
 */
export const commands: Projection = {
  name: 'commands',
  version: 1,
  tables: {
    commands: `CREATE TABLE commands (
      id BLOB PRIMARY KEY,
      stream TEXT NOT NULL
    ) WITHOUT ROWID`,
  },
  writer: (database) => {
    let last = '';
    return {
      // Every event belongs to a command, so there is no case for each type here.
      apply({ stream, metadata: { correlationId } }: RecordedEvent) {
        // The events of a command stand together.
        if (correlationId === last) return;
        last = correlationId;
        database.run(
          'INSERT INTO commands (id, stream) VALUES (?, ?) ON CONFLICT DO NOTHING',
          bytesOf(correlationId),
          stream,
        );
      },
      finish() {},
    };
  },
};

/** The stream that the command with this id wrote to; null where there is none. */
export function streamOfCommand(database: ReadDatabase, id: string): string | null {
  return (
    database.get<{ stream: string }>('SELECT stream FROM commands WHERE id = ?', bytesOf(id))?.stream ?? null
  );
}

/** A UUID in the 16 bytes that it is. */
function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
