import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What two addresses of this machine may be called together. */
const LOCALHOST = 'localhost';

/** What the system says of an address that has a name here and no interface, as `::1` without IPv6. */
const NOT_THERE: readonly unknown[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/**
 * Listens at a host, and at `localhost` at each address that it stands for. Fastify would make a server for each, of
 * which it gives out the first only: here what comes to the others is handed to the first, so that what holds for its
 * connections, as when it stops, holds for all.
 * @returns where it is reached
 * @throws what the system refuses
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  const found = host === LOCALHOST ? await lookup(host, { all: true }) : [];
  // That of IPv4 is there on every machine.
  const addresses = found.toSorted((one, other) => one.family - other.family).map(({ address }) => address);
  const [first = host, ...others] = new Set(addresses);
  const doors: Server[] = [];
  app.addHook('preClose', async () => {
    for (const door of doors) door.close();
  });
  const url = await app.listen({ host: first, port });
  for (const address of others) {
    const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) =>
      app.server.emit('connection', socket),
    );
    door.listen(Number(new URL(url).port), address);
    try {
      await once(door, 'listening');
      doors.push(door);
    } catch (error) {
      if (!NOT_THERE.includes((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
  return url;
}
