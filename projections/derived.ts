import { EVENT_TYPES, type EventType, type Position } from '../src/domain/events';
import type { FrameworkLine } from '../src/domain/framework';
import { approachOfStream } from '../src/domain/streams';
import { type ApproachRow, approachesByKey, approachKey, readWhole } from './approaches';
import type { ReadDatabase } from './database';
import { frameworkLine } from './frameworks';
import type { Projection } from './projection';

/** A read model whose rows follow from the histories of approaches, one by one. */
export interface Derived extends Pick<Projection, 'name' | 'version' | 'tables' | 'indexes'> {
  /**
   * For every event type, whether such an event can change the rows; a new type does not compile until
   * each read model has said so.
   */
  readonly changes: Readonly<Record<EventType, boolean>>;
  /**
   * Writes the rows of one approach, in the place of those before.
   * @param first position of the first event since they were written
   */
  write(
    database: ReadDatabase,
    approach: ApproachRow,
    frameworks: (code: string) => FrameworkLine,
    first: Position,
  ): void;
  /**
   * The same of a stream that is no approach's, where there are such rows.
   * @param last position of its last event
   */
  writeOther?(database: ReadDatabase, stream: string, first: Position, last: Position): void;
}

/** What a stream got since its rows were written: of which types, and between which positions. */
interface Touched {
  readonly types: Set<EventType>;
  readonly first: Position;
  last: Position;
}

/**
 * The projection that keeps derived read models: it notes the approaches that events change, and before the
 * transaction commits reads the history of each of them once, for all.
 */
export function derived(models: readonly Derived[]): Projection {
  const changing = new Set(EVENT_TYPES.filter((type) => models.some(({ changes }) => changes[type])));
  return {
    name: models.map(({ name }) => name).join('+'),
    version: models.reduce((sum, { version }) => sum + version, 0),
    tables: Object.assign({}, ...models.map(({ tables }) => tables)),
    indexes: models.flatMap(({ indexes = [] }) => indexes),
    writer(database) {
      const touched = new Map<string, Touched>();
      return {
        apply({ type, stream, position }) {
          if (!changing.has(type)) return;
          const known = touched.get(stream);
          if (known === undefined) {
            touched.set(stream, { types: new Set([type]), first: position, last: position });
          } else {
            known.types.add(type);
            known.last = position;
          }
        },
        finish() {
          const lines = new Map<string, FrameworkLine>();
          const frameworks = (code: string): FrameworkLine => {
            const line = lines.get(code) ?? frameworkLine(database, code, Number.MAX_SAFE_INTEGER);
            lines.set(code, line);
            return line;
          };
          for (const [stream, { types, first, last }] of touched) {
            const changed = models.filter(({ changes }) => [...types].some((type) => changes[type]));
            const approach = approachOfStream(stream);
            if (approach === null) {
              for (const model of changed) model.writeOther?.(database, stream, first, last);
              continue;
            }
            const key = approachKey(approach);
            const row = approachesByKey(database, [key]).get(key);
            if (row === undefined) continue;
            readWhole(database, [row]);
            for (const model of changed) model.write(database, row, frameworks, first);
          }
        },
      };
    },
  };
}
