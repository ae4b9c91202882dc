import { STREAM_BEGINNINGS, STREAM_NAME } from '../domain/streams';
import { UnusableLogError } from './event-store';
import { isTombstone, type StoredRecord, streamOf } from './kurrentdb-records';

/**
 * Which streams of a server are ours: those that a prefix and a name of our own make up, and no others. Another
 * register may have a prefix that begins with ours.
 */
export class OwnStreams {
  readonly prefix: string;
  /**
   * What the server is asked for: what the whole names of our streams begin with, and those of few others. A regular
   * expression could say exactly which are ours, but the server compiles it for each request, in milliseconds.
   */
  readonly beginnings: readonly string[];
  readonly #names: RegExp;

  /** @throws UnusableLogError where names could be read in two ways */
  constructor(prefix: string) {
    // Behind the name of an approach's stream, what follows could be more of its slug.
    const approach = /approach-GM[0-9]{4}-/.exec(prefix)?.[0];
    if (approach !== undefined) {
      throw new UnusableLogError(
        `streams cannot begin with ${prefix}: "${approach}" in it lets them be taken for those of an approach in a register with a shorter prefix; choose one without`,
      );
    }
    this.prefix = prefix;
    this.beginnings = STREAM_BEGINNINGS.map((beginning) => prefix + beginning);
    this.#names = new RegExp(`^(?:${STREAM_NAME})$`);
  }

  /** True of a name without the prefix. */
  hasName(stream: string): boolean {
    return this.#names.test(stream);
  }

  /** What of it is ours; the tombstone of a stream that was deleted for good is the server's. */
  among(records: readonly StoredRecord[]): StoredRecord[] {
    return records.filter((record) => {
      if (isTombstone(record)) return false;
      const stream = streamOf(record);
      return stream.startsWith(this.prefix) && this.hasName(stream.slice(this.prefix.length));
    });
  }
}
