import type { ReadDatabase } from '../../projections/database';
import type { Position, RecordedEvent } from '../domain/events';

/** What the API reads from; made once, shared by all requests. */
export interface ReadSources {
  readonly database: ReadDatabase;
  /** The position that the read models have reached. */
  readonly position: () => Position;
  /** Events of a stream from a revision on, in pages. */
  readonly readStream: (stream: string, from: number) => AsyncIterable<readonly RecordedEvent[]>;
  readonly now: () => Date;
  /** Resolves once the read models hold something behind the position; false where that takes longer. */
  readonly grown: (behind: Position, timeoutMs: number) => Promise<boolean>;
}
