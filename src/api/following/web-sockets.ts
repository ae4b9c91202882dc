import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { handleProtocols, type Server as Protocol } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { CROSS_SITE, mayOpenSocket } from '../cross-origin';
import { type ErrorCode, errorBody } from '../errors';
import { headersOf } from '../http-errors';
import { LIMITS } from '../limits';
import { Untaken } from './untaken';
import { type Connected, openWebSocket } from './web-socket';

/** In how many parts a message may come, and a part of it: each lies in memory by itself until the last is there. */
const MOST_PARTS = 1_024;
/** How long a client may take to close its side when the server stops, in milliseconds. */
const GOODBYE_MS = 1_000;

export interface WebSocketOptions {
  /** Origins whose pages may open one. */
  readonly origins: readonly string[];
  /**
   * Takes a place among those who have not yet said who they are.
   * @returns gives it back
   * @throws GraphQLError with code RATE_LIMITED where there is none
   */
  readonly enter: (request: IncomingMessage) => () => void;
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
  { origins, enter, onRefused, onError }: WebSocketOptions,
): WebSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.bodyBytes,
    maxFragments: MOST_PARTS,
    maxBufferedChunks: MOST_PARTS,
    handleProtocols,
  });
  const untaken = new Untaken();
  const connected = new Set<Connected>();
  /** What came over a connection and is being dealt with: of a subscription, as long as it lasts. */
  const underWay = new Set<Promise<void>>();
  const during = (work: Promise<void>): void => {
    const known = work.catch(onError).finally(() => underWay.delete(known));
    underWay.add(known);
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => stream.destroy());
    if (stream.destroyed) return;
    const refuse = (refusal: Refusal): void => {
      stream.end(answer(refusal), () => stream.destroy());
      onRefused(request, Number.parseInt(refusal.status, 10));
    };
    const refusal = refusalOf(request, origins);
    if (refusal !== null) {
      refuse(refusal);
      return;
    }
    let leave: () => void;
    try {
      leave = enter(request);
    } catch (error) {
      refuse(tooMany(error));
      return;
    }
    // Of the stream, as a handshake may fail behind this too.
    stream.once('close', leave);
    const letIn = (leaveOther: () => void): void => {
      leave();
      if (stream.closed) leaveOther();
      else stream.once('close', leaveOther);
    };
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const connection = openWebSocket(socket, { request, letIn }, { protocol, untaken, during });
      connected.add(connection);
      socket.once('close', () => connected.delete(connection));
    });
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

/** What a handshake that opens no WebSocket is answered. */
interface Refusal {
  readonly status: string;
  readonly body: ReturnType<typeof errorBody>;
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

/** Why no WebSocket is opened, whoever asks; null where it may be. */
function refusalOf({ url, headers }: IncomingMessage, origins: readonly string[]): Refusal | null {
  const refusal = (status: string, message: string, code: ErrorCode): Refusal => ({
    status,
    body: errorBody(message, code),
    headers: [],
  });
  if (url?.split('?')[0] !== '/graphql')
    return refusal('404 Not Found', 'no WebSocket is served here; expected /graphql', 'NOT_FOUND');
  if (!mayOpenSocket(headers, origins)) return refusal('403 Forbidden', CROSS_SITE, 'CROSS_SITE');
  return null;
}

/** @throws what is no GraphQLError with code RATE_LIMITED */
function tooMany(error: unknown): Refusal {
  if (!(error instanceof GraphQLError) || error.extensions.code !== 'RATE_LIMITED') throw error;
  const { headers } = error.extensions.http as { headers: HeaderMap };
  return { status: '429 Too Many Requests', body: errorBody(error.message, 'RATE_LIMITED'), headers };
}

function answer({ status, body, headers }: Refusal): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status}`,
    ...Array.from(
      [...Object.entries(headersOf('/graphql')), ...headers],
      ([name, value]) => `${name}: ${value}`,
    ),
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}
