import { EVENT_TYPES, type EventType } from '../src/domain/events';
import type { FrameworkLine } from '../src/domain/framework';
import { approachOfStream } from '../src/domain/streams';
import { type ApproachRow, approachesByKey, approachKey, readWhole } from './approaches';
import type { ReadDatabase } from './database';
import { frameworkLine } from './frameworks';
import type { Projection } from './projection';

/** A read model whose rows follow from the histories of approaches, one by one. */
export interface Derived extends Pick<Projection, 'name' | 'version' | 'tables'> {
  /**
   * For every event type, whether such an event can change the rows; a new type does not compile until
   * each read model has said so.
   */
  readonly changes: Readonly<Record<EventType, boolean>>;
  /** Writes the rows of one approach, in the place of those before. */
  write(database: ReadDatabase, approach: ApproachRow, frameworks: (code: string) => FrameworkLine): void;
}

/**
 * The projection that keeps derived read models: it notes the approaches that events change, and before the
 * transaction commits reads the history of each of them once, for all.
 */
export function derived(models: readonly Derived[]): Projection {
  const changing = new Set<EventType>(
    EVENT_TYPES.filter((type) => models.some(({ changes }) => changes[type])),
  );
  return {
    name: models.map(({ name }) => name).join('+'),
    version: models.reduce((sum, { version }) => sum + version, 0),
    tables: Object.assign({}, ...models.map(({ tables }) => tables)),
    writer(database) {
      const touched = new Set<string>();
      return {
        apply({ type, stream }) {
          if (changing.has(type)) touched.add(stream);
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
            if (row === undefined) continue;
            readWhole(database, [row]);
            for (const model of models) model.write(database, row, frameworks);
          }
        },
      };
    },
  };
}
