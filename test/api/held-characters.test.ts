import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { graphql } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { charactersOf } from '../../src/api/characters';
import { assertHoldable, HeldCharacters } from '../../src/api/held-characters';
import { buildApiSchema } from '../../src/api/schema';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import { handleApproachCommand } from '../../src/handle-command';
import { assessment } from '../factsheet/builder';
import { APPROACH, id, imported, noted, opened, text } from '../support/events';
import { recordAssessment } from '../support/given';
import { startWritable } from './mutations/support';
import {
  facts,
  maastricht,
  SAMPLE_2013,
  SAMPLE_2014,
  scopeOn,
  startServer,
  startServerWith,
  type TestServer,
} from './support';

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

const TOO_MUCH = /^what is read and answered holds too many characters, .*; accepted is at most 32000000$/;

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
    const { status, data, errors } = await server.post(documents(99));
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
        recordAssessment(imported({ text: text('x'.repeat(400_000)) }), [opened('2013')]),
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
  describe('of histories', () => {
    const schema = buildApiSchema();
    let server: TestServer;
    beforeAll(async () => {
      const others = ['Nijmegen', 'Zwolle'].map((municipality) =>
        assessment(facts({ municipality, improve: ['1.1.1'] })),
      );
      server = await startServer(SAMPLE_2013, SAMPLE_2014, ...others);
    });
    afterAll(() => server.close());

    /** What a query is answered, and what it was told to hold. */
    async function read(source: string, hold = (_held: number): void => {}) {
      let held = 0;
      const scope = scopeOn(server, [], {
        check: () => {},
        hold: (characters) => {
          held += characters;
          hold(held);
        },
      });
      const { data, errors } = await graphql({ schema, source, contextValue: { scope, principal: null } });
      return { data, codes: errors?.map(({ extensions }) => extensions.code), held };
    }
    const stored = (sql: string): number =>
      server.register.database.all<{ characters: number }>(sql).reduce((sum, one) => sum + one.characters, 0);
    const heads = () => stored('SELECT length(head) AS characters FROM approaches');
    const parts = () => stored('SELECT length(facts) AS characters FROM history_parts');

    it('counts each that is held twice for the characters that it is stored in, and once in a request', async () => {
      const all = 'approaches { nodes { improvementPoints { status } } }';
      const { held, codes } = await read(`{ ${all} }`);
      expect([held, codes]).toEqual([2 * (heads() + parts()), undefined]);
      expect((await read(`{ ${all} again: ${all} }`)).held).toBe(2 * (2 * heads() + parts()));
      expect((await read('{ approaches { nodes { name } } }')).held).toBeLessThan(3 * heads());
    });

    it('counts nothing that is only looked through', async () => {
      const at = async (asOf: string) =>
        (await read(`{ improvementPoints(asOf: { ${asOf} }) { nodes { id } } }`)).held;
      expect(await at('publishedBy: "1990"')).toBe(0);
      expect(await at('reference: "2013"')).toBe(2 * (heads() + parts()));
      const resolved = await read(
        '{ improvementPoints(status: RESOLVED, asOf: { reference: "2014" }) { nodes { status } } }',
      );
      expect(resolved.data).toEqual({ improvementPoints: { nodes: [{ status: 'RESOLVED' }] } });
      expect(resolved.held).toBeGreaterThan(0);
      expect(resolved.held).toBeLessThan(heads() + parts());
    });

    it('is refused where there is too much of it', async () => {
      const refuse = (held: number): void => {
        if (held > 1.5 * (heads() + parts())) assertHoldable(Number.POSITIVE_INFINITY);
      };
      const { codes } = await read('{ approaches { nodes { improvementPoints { status } } } }', refuse);
      expect(new Set(codes)).toEqual(new Set(['QUERY_TOO_LARGE']));
    });
  });

  it('is refused where its texts hold too much together', async () => {
    const { server, admin } = await startWritable();
    try {
      const long = noted('2013', 'x'.repeat(20_000));
      await records(server, recordAssessment(null, [opened('2013')]));
      // An append may not be too large either.
      for (let index = 1; index <= 60; index += 1)
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
    const requests = Array.from({ length: 2 }, request);
    for (const one of requests) held.of(one).hold(32_000_000);
    expect(() => held.of(requests[0] as FastifyRequest).hold(1)).toThrow(TOO_MUCH);
    const late = held.of(request());
    expect(() => late.hold(1)).toThrow(/hold as much as they may together/);
    held.letGo(requests[0] as FastifyRequest);
    held.letGo(requests[0] as FastifyRequest);
    late.hold(32_000_000);
    expect(() => held.of(request()).hold(1)).toThrow(/together/);
  });

  it('is nothing any more once its answer was taken, whatever goes on behind it', () => {
    const held = new HeldCharacters();
    const requests = Array.from({ length: 3 }, request);
    for (const one of requests) {
      held.of(one).hold(32_000_000);
      held.letGo(one);
      held.of(one).hold(32_000_000);
    }
    for (const one of Array.from({ length: 2 }, request)) held.of(one).hold(32_000_000);
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
