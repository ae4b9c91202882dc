import type { EventType, Position, RecordedEvent } from '../src/domain/events';
import type { FrameworkLine } from '../src/domain/framework';
import type { StoredApproach } from './approaches';
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
    approach: StoredApproach,
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

/** Keeps derived read models: it notes the approaches that events change, and then writes the rows of each once. */
export class DerivedRows {
  readonly #database: ReadDatabase;
  readonly #models: readonly Derived[];
  readonly #touched = new Map<string, Touched>();

  constructor(database: ReadDatabase, models: readonly Derived[]) {
    this.#database = database;
    this.#models = models;
  }

  note({ type, stream, position }: RecordedEvent): void {
    const known = this.#touched.get(stream);
    if (known === undefined) {
      this.#touched.set(stream, { types: new Set([type]), first: position, last: position });
    } else {
      known.types.add(type);
      known.last = position;
    }
  }

  /**
   * Writes what changed.
   * @param approachOf the approach that a stream is of, its history whole; null for a stream of another kind
   */
  write(approachOf: (stream: string) => StoredApproach | null): void {
    const lines = new Map<string, FrameworkLine>();
    const frameworks = (code: string): FrameworkLine => {
      const line = lines.get(code) ?? frameworkLine(this.#database, code, Number.MAX_SAFE_INTEGER);
      lines.set(code, line);
      return line;
    };
    for (const [stream, { types, first, last }] of this.#touched) {
      const changed = this.#models.filter(({ changes }) => [...types].some((type) => changes[type]));
      if (changed.length === 0) continue;
      const approach = approachOf(stream);
      for (const model of changed) {
        if (approach === null) model.writeOther?.(this.#database, stream, first, last);
        else model.write(this.#database, approach, frameworks, first);
      }
      approach?.history.letPartsGo();
    }
  }
}
