import type { RecordedEvent } from '../src/domain/events';
import type { ReadDatabase } from './database';

/**
 * A read model: its tables, and what each event does to them. The rows depend on the events alone, in the
 * order of the log, so that dropping the tables and replaying gives the same rows, byte for byte.
 */
export interface Projection {
  readonly name: string;
  /** Raised with every change of tables or rows: the read models are then rebuilt. */
  readonly version: number;
  /** The statement that creates each table, by table name. */
  readonly tables: Readonly<Record<string, string>>;
  /** Statements that create indexes; a rebuild runs them last, when the rows are there. */
  readonly indexes?: readonly string[];
  /** Begins to write. What it keeps in memory belongs to one transaction. */
  writer(database: ReadDatabase): ProjectionWriter;
}

/** Used within one transaction of the projector, and thrown away with it. */
export interface ProjectionWriter {
  /** Takes in an event; may gather in memory what is cheaper to write together. */
  apply(event: RecordedEvent): void;
  /**
   * Writes what was gathered, once, before the transaction commits. Projections are finished in the order
   * of their list, so that one may read the tables of those before it.
   */
  finish(): void;
}
