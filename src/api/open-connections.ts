import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, for when it stops. */
export interface OpenConnections {
  /** True once they are ended. */
  readonly isEnding: boolean;
  /** Ends those on which nothing is to be answered, and from now on each other one behind its answer. */
  endIdle(): void;
  /** Ends what is left. */
  endAll(): void;
  /** Once all of them have ended, where they are to end. */
  ended(): Promise<void>;
}

interface Connection {
  /** Requests that have come, at least in part, and whose answers have not gone. */
  readonly unanswered: Set<IncomingMessage>;
  isUpgraded: boolean;
}

/**
 * Requests on one connection that wait for their answers: a client may send the next ones before it has these, and few
 * do. One that goes on sending would fill the memory with what is to be answered.
 */
const MOST_UNANSWERED = 16;
/** Connections at once. */
const MOST_CONNECTIONS = 10_000;

/**
 * Lets no connection have more requests unanswered, and the server not have more connections. To be called before
 * anything else listens to requests but what answers them.
 */
export function boundConnections(server: Server): void {
  server.maxConnections = MOST_CONNECTIONS;
  const unanswered = new WeakMap<Socket, number>();
  const readNoMore = new WeakSet<Socket>();
  const answering = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    const before = unanswered.get(socket) ?? 0;
    if (before >= MOST_UNANSWERED) {
      readNoMore.add(socket);
      stopReading(socket);
      return;
    }
    unanswered.set(socket, before + 1);
    response.once('close', () => {
      const left = (unanswered.get(socket) ?? 1) - 1;
      unanswered.set(socket, left);
      if (left === 0 && readNoMore.has(socket)) socket.destroySoon();
    });
    for (const answer of answering) answer.call(server, request, response);
  });
}

/** What Node has on each socket to make requests of what comes; it tells of it nowhere. */
interface ReadSocket extends Socket {
  readonly parser?: { onIncoming: () => number } | null;
}

/**
 * Reads nothing more of a connection, nor of what came together on it: Node would make requests of all that, a thousand
 * in 64 KiB, and keep them until the next turn of the event loop. 2 is what it takes for the end of HTTP here, as where
 * it goes on as a WebSocket.
 */
function stopReading(socket: ReadSocket): void {
  if (socket.parser) socket.parser.onIncoming = () => 2;
  socket.pause();
}

/**
 * Keeps account of what is under way on each connection. Node's own `closeIdleConnections` passes over those on which
 * nothing has come yet, or half a request, and once a server stops it looks after them no more: one silent client
 * would hold up the stop for good. So a request that has not come whole is not waited for: nothing of it was done.
 */
export function trackConnections(server: Server): OpenConnections {
  const open = new Map<Socket, Connection>();
  const allEnded = Promise.withResolvers<void>();
  let isEnding = false;
  server.on('connection', (socket: Socket) => {
    if (isEnding) return socket.destroy();
    open.set(socket, { unanswered: new Set(), isUpgraded: false });
    socket.once('close', () => {
      open.delete(socket);
      if (isEnding && open.size === 0) allEnded.resolve();
    });
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    const connection = open.get(socket);
    if (connection === undefined) return;
    connection.unanswered.add(request);
    response.once('close', () => {
      connection.unanswered.delete(request);
      if (isEnding && !isAnswering(connection)) socket.destroySoon();
    });
  });
  server.on('upgrade', ({ socket }) => {
    const connection = open.get(socket as Socket);
    // What it carries has an end of its own.
    if (connection !== undefined) connection.isUpgraded = true;
  });
  return {
    get isEnding() {
      return isEnding;
    },
    endIdle() {
      isEnding = true;
      if (open.size === 0) allEnded.resolve();
      for (const [socket, connection] of open) if (!isAnswering(connection)) socket.destroySoon();
    },
    endAll() {
      for (const socket of open.keys()) socket.destroy();
    },
    ended: () => allEnded.promise,
  };
}

function isAnswering({ unanswered, isUpgraded }: Connection): boolean {
  return isUpgraded || [...unanswered].some((request) => request.complete);
}
