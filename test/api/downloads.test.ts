import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { Deadline } from '../../src/api/deadline';
import { ANONYMOUS } from '../../src/api/principal';
import { RateLimit } from '../../src/api/rate-limit';
import { Downloads } from '../../src/api/rest/downloads';

/** Chunks without end, that know how many were made and whether any will be. */
class Endless {
  made = 0;
  readonly ended = Promise.withResolvers<void>();

  async *chunks(): AsyncGenerator<string> {
    try {
      for (;;) {
        this.made += 1;
        yield 'x'.repeat(64 * 1024);
      }
    } finally {
      this.ended.resolve();
    }
  }
}

describe('A download', () => {
  let app: FastifyInstance;
  let downloads: Downloads;
  let chunks: () => AsyncIterable<string>;
  let errors: unknown[];
  const clients: IncomingMessage[] = [];

  const listen = async (seconds: number): Promise<void> => {
    errors = [];
    const rate = new RateLimit(0);
    downloads = new Downloads({ rate, seconds, onError: (error) => errors.push(error) });
    app = Fastify({ trustProxy: true });
    app.decorateRequest('principal');
    app.addHook('onRequest', async (request) => {
      request.principal = ANONYMOUS;
    });
    app.get('/', async (_request, reply) => {
      try {
        return await downloads.send(reply, chunks(), new Deadline(seconds));
      } catch (error) {
        return reply.code(429).send((error as GraphQLError).message);
      }
    });
    app.addHook('preClose', async () => downloads.stop());
    await app.listen({ host: '127.0.0.1', port: 0 });
  };
  /** An answer of which nothing was read yet. */
  const begin = async (ip = '192.0.2.1'): Promise<IncomingMessage> => {
    const request = httpGet(app.listeningOrigin, { agent: false, headers: { 'x-forwarded-for': ip } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    request.on('error', () => {});
    clients.push(response);
    return response;
  };
  const closed = (client: IncomingMessage) => new Promise((resolve) => client.once('close', resolve));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await app.close();
  });

  it('is made as it is taken, and no more of it when its client leaves', async () => {
    await listen(30);
    const endless = new Endless();
    chunks = () => endless.chunks();
    const client = await begin();
    // Until the buffers between are full.
    for (let made = -1; made !== endless.made; ) {
      made = endless.made;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { made } = endless;
    expect(made * 64).toBeLessThan(64 * 1024);
    let taken = 0;
    client.on('data', (chunk: Buffer) => {
      taken += chunk.length;
    });
    await until(() => endless.made > made + 50 && taken > 0);
    expect(downloads.count).toBe(1);
    client.destroy();
    await endless.ended.promise;
    await until(() => downloads.count === 0);
    expect(errors).toEqual([]);
  });

  it('that stands still is broken off', async () => {
    await listen(0.2);
    const endless = new Endless();
    chunks = () => endless.chunks();
    const client = await begin();
    await endless.ended.promise;
    await until(() => downloads.count === 0);
    client.resume();
    await closed(client);
    expect(client.complete).toBe(false);
  });

  it('is broken off when the server stops', async () => {
    await listen(30);
    const endless = new Endless();
    chunks = () => endless.chunks();
    const client = await begin();
    await app.close();
    await endless.ended.promise;
    client.resume();
    await closed(client);
    expect([client.complete, errors]).toEqual([false, []]);
  });

  it('that fails on the way is not taken for whole, and its operator is told why', async () => {
    await listen(30);
    const failure = new Error('the disk is gone');
    chunks = async function* () {
      yield 'first';
      throw failure;
    };
    const client = await begin();
    client.resume();
    await closed(client);
    expect([client.complete, errors]).toEqual([false, [failure]]);
  });

  it('is refused to a sender with two under way, and to all with sixteen, until one ends', async () => {
    await listen(30);
    chunks = () => new Endless().chunks();
    const statusOf = async (ip: string) => (await begin(ip)).statusCode;
    const first = await begin('192.0.2.1');
    expect(await statusOf('192.0.2.1')).toBe(200);
    expect(await statusOf('192.0.2.1')).toBe(429);
    first.destroy();
    await until(() => downloads.count === 1);
    expect(await statusOf('192.0.2.1')).toBe(200);
    for (let sender = 2; sender < 9; sender += 1) {
      expect(await statusOf(`192.0.2.${sender}`)).toBe(200);
      expect(await statusOf(`192.0.2.${sender}`)).toBe(200);
    }
    expect(downloads.count).toBe(16);
    expect(await statusOf('192.0.2.77')).toBe(429);
  });
});
