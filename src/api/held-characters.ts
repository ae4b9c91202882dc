import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { COME_AGAIN_SECONDS } from './at-once';
import { charactersOf } from './characters';
import type { ApiContext } from './context';
import { headersOfRefusal, tooLarge } from './errors';
import { limited } from './rate-limit';

/** What one request may hold: a hundred approaches with all that was ever said of them, and what was made of it. */
const MOST_OF_REQUEST = 32_000_000;
/** What all requests under way may hold together: a fraction of what the process has. */
const MOST_TOGETHER = 64_000_000;
/** What the system takes of an answer at once, whether its client does or not, in bytes. */
const TAKEN_AT_ONCE = 64 * 1024;

/**
 * How many characters the requests under way hold: in histories, texts and events that they read, and in answers that
 * wait to be taken. What a query costs is counted in fields, and a short one may ask for the same long text many times.
 */
export class HeldCharacters {
  readonly #shares = new WeakMap<FastifyRequest, Share>();
  #together = 0;

  /** The share of a request, until {@link letGo}. */
  of(request: FastifyRequest): Share {
    const share = this.#shares.get(request) ?? new Share((count) => this.#take(count));
    this.#shares.set(request, share);
    return share;
  }

  /** True where the request has a share. */
  isHeldBy(request: FastifyRequest): boolean {
    return this.#shares.has(request);
  }

  /** To be called when its answer was taken, or nobody waits for it any more. */
  letGo(request: FastifyRequest): void {
    this.#together -= this.#shares.get(request)?.end() ?? 0;
  }

  #take(count: number): void {
    if (this.#together + count > MOST_TOGETHER) {
      throw limited(
        'the requests under way hold as much as they may together; try again when one has ended',
        COME_AGAIN_SECONDS,
      );
    }
    this.#together += count;
  }
}

/** @throws GraphQLError with code QUERY_TOO_LARGE where that is more than one request, or one answer, may hold */
export function assertHoldable(characters: number): void {
  if (characters <= MOST_OF_REQUEST) return;
  throw tooLarge(
    'what is read and answered holds too many characters, a text counted as often as it is answered; what a mutation recorded stays recorded, and sent again with the same commandId it may ask for less of it',
    `${MOST_OF_REQUEST}`,
  );
}

/** What one request holds. */
class Share {
  readonly #take: (count: number) => void;
  #held = 0;
  #isOver = false;

  constructor(take: (count: number) => void) {
    this.#take = take;
  }

  /**
   * Takes so many characters more.
   * @throws GraphQLError with code QUERY_TOO_LARGE where the request holds more than one may, RATE_LIMITED where all
   * of them together would; and takes none
   */
  readonly hold = (count: number): void => {
    assertHoldable(this.#held + count);
    // Work that goes on behind its answer holds nothing that will be sent.
    if (this.#isOver) return;
    this.#take(count);
    this.#held += count;
  };

  /** What it held until now. */
  end(): number {
    const held = this.#held;
    this.#held = 0;
    this.#isOver = true;
    return held;
  }
}

/** Refuses an answer that holds too much, before it is written. */
export function boundedAnswers(held: HeldCharacters): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http }, contextValue: { request } }) {
          if (body.kind !== 'single' || body.singleResult.data == null) return;
          try {
            held.of(request).hold(charactersOf(body.singleResult.data));
          } catch (error) {
            if (!(error instanceof GraphQLError)) throw error;
            const { http: told, ...extensions } = error.extensions;
            http.status = (told as { status: number }).status;
            for (const [name, value] of Object.entries(headersOfRefusal(error)))
              http.headers.set(name, value);
            body.singleResult = { errors: [{ message: error.message, extensions }] };
          }
        },
      };
    },
  };
}

/**
 * Lets go of what a request holds once its answer was taken or its client has left, and ends an answer of which nothing
 * was taken for so many seconds.
 */
export function letGoOfAnswers(app: FastifyInstance, held: HeldCharacters, seconds: number): void {
  app.addHook('onSend', (request, { raw }, payload, done) => {
    // Of a client that leaves before, Fastify's own hook behind an answer hears nothing.
    if (raw.destroyed) held.letGo(request);
    else if (held.isHeldBy(request)) raw.once('close', () => held.letGo(request));
    if ((typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length > TAKEN_AT_ONCE)
      raw.setTimeout(seconds * 1000, () => raw.destroy());
    done(null, payload);
  });
}
