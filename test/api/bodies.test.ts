import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Fastify, { type FastifyInstance } from 'fastify';
import { ArrivingBodies, readBodies } from '../../src/api/bodies';
import { SAMPLE_2013, startServer, type TestServer } from './support';

const MIB = 1024 * 1024;

describe('Bodies that have come in part', () => {
  const gone: string[] = [];
  const body = (name: string) => ({ giveWay: () => void gone.push(name) });
  beforeEach(() => void gone.splice(0));

  it('give way to one that comes, those that began first before others, as far as they must', () => {
    const bodies = new ArrivingBodies(100);
    const [a, b, c] = [body('a'), body('b'), body('c')];
    bodies.takes(a, 10);
    bodies.takes(b, 40);
    bodies.takes(c, 40);
    // Though it grew last, it began first.
    bodies.takes(a, 20);
    expect(gone).toEqual([]);
    bodies.takes(body('d'), 40);
    expect(gone).toEqual(['a', 'b']);
  });

  it('make room when they have come whole', () => {
    const bodies = new ArrivingBodies(100);
    const [a, b, c] = [body('a'), body('b'), body('c')];
    bodies.takes(a, 60);
    bodies.letGo(a);
    bodies.takes(b, 60);
    bodies.takes(c, 40);
    expect(gone).toEqual([]);
    bodies.letGo(b);
    bodies.takes(body('d'), 60);
    expect(gone).toEqual([]);
  });
});

describe('A body', () => {
  let app: FastifyInstance;
  let came: number;
  const clients: Socket[] = [];
  beforeEach(async () => {
    came = 0;
    app = Fastify();
    app.addHook('preParsing', (_request, _reply, payload, done) => {
      payload.on('data', (part: Buffer) => {
        came += part.length;
      });
      done(null, payload);
    });
    readBodies(app);
    app.post('/', async ({ body }) => body);
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await app.close();
  });

  const send = async (...parts: string[]): Promise<Socket> => {
    const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    clients.push(client);
    client.write(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const part of parts) client.write(part);
    return client;
  };
  const haveCome = async (bytes: number): Promise<void> => {
    while (came < bytes) await sleep(5);
  };

  it('is read as it was sent, though it comes byte by byte', async () => {
    const text = `"één ✓, één ✗" ${'0123456789'.repeat(1_000)}`;
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    const client = await send();
    for (const byte of bytes) client.write(Buffer.concat([Buffer.from('1\r\n'), byte, Buffer.from('\r\n')]));
    client.write('0\r\n\r\n');
    let answer = '';
    while (!answer.endsWith(text)) answer += (await once(client, 'data'))[0];
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('takes no more memory in many small parts than in a large one', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const used = (): number => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const PARTS = 200_000;
    const before = used();
    await Promise.all([1, 2, 3, 4].map(() => send('1\r\nx\r\n'.repeat(PARTS))));
    await haveCome(4 * PARTS);
    expect(used() - before).toBeLessThan(20 * MIB);
  });
});

describe('A register to which bodies are sent that never end', () => {
  let server: TestServer;
  const clients: Socket[] = [];
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await server.close();
    expect(server.internalErrors).toEqual([]);
  });

  it('answers those that end, and has the first of the others come again', async () => {
    const { hostname, port } = new URL(server.url);
    const answers: string[] = [];
    for (let opened = 0; opened < 140; opened += 1) {
      const client = connect(Number(port), hostname).setEncoding('utf8');
      clients.push(client);
      client.on('error', () => {}).on('data', (text) => answers.push(String(text)));
      client.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 262144\r\n\r\n${' '.repeat(262_143)}`,
      );
    }
    await once(clients[0] as Socket, 'close');
    expect(answers[0]).toMatch(/^HTTP\/1\.1 429 .*\r\nretry-after: 30\r\n/is);
    expect(JSON.parse(answers[0]?.split('\r\n\r\n')[1] ?? '')).toEqual({
      errors: [
        {
          message: 'the body did not come to its end, and others need the room that it takes; try again',
          extensions: { code: 'RATE_LIMITED' },
        },
      ],
    });
    const last = clients.at(-1) as Socket;
    expect(last.destroyed).toBe(false);
    const large = `{ __typename } #${'x'.repeat(60_000)}`;
    expect(await server.ask(large)).toEqual({ __typename: 'Query' });
  });
});
