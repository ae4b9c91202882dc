import type { EventType } from '../src/domain/events';
import type { FrameworkLine } from '../src/domain/framework';
import { approachOfStream } from '../src/domain/streams';
import { type ApproachRow, approachesByKey, approachKey } from './approaches';
import type { ReadDatabase } from './database';
import { frameworkLine } from './frameworks';
import type { Projection } from './projection';

/**
 * The writer of a read model that is derived from the histories: it notes the approaches that an event
 * changes, and writes each of them once, before the transaction commits.
 *
 * @param changes for every event type, whether such an event can change the rows; a new type does not
 *   compile until each read model has said so
 */
export function derivedWriter(
  changes: Readonly<Record<EventType, boolean>>,
  write: (database: ReadDatabase, approach: ApproachRow, frameworks: (code: string) => FrameworkLine) => void,
): Projection['writer'] {
  return (database) => {
    const touched = new Set<string>();
    return {
      apply(event) {
        if (changes[event.type]) touched.add(event.stream);
      },
      finish() {
        const lines = new Map<string, FrameworkLine>();
        const frameworks = (code: string): FrameworkLine => {
          const line = lines.get(code) ?? frameworkLine(database, code, Number.MAX_SAFE_INTEGER);
          lines.set(code, line);
          return line;
        };
        for (const stream of touched) {
          const approach = approachOfStream(stream);
          if (approach === null) continue;
          const key = approachKey(approach);
          const row = approachesByKey(database, [key]).get(key);
          if (row !== undefined) write(database, row, frameworks);
        }
      },
    };
  };
}
