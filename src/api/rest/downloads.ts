import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceOf } from '../actions';
import { COME_AGAIN_SECONDS } from '../at-once';
import type { Deadline } from '../deadline';
import { LIMITS } from '../limits';
import { isThisMachine, limited, type RateLimit, senderOf } from '../rate-limit';
import type { TraceContext } from '../trace-context';

/** Downloads of one sender that may be under way together. */
const MAX_OF_SENDER = 2;
/** Downloads that may be under way together: each holds some chunks in memory. */
const MAX_TOGETHER = 16;

/**
 * What a download costs: as much as the largest query. It is a price for beginning one, so that it never breaks off
 * for want of it; how many there are together is limited apart.
 */
const COST_OF_DOWNLOAD = LIMITS.cost;

export interface DownloadOptions {
  readonly rate: RateLimit;
  /** How long one may stand still, in seconds. */
  readonly seconds: number;
  /** Told of what breaks a download off; its caller only sees that it is not whole. */
  readonly onError: (error: unknown, trace: TraceContext) => void;
}

/**
 * Answers that are made while they are sent: a chunk when the one before was taken, so that a slow client makes
 * them slow, and not large. A download may take as long as it likes, as long as it goes on.
 */
export class Downloads {
  readonly #options: DownloadOptions;
  readonly #underWay = new Map<ServerResponse, string>();

  constructor(options: DownloadOptions) {
    this.#options = options;
  }

  /** How many are under way. */
  get count(): number {
    return this.#underWay.size;
  }

  /**
   * Sends the chunks; where its client leaves, or takes nothing for too long, no more of them are made.
   * @param deadline until when the first one must be there
   * @throws GraphQLError with code RATE_LIMITED, and makes none, or that of the deadline; what the first one throws
   */
  async send(reply: FastifyReply, chunks: AsyncIterable<string>, deadline: Deadline): Promise<FastifyReply> {
    const { request, raw } = reply;
    if (request.method === 'HEAD' || raw.destroyed || raw.socket?.destroyed)
      return reply.send(Readable.from([]));
    this.#admit(request);
    this.#underWay.set(raw, senderOf(request));
    raw.once('close', () => this.#underWay.delete(raw));
    const made = this.#told(chunks, request, raw);
    raw.once('close', () => void made.return(undefined).catch(() => {}));
    // Before anything is sent: what fails there is answered, and not broken off.
    const first = await deadline.over(made.next());
    // Node asks whether bytes have left since, so a slow line is none that stands still.
    raw.setTimeout(this.#options.seconds * 1000, () => raw.destroy());
    return reply.send(Readable.from(withFirst(first, made)));
  }

  /** Breaks off those under way: whoever comes back with their snapshot gets the same elsewhere. */
  stop(): void {
    for (const response of this.#underWay.keys()) response.destroy();
  }

  #admit(request: FastifyRequest): void {
    const sender = senderOf(request);
    const own = [...this.#underWay.values()].filter((one) => one === sender).length;
    if (own >= MAX_OF_SENDER && !isThisMachine(request.ip)) {
      throw limited(
        `${own} downloads of this sender are under way, which is the most; try again when one has ended`,
        COME_AGAIN_SECONDS,
      );
    }
    if (this.#underWay.size >= MAX_TOGETHER) {
      throw limited(
        `${MAX_TOGETHER} downloads are under way, which is the most; try again in ${COME_AGAIN_SECONDS} s`,
        COME_AGAIN_SECONDS,
      );
    }
    this.#options.rate.charge(request, COST_OF_DOWNLOAD);
  }

  async *#told(
    chunks: AsyncIterable<string>,
    request: FastifyRequest,
    response: ServerResponse,
  ): AsyncGenerator<string, void> {
    try {
      yield* chunks;
    } catch (error) {
      // Before the first chunk it becomes an answer, and is told with it.
      if (response.headersSent && !response.destroyed) this.#options.onError(error, traceOf(request));
      throw error;
    }
  }
}

async function* withFirst(
  first: IteratorResult<string, void>,
  others: AsyncGenerator<string, void>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* others;
}
