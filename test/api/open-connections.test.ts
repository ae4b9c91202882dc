import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { boundConnections } from '../../src/api/open-connections';
import { SAMPLE_2013, startServer } from './support';

const REQUEST = 'GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';

describe('A connection on which requests are sent before their answers came', () => {
  let server: Server;
  let came: number;
  const unanswered: ServerResponse[] = [];
  const clients: Socket[] = [];
  beforeEach(async () => {
    came = 0;
    server = createServer((_request, response) => void unanswered.push(response));
    boundConnections(server);
    server.on('request', () => {
      came += 1;
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    unanswered.splice(0);
    for (const client of clients.splice(0)) client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = async (): Promise<Socket> => {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    clients.push(client);
    await once(client, 'connect');
    return client;
  };
  const hasCome = async (count: number): Promise<void> => {
    while (came < count) await once(server, 'request');
  };

  it('is answered as long as sixteen wait, and each that is answered makes room', async () => {
    const client = await open();
    client.write(REQUEST.repeat(16));
    await hasCome(16);
    expect(unanswered).toHaveLength(16);
    for (const response of unanswered.splice(0)) response.end('x');
    let answers = '';
    while (answers.split('HTTP/1.1 200').length <= 16) answers += (await once(client, 'data'))[0];
    client.write(REQUEST.repeat(16));
    await hasCome(32);
    expect([client.destroyed, unanswered.length]).toEqual([false, 16]);
  });

  it('ends behind the answers to sixteen, and nothing is made of what came beyond', async () => {
    const client = await open();
    let answers = '';
    client.on('data', (part) => {
      answers += part;
    });
    client.write(REQUEST.repeat(700));
    await hasCome(17);
    client.write(REQUEST.repeat(700));
    for (const response of unanswered.splice(0)) response.end('x');
    await once(client, 'close');
    expect(came).toBe(17);
    expect(unanswered).toEqual([]);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(16);
  });

  it('harms no other: a server to which hundreds do so answers', async () => {
    const register = await startServer(SAMPLE_2013);
    try {
      const { hostname, port } = new URL(register.url);
      const others = Array.from({ length: 100 }, () => connect(Number(port), hostname).on('error', () => {}));
      await Promise.all(
        others.map(async (other) => {
          await once(other, 'connect');
          other.resume().write(REQUEST.repeat(700));
          await once(other, 'close');
        }),
      );
      expect(await register.ask('{ __typename }')).toEqual({ __typename: 'Query' });
    } finally {
      await register.close();
    }
  });
});
