import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CloseCode, type Server as Protocol } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Untaken } from './untaken';

/** How often a connection is tried, in milliseconds. */
const TRY_EVERY_MS = 12_000;
/**
 * As many tries in a row without an answer, or anything that shows that one is to come, end a connection. More than one,
 * as what has left the process may be megabytes in the system's buffers, of which nothing is seen until they are taken.
 */
const MOST_STILL = 3;
/** Messages that may come before the first of them is answered: more are of no client that follows. */
const MOST_WAITING = 500;
/** The longest reason in the frame that closes a connection, in bytes (RFC 6455, section 5.5). */
const LONGEST_REASON = 123;
/** How a connection is closed whose client sent what is no text, and too many messages (RFC 6455, section 7.4.1). */
const NO_TEXT = 1003;
const TOO_MANY = 1008;

/** A connection, as the protocol is told of it. */
export interface Connected {
  readonly request: IncomingMessage;
  /** @param reason cut where it is longer than a frame holds */
  readonly close: (code: number, reason: string) => void;
  /**
   * Who opened it has said who they are: instead of a place among those who have not it has another.
   * @param leave called when it is gone; where it is already, at once
   */
  readonly letIn: (leave: () => void) => void;
  /**
   * The message in the dealing with which this is called will be answered for long: what the client says next need not
   * wait for the end of that. Once that was said, or it has ended, it says nothing.
   */
  readonly goOn: () => void;
}

/** What one connection needs of what serves them all. */
export interface Serving {
  readonly protocol: Protocol<Connected>;
  readonly untaken: Untaken;
  /** Keeps account of work until it is done. */
  readonly during: (work: Promise<void>) => void;
}

/** Of the message that is being dealt with: it may go on beside later ones, and speaks for none of them. */
const goOnOfMessage = new AsyncLocalStorage<() => void>();

/**
 * Passes on what comes over a WebSocket, one message after the other: as long as the answer to one was not taken,
 * nothing more is read. So a client that asks and asks, and takes no answer, fills its own buffers and no others.
 */
export function openWebSocket(
  socket: WebSocket,
  rest: Pick<Connected, 'request' | 'letIn'>,
  { protocol, untaken, during }: Serving,
): Connected {
  /** What came and was not yet dealt with: no more than came together, as nothing is read meanwhile. */
  const waiting: (() => Promise<void>)[] = [];
  let isDealing = false;
  // The protocol may close it as soon as it is opened.
  let closed: ReturnType<Protocol<Connected>['opened']> = async () => {};
  let isFinished = false;
  const finish = (code: number, reason: string): void => {
    if (isFinished) return;
    isFinished = true;
    waiting.length = 0;
    // Nothing of it is dealt with any more, but for the client's own goodbye.
    socket.resume();
    during(closed(code, reason));
  };
  const close = (code: number, reason: string): void => {
    const fitting = new TextDecoder().decode(Buffer.from(reason).subarray(0, LONGEST_REASON), {
      stream: true,
    });
    socket.close(code, fitting);
    // At once: what is sent from now on would not go out, and the client may be slow to close its side.
    finish(code, reason);
  };
  const inTurn = async (deal: () => Promise<void>): Promise<void> => {
    waiting.push(deal);
    if (waiting.length > MOST_WAITING)
      return close(TOO_MANY, `more than ${MOST_WAITING} messages came before the first was answered`);
    if (isDealing) return;
    isDealing = true;
    socket.pause();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      during(goOnOfMessage.run(resolve, next).finally(resolve));
      await over;
    }
    isDealing = false;
    socket.resume();
  };
  // It closes the connection by itself, and says to the client why where it can.
  socket.on('error', () => {});
  const connection: Connected = { ...rest, close, goOn: () => goOnOfMessage.getStore()?.() };
  closed = protocol.opened(
    {
      protocol: socket.protocol,
      close,
      send: (text) => untaken.send(socket, text),
      onMessage(deal) {
        socket.on('message', (data, isBinary) => {
          if (isFinished) return;
          if (isBinary) return close(NO_TEXT, 'a message is binary; expected text');
          void inTurn(() =>
            deal(String(data)).catch((error: unknown) => {
              close(CloseCode.InternalServerError, 'Internal server error');
              throw error;
            }),
          );
        });
      },
    },
    connection,
  );
  endWithoutAnswer(socket, rest.request.socket);
  socket.once('close', (code, reason) => finish(code, String(reason)));
  return connection;
}

/** Ends a connection whose client is gone, or takes nothing; one that takes slowly stays. */
function endWithoutAnswer(socket: WebSocket, stream: Socket): void {
  /** What is asked back: to be had only by who has taken all that was sent before. */
  let asked: Buffer | null = null;
  /** Until it has left, it waits behind what was sent before, and only that this goes shows that the client takes. */
  let hasLeft = false;
  let still = 0;
  let before = 0;
  socket.on('pong', (data) => {
    if (asked?.equals(data)) asked = null;
  });
  const timer = setInterval(() => {
    const now = bytesLeft(stream);
    if (asked === null) {
      asked = randomBytes(8);
      hasLeft = false;
      still = 0;
      socket.ping(asked, false, () => {
        hasLeft = true;
        still = 0;
      });
    } else {
      still = !hasLeft && now > before ? 0 : still + 1;
      if (still === MOST_STILL) socket.terminate();
    }
    before = now;
  }, TRY_EVERY_MS);
  socket.once('close', () => clearInterval(timer));
}

/**
 * Bytes that the system has taken over. An answer is one write, of which `bytesWritten` and `writableLength` tell only
 * when all of it has gone; its parts are known to the handle alone, by which Node.js's own timeouts go too.
 */
function bytesLeft(stream: Socket): number {
  const { _handle } = stream as { _handle?: { bytesWritten: number; writeQueueSize: number } | null };
  return _handle ? _handle.bytesWritten - _handle.writeQueueSize : 0;
}
