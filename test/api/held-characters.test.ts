import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { charactersOf } from '../../src/api/characters';
import { HeldCharacters } from '../../src/api/held-characters';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import { handleApproachCommand } from '../../src/handle-command';
import { APPROACH, id, imported, noted, opened, text } from '../support/events';
import { recordAssessment } from '../support/given';
import { startWritable } from './mutations/support';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServerWith, type TestServer } from './support';

/** The document of the sample so many times, for each event behind each of thirty verdicts. */
const documents = (times: number): string =>
  maastricht(`verdicts { explanation {
    ${Array.from({ length: times }, (_, index) => `a${index}: data`).join(' ')} } }`);

async function records({ register }: TestServer, command: ApproachCommand, ordinal = 0): Promise<void> {
  const { position } = await handleApproachCommand(register.store, APPROACH, command, {
    actor: 'tester',
    correlationId: id(`${command.type} ${ordinal}`),
    key: `${command.type} ${ordinal}`,
    document: null,
  });
  await register.projector.waitFor(position, 30_000);
}

const TOO_MUCH = /^what is read and answered holds too many characters, .*; accepted is at most 16000000$/;

describe('What is answered', () => {
  let server: TestServer;
  const clients: Socket[] = [];
  const start = async (requestSeconds: number): Promise<void> => {
    server = await startServerWith({ requestSeconds }, SAMPLE_2013, SAMPLE_2014);
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  /** Asks, and takes nothing of the answer. */
  const askOnly = async (query: string): Promise<Socket> => {
    const { hostname, port } = new URL(server.url);
    const client = connect(Number(port), hostname);
    clients.push(client);
    await once(client, 'connect');
    const body = JSON.stringify({ query });
    const headers = `Host: ${hostname}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
    client.pause();
    client.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
    return client;
  };

  it('is refused where it holds too much, however short its query is', async () => {
    await start(30);
    const { status, data, errors } = await server.post(documents(80));
    expect([status, data]).toEqual([400, undefined]);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(TOO_MUCH),
        extensions: { code: 'QUERY_TOO_LARGE' },
      },
    ]);
    expect(await server.refusal(documents(2))).toBe('');
  });

  it('is refused for now where answers that nobody takes hold all that there is, until these leave', async () => {
    // So that none of them is ended meanwhile, however slow this machine is.
    await start(600);
    const status = async (): Promise<number> => {
      const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(documents(30))}`);
      await response.body?.cancel();
      return response.status;
    };
    for (let index = 0; index < 8; index += 1) await askOnly(documents(30));
    while ((await status()) !== 429) await sleep(50);
    expect(await server.refusal('{ approaches { nodes { name } } }')).toBe('');
    for (const client of clients.splice(0)) client.destroy();
    while ((await status()) !== 200) await sleep(50);
  });

  it('is ended where nothing of it is taken for as long as a request may take', async () => {
    await start(5);
    const ended = Promise.withResolvers<void>();
    const onRequest = (message: unknown) => {
      const { socket } = message as { readonly socket: Socket };
      socket.once('close', () => ended.resolve());
    };
    subscribe('http.server.request.start', onRequest);
    const client = await askOnly(documents(30));
    await ended.promise;
    unsubscribe('http.server.request.start', onRequest);
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    client.on('error', () => {});
    client.resume();
    await once(client, 'close');
    expect(received).toBeLessThan(10_000_000);
  });
});

describe('What is told to who follows', () => {
  it('is refused for an event of which too much is asked, and goes on behind it', async () => {
    const { server, admin } = await startWritable();
    try {
      await records(
        server,
        recordAssessment(imported({ text: text('x'.repeat(200_000)) }), [opened('2013')]),
      );
      const client = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: await admin.headers(),
      });
      const query = `subscription { events { type ${Array.from({ length: 99 }, (_, index) => `a${index}: data`).join(' ')} } }`;
      const told: unknown[] = [];
      for await (const { data, errors } of client.iterate<{ events: { type: string } }>({ query })) {
        told.push(errors?.[0]?.extensions?.code ?? data?.events.type);
        if (told.length === 4) break;
      }
      expect(told).toEqual([
        'FrameworkPublished',
        'ApproachRegistered',
        'QUERY_TOO_LARGE',
        'AssessmentOpened',
      ]);
      await client.dispose();
    } finally {
      await server.close();
    }
  });
});

describe('What is read', () => {
  it('is refused where its texts hold too much together', async () => {
    const { server, admin } = await startWritable();
    try {
      const long = noted('2013', 'x'.repeat(20_000));
      await records(server, recordAssessment(null, [opened('2013')]));
      // An append may not be too large either.
      for (let index = 1; index <= 30; index += 1)
        await records(
          server,
          recordAssessment(
            null,
            Array.from({ length: 30 }, () => long),
          ),
          index,
        );
      expect(await admin.refusal(maastricht('drafts { notes }'))).toMatch(/^QUERY_TOO_LARGE: what is read/);
      expect(await admin.refusal(maastricht('drafts { year }'))).toBe('');
    } finally {
      await server.close();
    }
  });
});

describe('What requests hold', () => {
  const request = (): FastifyRequest => ({}) as FastifyRequest;

  it('is bounded for one, and for all together until one lets go', () => {
    const held = new HeldCharacters();
    const requests = Array.from({ length: 4 }, request);
    for (const one of requests) held.of(one).hold(16_000_000);
    expect(() => held.of(requests[0] as FastifyRequest).hold(1)).toThrow(TOO_MUCH);
    const late = held.of(request());
    expect(() => late.hold(1)).toThrow(/hold as much in texts as they may together/);
    held.letGo(requests[0] as FastifyRequest);
    held.letGo(requests[0] as FastifyRequest);
    late.hold(16_000_000);
    expect(() => held.of(request()).hold(1)).toThrow(/together/);
  });

  it('is nothing any more once its answer was taken, whatever goes on behind it', () => {
    const held = new HeldCharacters();
    const requests = Array.from({ length: 5 }, request);
    for (const one of requests) {
      held.of(one).hold(16_000_000);
      held.letGo(one);
      held.of(one).hold(16_000_000);
    }
    for (const one of Array.from({ length: 4 }, request)) held.of(one).hold(16_000_000);
  });

  it('is measured as JSON is long, roughly', () => {
    const values = [{ a: 'x'.repeat(1_000), b: [1, true, null] }, [], {}, 'text', 12, null];
    for (const value of values) {
      const { length } = JSON.stringify(value);
      expect(charactersOf(value)).toBeGreaterThanOrEqual(length - 2);
      expect(charactersOf(value)).toBeLessThan(length * 1.1 + 25);
    }
  });
});
