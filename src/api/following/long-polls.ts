import type { FastifyRequest } from 'fastify';
import { AtOnce } from '../at-once';
import { senderOf } from '../rate-limit';

/** Requests of one sender that may wait at once, and of all together. */
const MAX_WAITING = [10, 500] as const;

/** A request that may wait. */
export interface LongPoll {
  /** Aborted when it is to be answered with what there is: its client has left, or the server stops. */
  readonly signal: AbortSignal;
  /** It waits no more. */
  end(): void;
}

/** The requests that wait for something to happen. */
export class LongPolls {
  readonly #places = new AtOnce('long polls', ...MAX_WAITING);
  readonly #stop = new AbortController();

  /** @throws GraphQLError with code RATE_LIMITED where too many wait */
  begin(request: Pick<FastifyRequest, 'principal' | 'ip' | 'raw'>): LongPoll {
    const leave = this.#places.enter(senderOf(request));
    const { socket } = request.raw;
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    if (socket.destroyed || this.#stop.signal.aborted) abort();
    socket.once('close', abort);
    this.#stop.signal.addEventListener('abort', abort);
    return {
      signal: gone.signal,
      end: () => {
        leave();
        socket.off('close', abort);
        this.#stop.signal.removeEventListener('abort', abort);
      },
    };
  }

  /** From now on nothing waits: what is there is answered, if that is nothing. */
  stop(): void {
    this.#stop.abort();
  }
}
