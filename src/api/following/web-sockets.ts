import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, type Server as Protocol } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { CROSS_SITE, mayOpenSocket } from '../cross-origin';
import { type ErrorCode, errorBody } from '../errors';
import { LIMITS } from '../limits';

/** WebSockets that may be open at once, whoever opened them. */
const MAX_SOCKETS = 1_000;
/** How often a connection is tried; one that has not answered by the next time is ended, in milliseconds. */
const TRY_EVERY_MS = 12_000;
/** How long a client may take to close its side when the server stops, in milliseconds. */
const GOODBYE_MS = 1_000;

/** A connection, as the protocol is told of it. */
export interface Connected {
  readonly request: IncomingMessage;
  readonly close: (code: number, reason: string) => void;
}

export interface WebSocketOptions {
  /** Origins whose pages may open one. */
  readonly origins: readonly string[];
  /** Told of a handshake that was refused. */
  readonly onRefused: (request: IncomingMessage, status: number) => void;
  readonly onError: (error: unknown) => void;
}

/** The WebSockets at `/graphql`. */
export interface WebSockets {
  /** Says goodbye to all, takes no more, and is done when whatever came from one has been dealt with. */
  close(): Promise<void>;
}

/**
 * Opens WebSockets at `/graphql` and passes what comes over them on.
 * What a client does to its own connection (cutting it, sending too much) ends it, and is told to nobody.
 */
export function serveWebSockets(
  server: Server,
  protocol: Protocol<Connected>,
  { origins, onRefused, onError }: WebSocketOptions,
): WebSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bodyBytes, handleProtocols });
  const connected = new Set<Connected>();
  /** What came over a connection and is being dealt with: of a subscription, as long as it lasts. */
  const underWay = new Set<Promise<void>>();
  const during = (work: Promise<void>): void => {
    const known = work.catch(onError).finally(() => underWay.delete(known));
    underWay.add(known);
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request, origins, sockets.clients.size);
    if (refusal === null) {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const connection = open(socket, request, protocol, during);
        connected.add(connection);
        socket.once('close', () => connected.delete(connection));
      });
      return;
    }
    const [status, body] = refusal;
    stream.on('error', () => stream.destroy());
    stream.end(answer(status, body), () => stream.destroy());
    onRefused(request, Number.parseInt(status, 10));
  };
  server.on('upgrade', upgrade);
  return {
    async close() {
      server.off('upgrade', upgrade);
      for (const connection of connected) connection.close(1001, 'the server stops');
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, GOODBYE_MS);
      const { promise, resolve } = Promise.withResolvers<void>();
      sockets.close(() => resolve());
      await promise;
      clearTimeout(timer);
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function open(
  socket: WebSocket,
  request: IncomingMessage,
  protocol: Protocol<Connected>,
  during: (work: Promise<void>) => void,
): Connected {
  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    // At once: what is sent from now on would not go out, and the client may be slow to close its side.
    finish(code, reason);
  };
  // The protocol may close it as soon as it is opened.
  let closed: ReturnType<Protocol<Connected>['opened']> = async () => {};
  let isFinished = false;
  const finish = (code: number, reason: string): void => {
    if (isFinished) return;
    isFinished = true;
    during(closed(code, reason));
  };
  // It closes the connection by itself, and says to the client why where it can.
  socket.on('error', () => {});
  const connection: Connected = { request, close };
  closed = protocol.opened(
    {
      protocol: socket.protocol,
      close,
      // Done when the client has taken it; where it has left, there is nobody to tell.
      async send(text) {
        if (socket.readyState !== socket.OPEN) return;
        await new Promise<void>((resolve) => socket.send(text, () => resolve()));
      },
      onMessage(deal) {
        socket.on('message', (data) => {
          const work = deal(String(data)).catch((error: unknown) => {
            close(CloseCode.InternalServerError, 'Internal server error');
            throw error;
          });
          during(work);
        });
      },
    },
    connection,
  );
  let hasAnswered = true;
  socket.on('pong', () => {
    hasAnswered = true;
  });
  const timer = setInterval(() => {
    if (!hasAnswered) return socket.terminate();
    hasAnswered = false;
    socket.ping();
  }, TRY_EVERY_MS);
  socket.once('close', (code, reason) => {
    clearInterval(timer);
    finish(code, String(reason));
  });
  return connection;
}

/** Why no WebSocket is opened; null where it is. */
function refusalOf(
  { url, headers }: IncomingMessage,
  origins: readonly string[],
  open: number,
): readonly [status: string, body: ReturnType<typeof errorBody>] | null {
  const refusal = (status: string, message: string, code: ErrorCode) =>
    [status, errorBody(message, code)] as const;
  if (url?.split('?')[0] !== '/graphql')
    return refusal('404 Not Found', 'no WebSocket is served here; expected /graphql', 'NOT_FOUND');
  if (!mayOpenSocket(headers, origins)) return refusal('403 Forbidden', CROSS_SITE, 'CROSS_SITE');
  if (open < MAX_SOCKETS) return null;
  const message = `${open} WebSockets are open, which is the most; try again when one has ended`;
  return refusal('503 Service Unavailable', message, 'RATE_LIMITED');
}

function answer(status: string, body: object): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}
