import type { Position } from '../domain/events';
import type { Ledger } from '../ledger/ledger';
import type { LedgerFollower } from '../ledger/ledger-follower';
import { base64, consistencyProof, inclusionProof, type NodeReader } from '../ledger/merkle';
import type { SigningKey } from '../ledger/note';
import { type ErrorCode, userError } from './errors';

/** How long a request waits for the ledger to record what it sees. */
export const RECORD_WAIT_MS = 2_000;

/** The ledger of the log that is served, and the key that signs it. */
export interface SignedLog {
  readonly ledger: Ledger;
  readonly follower: Pick<LedgerFollower, 'waitFor' | 'hasBegun' | 'failure'>;
  readonly key: SigningKey;
}

/** The signed state of the log at some size; hashes in base64, as in the note. */
export interface CheckpointReading {
  readonly note: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

/** What one request reads of the ledger: all of it for the log as the request sees it. */
export class LedgerScope {
  readonly #log: SignedLog;
  readonly #scope: { readonly upTo: Position };
  #nodes: NodeReader | undefined;
  #checkpoint: CheckpointReading | undefined;

  constructor(log: SignedLog, scope: { readonly upTo: Position }) {
    this.#log = log;
    this.#scope = scope;
  }

  /** The ledger as it is read where the request sees something else. */
  at(scope: { readonly upTo: Position }): LedgerScope {
    return new LedgerScope(this.#log, scope);
  }

  /** The checkpoint of all events that the request sees. */
  async checkpoint(): Promise<CheckpointReading> {
    const size = await this.#size();
    this.#checkpoint ??= this.#signed(size);
    return this.#checkpoint;
  }

  /** What proves that the event at that position is one of those that the checkpoint is signed over. */
  async proofOf(position: Position) {
    const checkpoint = await this.checkpoint();
    const index = this.#log.ledger.sizeUpTo(position) - 1;
    const nodes = this.#reader();
    return {
      index,
      leafHash: base64(nodes(0, index)),
      path: inclusionProof(index, checkpoint.size, nodes).map(base64),
      checkpoint,
    };
  }

  /**
   * What proves that the first `from` events are the beginning of the first `to`, by default of all.
   * @throws GraphQLError with code BAD_USER_INPUT where there are not so many
   */
  async consistencyProof(from: number, to: number | null) {
    const size = await this.#size();
    const end = to ?? size;
    if (from < 0 || from > end || end > size) {
      throw userError(
        `from is ${from} and to is ${end}; expected 0 ≤ from ≤ to ≤ ${size}, the size of the log`,
      );
    }
    // That nothing is the beginning of all needs no proof, and RFC 9162 has none.
    const path = from === 0 ? [] : consistencyProof(from, end, this.#reader());
    return { from, to: end, path: path.map(base64), checkpoint: this.#signed(end) };
  }

  /** How many events the request sees, once the ledger has recorded them. */
  async #size(): Promise<number> {
    const { follower, ledger } = this.#log;
    const { upTo } = this.#scope;
    if (!(await follower.waitFor(upTo, RECORD_WAIT_MS))) {
      throw userError(...whyNothingIsSigned(follower));
    }
    return ledger.sizeUpTo(upTo);
  }

  #signed(size: number): CheckpointReading {
    const { ledger, key } = this.#log;
    return { note: ledger.note(size, key), origin: key.name, size, root: base64(ledger.root(size)) };
  }

  #reader(): NodeReader {
    this.#nodes ??= this.#log.ledger.nodes();
    return this.#nodes;
  }
}

export function whyNothingIsSigned({ failure }: SignedLog['follower']): [message: string, code: ErrorCode] {
  return failure === undefined
    ? ['the ledger is still recording the log; try again shortly', 'NOT_READY']
    : [
        'the ledger no longer records the log, so nothing is signed; its operator was told why',
        'LEDGER_MISFIT',
      ];
}
