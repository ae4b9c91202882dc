import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions, ClientReadableStream, Metadata } from '@grpc/grpc-js';
import type { AppendStreamState, EventData, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { ServerFeatures } from '@kurrent/kurrentdb-client/dist/Client/ServerFeatures';
import { StreamsClient } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb';
import type {
  ReadReq,
  ReadResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb';
import { LogUnavailableError, UnusableLogError } from './event-store';
import { isPassing, NoAnswerError, reason, refused, unusable } from './kurrentdb-errors';
import { clientOf, placeOf } from './kurrentdb-url';

/** What the server says while it is read: an event, a checkpoint, or that the reader is level. */
export type Message = ReadResp;

/** How long is waited for what, in milliseconds. Tests shorten it. */
export interface Waits {
  /** For an answer to a request, and for the next message of a reading. Then it is unknown what became of it. */
  readonly answer: number;
  /** Until a request is repeated of which it is unknown what became of it: the server's own time-outs end before. */
  readonly afterUnknown: number;
  /** Until the first repetition after a failure; doubled each time up to `afterUnknown`, less a random part. */
  readonly afterFailure: number;
  /** For a request with all its repetitions. */
  readonly patience: number;
  /** Without a message on a subscription until it is checked whether it has stalled. */
  readonly watch: number;
}

export const WAITS: Waits = {
  answer: 10_000,
  afterUnknown: 2_000,
  afterFailure: 100,
  patience: 60_000,
  watch: 5_000,
};

/** The first server that tells a subscriber that it has caught up. */
const OLDEST_SERVER = [23, 10] as const;

/** How long closing waits for the client, in milliseconds. */
const CLOSE_MS = 1_000;

/** Messages and bytes of a page; more is not taken from the connection until the page was. */
const PAGE_MESSAGES = 500;
const PAGE_BYTES = 4_000_000;

/**
 * What of the client is needed and is protected there. Its own reads go through a native library that cannot
 * be stopped, waits without an end, and gives times in whole seconds; so we read by the client's channel and
 * its generated definitions. The client's version is pinned to the digit, and the contract suite holds this.
 */
interface Protected {
  readonly capabilities: Promise<ServerFeatures>;
  handleError(client: unknown, error: Error): Promise<void>;
  execute(...request: typeof ServerFeatures.createServerFeatures): Promise<ServerFeatures>;
  callArguments(options: object, callOptions: CallOptions): [Metadata, CallOptions];
  GRPCStreamCreator(
    client: typeof StreamsClient,
    name: string,
    create: (client: StreamsClient) => ClientReadableStream<ReadResp>,
  ): () => Promise<ClientReadableStream<ReadResp>>;
}

/** The connection to a KurrentDB server or cluster: single attempts, and what their failures mean. */
export class Connection {
  /** The servers, without user and password. */
  readonly place: string;
  readonly #url: string;
  readonly #waits: Waits;
  #client: Promise<KurrentDBClient> | undefined;
  #current: KurrentDBClient | undefined;
  /** One that could not connect and may try again: each holds memory of its native library for good. */
  #unconnected: KurrentDBClient | undefined;
  #wasConnected = false;

  constructor(url: string, waits: Waits) {
    this.#url = url;
    this.#waits = waits;
    this.place = placeOf(url);
  }

  /** One attempt to append. */
  async append(stream: string, events: EventData[], state: AppendStreamState) {
    const client = await this.#connected();
    // The server takes the deadline by its own clock, so it lies far off: a clock that differs must not fail
    // every append. Its own time-out comes first, and ours ends the waiting.
    const appending = client.appendToStream(stream, events, { streamState: state, deadline: 86_400_000 });
    const { nextExpectedRevision, position } = await this.#inTime(client, appending);
    return { revision: Number(nextExpectedRevision), position };
  }

  /**
   * Reads in pages until the server ends it: full ones until the reader is level, then what there is. An empty
   * page says that nothing came for `quietMs`. Leaving the loop, or aborting `signal`, ends the reading on the
   * server too.
   */
  async *read(
    request: ReadReq,
    quietMs: number,
    signal?: AbortSignal,
    requiresLeader = false,
  ): AsyncGenerator<readonly Message[], void> {
    const client = await this.#connected();
    const calls = client as unknown as Protected;
    const open = calls.GRPCStreamCreator(StreamsClient, 'read', (streams) =>
      streams.read(
        request,
        ...calls.callArguments({ requiresLeader }, { deadline: Number.POSITIVE_INFINITY }),
      ),
    );
    const stream = await this.#inTime(client, open());
    let page: Message[] = [];
    let bytes = 0;
    let isLevel = false;
    let isDue = false;
    let end: { error?: Error } | undefined;
    let news = Promise.withResolvers<void>();
    const ended = (error?: Error): void => {
      end ??= error === undefined ? {} : { error };
      news.resolve();
    };
    const aborted = (): void => ended();
    const take = (): Message[] => {
      const taken = page;
      page = [];
      bytes = 0;
      isDue = false;
      stream.resume();
      return taken;
    };
    stream.on('data', (message: Message) => {
      page.push(message);
      bytes += message.getEvent()?.getEvent()?.getData_asU8().length ?? 0;
      if (message.hasCaughtUp()) isLevel = true;
      if (message.hasFellBehind()) isLevel = false;
      const isFull = page.length >= PAGE_MESSAGES || bytes >= PAGE_BYTES;
      if (isFull) stream.pause();
      isDue ||= isFull || isLevel || message.hasCheckpoint();
      news.resolve();
    });
    stream.on('end', () => ended());
    stream.on('error', ended);
    signal?.addEventListener('abort', aborted);
    try {
      while (!signal?.aborted) {
        if (page.length > 0 && (isDue || end !== undefined)) {
          // What comes in one piece is told one by one: a turn later there is more to give at once.
          if (isLevel) await nextTurn();
          yield take();
        } else if (end !== undefined) {
          if (end.error !== undefined) throw end.error;
          return;
        } else if (await isQuiet(news.promise, quietMs)) {
          yield take();
        } else {
          await nextTurn();
          news = Promise.withResolvers();
        }
      }
    } finally {
      signal?.removeEventListener('abort', aborted);
      stream.cancel();
    }
  }

  /**
   * As {@link read}, for what has an end: nothing for too long is an error. The node that leads is asked: another
   * may not have yet what was just written, and one that was cut off does not know what is missing.
   */
  async *readToEnd(
    request: ReadReq,
    quietMs = this.#waits.answer,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly Message[], void> {
    for await (const page of this.read(request, quietMs, signal, true)) {
      if (page.length === 0) {
        if (this.#current !== undefined) this.#drop(this.#current);
        throw new NoAnswerError(`the log at ${this.place} stopped answering`);
      }
      yield page;
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    // It waits for calls that are over for the server, and for it never end.
    const bounded = sleep(CLOSE_MS, undefined, { ref: false });
    await Promise.race([client?.dispose(), bounded]);
  }

  /**
   * The client, once it has an answer of the server. The first time, what fails is told at once; later it passes.
   * @throws UnusableLogError, or LogUnavailableError where the server may be away, the first time
   */
  #connected(): Promise<KurrentDBClient> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = undefined;
      if (this.#wasConnected) throw error;
      throw unusable(error, this.place);
    });
    return this.#client;
  }

  async #connect(): Promise<KurrentDBClient> {
    const client = this.#unconnected ?? mended(clientOf(this.#url));
    this.#unconnected = client;
    const { serverVersion } = await this.#inTime(client, (client as unknown as Protected).capabilities);
    this.#unconnected = undefined;
    const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
    if (!(major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]))) {
      throw new UnusableLogError(
        `the server ${this.place} is of version ${serverVersion}: expected ${OLDEST_SERVER.join('.')} or newer`,
      );
    }
    this.#wasConnected = true;
    this.#current = client;
    return client;
  }

  /** Waits for an answer as long as is allowed; a client that got none is not asked again. */
  async #inTime<T>(client: KurrentDBClient, answer: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        late.reject(new NoAnswerError(`the log at ${this.place} did not answer in ${this.#waits.answer} ms`)),
      this.#waits.answer,
    );
    try {
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      answer.catch(() => {});
      if (error instanceof NoAnswerError) this.#drop(client);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes another client next time, which asks anew which node leads. */
  #drop(silent: KurrentDBClient): void {
    void silent.dispose();
    if (this.#current === silent) this.#client = undefined;
    if (this.#unconnected === silent) this.#unconnected = undefined;
  }
}

/**
 * The client, without two faults that it has where a majority of the nodes is gone. What handles its errors fails
 * then itself, and nobody waits for that: the process would end. And what a server can do, which each append asks
 * first, is looked up once, also where that fails: no append would ever be made again.
 */
function mended(client: KurrentDBClient): KurrentDBClient {
  const inside = client as unknown as Protected;
  const handle = inside.handleError;
  let capabilities: Promise<ServerFeatures> | undefined;
  inside.handleError = async (...failed) => {
    capabilities = undefined;
    // Whoever asked is told by what they asked for.
    await handle(...failed).catch(() => {});
  };
  Object.defineProperty(client, 'capabilities', {
    get() {
      capabilities ??= inside.execute(...ServerFeatures.createServerFeatures).catch((error: unknown) => {
        capabilities = undefined;
        throw error;
      });
      return capabilities;
    },
  });
  return client;
}

/** Waits between repetitions of one request, and says when it has been enough. */
export class Repetition {
  readonly #waits: Waits;
  readonly #patienceMs: number;
  readonly #since = performance.now();
  #failures = 0;

  constructor(waits: Waits, patienceMs: number) {
    this.#waits = waits;
    this.#patienceMs = patienceMs;
  }

  /**
   * Waits longer each time, up to a most, and not as long as others do.
   * @throws LogUnavailableError where there is no more patience; what is not of the kind that passes
   */
  async afterOneMore(error: unknown, place: string, stop?: AbortSignal): Promise<void> {
    if (!isPassing(error)) throw refused(error, place);
    if (performance.now() - this.#since > this.#patienceMs) {
      throw new LogUnavailableError(`the log at ${place} cannot be reached: ${reason(error)}`, {
        cause: error,
      });
    }
    const { afterFailure, afterUnknown } = this.#waits;
    const longest = Math.min(afterFailure * 2 ** this.#failures, afterUnknown);
    this.#failures += 1;
    const waitMs =
      error instanceof NoAnswerError
        ? afterUnknown * (1 + Math.random() / 4)
        : longest * (0.5 + Math.random() / 2);
    await sleep(waitMs, undefined, stop && { signal: stop }).catch(() => {});
  }
}

async function isQuiet(news: Promise<void>, quietMs: number): Promise<boolean> {
  const quiet = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => quiet.resolve(true), quietMs);
  const isQuiet = await Promise.race([news.then(() => false), quiet.promise]);
  clearTimeout(timer);
  return isQuiet;
}
