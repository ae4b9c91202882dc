import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../domain/events';
import type { Asked } from './actions';
import { readBodies } from './bodies';
import type { ApiContext } from './context';
import { sendError } from './http-errors';
import { Lru } from './lru';
import { keyOfPrincipal } from './principal';

/**
 * Answers are kept up to so many bytes together: one of each approach of a country has room, at some 15 kB. Those that
 * were asked for longest ago go first.
 */
const MAX_BYTES = 32 * 1024 * 1024;
/** An answer longer than this is not kept: it would push out many that are asked for more often. */
const MAX_BYTES_EACH = 1024 * 1024;
/** What keeping an answer takes beside it and its key. */
const BYTES_BESIDE = 400;
/** Requests are remembered up to so many bytes together: some thousands. */
const MAX_SEEN_BYTES = 4 * 1024 * 1024;

/** What was sent in answer to a request, in bytes as they go over the line. */
interface KeptAnswer {
  readonly payload: Buffer;
  readonly contentType: string;
  readonly asked: Asked | null;
}

/**
 * Answers that are kept until the log moves. An answer follows from the request, who asked, and the log up to
 * a position, so it is never stale: at another position nothing kept is of use, and all of it goes.
 *
 * An answer is kept where its request came before: most are asked for once, and to hold on to those would cost more
 * than it spares.
 */
export class KeptAnswers {
  readonly #answers: Lru<KeptAnswer>;
  readonly #seen = new Lru<true>(MAX_SEEN_BYTES, (key) => 2 * key.length + BYTES_BESIDE);
  #position: Position = 0;

  constructor(maxBytes: number = MAX_BYTES) {
    this.#answers = new Lru(maxBytes, sizeOf);
  }

  /** What the kept answers take together. */
  get bytes(): number {
    return this.#answers.size;
  }

  /** The answer to the same request at that position. */
  get(key: string, position: Position): KeptAnswer | undefined {
    return position === this.#position ? this.#answers.get(key) : undefined;
  }

  /** Keeps an answer that was read at that position, where the same request came before at any. */
  keep(key: string, position: Position, payload: string, rest: Omit<KeptAnswer, 'payload'>): void {
    if (this.#seen.get(key) === undefined) {
      this.#seen.set(key, true);
      return;
    }
    if (position < this.#position) return;
    const answer = { payload: ownBytes(payload), ...rest };
    if (sizeOf(key, answer) > MAX_BYTES_EACH) return;
    if (position > this.#position) {
      this.#answers.clear();
      this.#position = position;
    }
    this.#answers.set(key, answer);
  }
}

/** In memory of its own: a small piece of the memory that buffers share would keep all of that. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** Two bytes for a character of a text: it may hold others than Latin ones. */
function sizeOf(key: string, { payload }: KeptAnswer): number {
  return 2 * key.length + payload.length + BYTES_BESIDE;
}

/** How a handler marks that the answer it is about to send may be kept, and for which position. */
declare module 'fastify' {
  interface FastifyRequest {
    /** What the answer would be kept under; null where the request is not one that is answered twice. */
    answerKey: string | null;
    /** The position that the answer was read at; set only where it may be kept. */
    answeredAt: Position | null;
  }
}

/**
 * Lets a route answer from what is kept, before its body is even parsed.
 * @param position the position that the read models have reached
 */
export function keepAnswers(app: FastifyInstance, position: () => Position): void {
  const answers = new KeptAnswers();
  app.decorateRequest('answerKey', null);
  app.decorateRequest('answeredAt', null);

  // As text, because the text is what an answer is kept under; parsed only where there is none.
  readBodies(app);

  // With callbacks, as a kept answer is sent in less time than a promise costs.
  app.addHook('preHandler', (request, reply, done) => {
    const text = request.method === 'GET' ? '' : request.body;
    if (typeof text !== 'string') return done();
    request.answerKey = keyOf(request, text);
    const kept = answers.get(request.answerKey, position());
    if (kept !== undefined) {
      request.asked = kept.asked;
      request.isKept = true;
      reply.header('content-type', kept.contentType).send(kept.payload);
      return;
    }
    if (request.method === 'GET' || parseBody(request, reply, text)) done();
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    const { answerKey, answeredAt } = request;
    if (answerKey === null || answeredAt === null || reply.statusCode !== 200) return done(null, payload);
    const contentType = reply.getHeader('content-type');
    if (typeof payload !== 'string' || typeof contentType !== 'string') return done(null, payload);
    answers.keep(answerKey, answeredAt, payload, { contentType, asked: request.asked });
    done(null, payload);
  });
}

/** Marks the answers that may be kept: those of queries, without errors. */
export function keepableAnswers(): ApolloServerPlugin<ApiContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operation, response, contextValue }) {
          const { body } = response;
          if (operation?.operation !== 'query' || body.kind !== 'single' || contextValue.isOfNow) return;
          if (body.singleResult.errors === undefined)
            contextValue.request.answeredAt = contextValue.scope.cameAt;
        },
      };
    },
  };
}

/** Everything of a request that its answer depends on; the address may name a snapshot. */
function keyOf({ method, headers, principal, url }: FastifyRequest, body: string): string {
  return [method, keyOfPrincipal(principal), headers.accept ?? '', url, body].join('\n');
}

/** Parses the body; where that fails, it answers and gives false. */
function parseBody(request: FastifyRequest, reply: FastifyReply, text: string): boolean {
  try {
    request.body = JSON.parse(text);
    return true;
  } catch {
    const message = 'the body is not JSON; expected {"query": "…", "variables": {…}}';
    sendError(reply, 400, message, 'BAD_REQUEST');
    return false;
  }
}
