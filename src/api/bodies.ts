import type { IncomingMessage } from 'node:http';
import { errorCodes, type FastifyInstance } from 'fastify';
import { COME_AGAIN_SECONDS } from './at-once';
import { LIMITS } from './limits';
import { limited } from './rate-limit';

/** What bodies that have come in part may take together, in bytes. */
const MOST_TOGETHER = 32 * 1024 * 1024;

/** How many bytes bodies take that have not come whole. */
export class ArrivingBodies {
  readonly #most: number;
  /** Those that something has come of, in the order in which that began. */
  readonly #arriving = new Map<ArrivingBody, number>();
  #together = 0;

  constructor(most = MOST_TOGETHER) {
    this.#most = most;
  }

  /**
   * Notes what a body takes by now. Where all of them take too much, those that began first give way: who sends at all
   * has sent a body in a moment, and who stops in the middle of it must not keep others out.
   */
  takes(body: ArrivingBody, bytes: number): void {
    this.#together += bytes - (this.#arriving.get(body) ?? 0);
    this.#arriving.set(body, bytes);
    for (const first of this.#arriving.keys()) {
      if (this.#together <= this.#most) return;
      this.letGo(first);
      first.giveWay();
    }
  }

  letGo(body: ArrivingBody): void {
    this.#together -= this.#arriving.get(body) ?? 0;
    this.#arriving.delete(body);
  }
}

/** What is done with a body that is to give way to others. */
interface ArrivingBody {
  giveWay(): void;
}

/** Reads bodies of JSON as text. */
export function readBodies(app: FastifyInstance): void {
  const arriving = new ArrivingBodies();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (_request, body, done) => {
    readText(body, arriving, done);
  });
}

/**
 * Reads a body into one piece of memory. Each part that comes is an object of some hundred bytes, and a body may come in
 * as many parts as it has bytes: kept until its end, these would take a hundred times as much.
 */
function readText(
  body: IncomingMessage,
  arriving: ArrivingBodies,
  done: (error: Error | null, text?: string) => void,
): void {
  let room = Buffer.alloc(0);
  let length = 0;
  const end = (error: Error | null, text?: string): void => {
    arriving.letGo(self);
    body.off('data', add).off('end', whole).off('error', broken);
    room = Buffer.alloc(0);
    done(error, text);
  };
  const self: ArrivingBody = { giveWay: () => end(gaveWay()) };
  const add = (part: Buffer): void => {
    const needed = length + part.length;
    if (needed > LIMITS.bodyBytes) {
      end(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
      return;
    }
    if (needed > room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * length, LIMITS.bodyBytes)));
      room.copy(larger, 0, 0, length);
      room = larger;
      arriving.takes(self, room.length);
    }
    length += part.copy(room, length);
  };
  const whole = (): void => end(null, room.toString('utf8', 0, length));
  const broken = (error: Error): void => end(Object.assign(error, { statusCode: 400 }));
  if (Number(body.headers['content-length']) > LIMITS.bodyBytes)
    done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
  else body.on('data', add).on('end', whole).on('error', broken);
}

function gaveWay(): Error {
  return limited(
    'the body did not come to its end, and others need the room that it takes; try again',
    COME_AGAIN_SECONDS,
  );
}
