import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, for when it stops. */
export interface OpenConnections {
  /** True once they are ended. */
  readonly isEnding: boolean;
  /** Ends those on which nothing is asked, and from now on each other one behind its answer. */
  endIdle(): void;
  /** Ends what is left. */
  endAll(): void;
}

/**
 * Keeps account of which connections have a request under way. Node's own `closeIdleConnections` passes over those
 * on which nothing has come yet, or half a request, and once a server stops it looks after them no more: one
 * silent client would hold up the stop for good.
 */
export function trackConnections(server: Server): OpenConnections {
  /** How many requests are under way on each; one that became a WebSocket has one that does not end. */
  const underWay = new Map<Socket, number>();
  let isEnding = false;
  const add = (socket: Socket, count: number): void => {
    const known = underWay.get(socket);
    if (known === undefined) return;
    underWay.set(socket, known + count);
    if (isEnding && known + count === 0) socket.destroySoon();
  };
  server.on('connection', (socket: Socket) => {
    if (isEnding) return socket.destroy();
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    add(socket, 1);
    response.once('close', () => add(socket, -1));
  });
  server.on('upgrade', ({ socket }) => add(socket as Socket, 1));
  return {
    get isEnding() {
      return isEnding;
    },
    endIdle() {
      isEnding = true;
      for (const [socket, count] of underWay) if (count === 0) socket.destroy();
    },
    endAll() {
      for (const socket of underWay.keys()) socket.destroy();
    },
  };
}
