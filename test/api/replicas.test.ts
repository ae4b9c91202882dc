import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PROJECTIONS } from '../../projections/all';
import { createServer } from '../../src/api/server';
import type { WriteSources } from '../../src/api/write-sources';
import { Ledger } from '../../src/ledger/ledger';
import { LedgerFile } from '../../src/ledger/ledger-file';
import { generateSigningKey } from '../../src/ledger/note';
import { assessment } from '../factsheet/builder';
import { dump, emptyReadModels } from '../support/read-models';
import {
  facts,
  maastricht,
  type Replica,
  SAMPLE_2013,
  SAMPLE_2014,
  startReplica,
  startServer,
  type TestServer,
} from './support';

const COUNT = maastricht('assessments { year }');

describe('A replica', () => {
  let server: TestServer;
  let replicas: Replica[];
  beforeEach(async () => {
    server = await startServer(SAMPLE_2013);
    replicas = [];
  });
  afterEach(async () => {
    for (const replica of replicas) await replica.close();
    await server.close();
  });

  async function replica(dataDir?: string): Promise<Replica> {
    const started = await startReplica(server.config, dataDir);
    replicas.push(started);
    return started;
  }
  const positionOf = async (url: string): Promise<string> =>
    (await fetch(`${url}/graphql?query={__typename}`)).headers.get('toetsspoor-position') ?? '';
  const asked = (url: string, headers = {}, more = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: COUNT, ...more }),
    });
  const count = async (response: Response): Promise<number> =>
    ((await response.json()) as { data: { approach: { assessments: unknown[] } } }).data.approach.assessments
      .length;

  it('builds its read models by itself, tells of it, and answers as the others do', async () => {
    const other = await replica();
    expect(other.progress.at(-1)).toBe(44);
    expect(await other.ask(COUNT)).toEqual(await server.ask(COUNT));
    expect(dump(other.register.database)).toEqual(dump(server.register.database));
  });

  it('shows what was written elsewhere to whoever carries the position of the write', async () => {
    const other = await replica();
    await server.import(SAMPLE_2014);
    const position = await positionOf(server.url);
    const extensions = { position };
    // In the header, and in GraphQL's own way, by POST and by GET.
    const responses = await Promise.all([
      asked(other.url, { 'toetsspoor-position': position }),
      asked(other.url, {}, { extensions }),
      fetch(
        `${other.url}/graphql?query=${encodeURIComponent(COUNT)}&extensions=${encodeURIComponent(JSON.stringify(extensions))}`,
      ),
    ]);
    for (const response of responses) expect(await count(response)).toBe(2);
  });

  it('goes on behind an event that it has not seen yet once it has, in an answer of one state', async () => {
    const other = (await replica()).asAuditor();
    const query = `query ($after: String) { snapshot { events }
      events(after: $after) { nodes { id } pageInfo { endCursor } }
      approach(municipality: "GM0935", slug: "integrale-aanpak") { history(after: $after) { nodes { id } } } }`;
    type Seen = { snapshot: { events: number }; events: { pageInfo: { endCursor: string } } };
    await server.import(SAMPLE_2014);
    const all = await server
      .asAuditor()
      .ask<Seen>(query.replaceAll('(after: $after)', '(first: 100)').replace('query ($after: String)', ''));
    const after = all.events.pageInfo.endCursor;
    const nothing = { nodes: [] };
    expect(await other.ask(query, { after })).toMatchObject({
      snapshot: all.snapshot,
      events: nothing,
      approach: { history: nothing },
    });
    await server.import(assessment(facts({ approach: 'Nieuw' })));
    const last = await positionOf(server.url);
    const feed = await fetch(`${other.url}/v1/events?after=${last}`, { headers: await other.headers() });
    expect([feed.status, await feed.json(), feed.headers.get('toetsspoor-position')]).toEqual([
      200,
      [],
      last,
    ]);
  });

  it('refuses what is no position, and one that the log does not have, in GraphQL and in REST', async () => {
    const beyond = Buffer.from(JSON.stringify([2 ** 50])).toString('base64url');
    for (const [position, status, code] of [
      ['x', 400, 'BAD_USER_INPUT'],
      [beyond, 400, 'POSITION_UNKNOWN'],
    ] as const) {
      const headers = { 'toetsspoor-position': position };
      const inGraphql = await asked(server.url, headers);
      expect(inGraphql.status).toBe(status);
      expect(await inGraphql.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      const inRest = await fetch(`${server.url}/v1/approaches`, { headers });
      expect(inRest.status).toBe(status);
      expect(inRest.headers.get('content-type')).toContain('application/problem+json');
      expect(await inRest.json()).toMatchObject({ code });
      const inExtensions = await asked(server.url, {}, { extensions: { position } });
      expect(inExtensions.status).toBe(status);
      expect(await inExtensions.json()).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  it('can begin with the copied read models of another one, and only follows on', async () => {
    const first = await replica();
    const copy = mkdtempSync(join(tmpdir(), 'toetsspoor-replica-'));
    first.register.database.exec(`VACUUM INTO '${join(copy, 'read-model.db')}'`);
    await server.import(SAMPLE_2014);
    const second = await replica(copy);
    expect(second.progress).toEqual([]);
    const response = await asked(second.url, { 'toetsspoor-position': await positionOf(server.url) });
    expect(await count(response)).toBe(2);
    expect(dump(second.register.database)).toEqual(dump(server.register.database));
  });
});

describe('A replica that does not keep up', () => {
  let app: FastifyInstance;
  let lagSeconds = 0;
  const isLogAway = false;
  beforeEach(async () => {
    app = await createServer({
      sources: {
        database: emptyReadModels(PROJECTIONS),
        position: () => 0,
        readStream: async function* () {},
        now: () => new Date(),
        grown: async () => false,
      },
      signedLog: {
        ledger: new Ledger(LedgerFile.open(':memory:')),
        follower: { waitFor: async () => true, hasBegun: true, failure: undefined },
        key: generateSigningKey('test'),
      },
      readLog: async function* () {},
      webhooks: async () => [],
      tokens: { issuers: [], audience: 'toetsspoor', clients: null, types: [], localKeyFile: null },
      documents: null,
      introspection: true,
      explorer: true,
      costPerMinute: 0,
      requestSeconds: 30,
      origins: [],
      trustedProxies: [],
      tell: [],
      // Nothing is written here.
      writes: {} as WriteSources,
      contact: { name: 'Tester', email: 'tester@example.nl', url: 'https://example.nl' },
      cloudEvents: {
        source: 'urn:nld:oin:00000001823288444000:systeem:toetsspoor',
        publicUrl: 'http://127.0.0.1',
      },
      waitFor: async () => 'late',
      isReady: () => true,
      lagSeconds: () => lagSeconds,
      isLogAway: () => isLogAway,
      isWritable: () => true,
      maxLagSeconds: 5,
      onError: () => {},
      onWarning: () => {},
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => app.close());
  const get = async (path: string, headers = {}) => {
    const url = app.listeningOrigin;
    const response = await fetch(`${url}${path}`, { headers });
    return { response, body: await response.json() };
  };
  const positionHeader = (...place: readonly (string | number)[]) => ({
    'toetsspoor-position': Buffer.from(JSON.stringify(place)).toString('base64url'),
  });

  it('says so to a request that waits for what it has not reached, and answers the others', async () => {
    const ask = (position: number) => get('/graphql?query={__typename}', positionHeader(position));
    expect((await ask(0)).body).toMatchObject({ data: { __typename: 'Query' } });
    const late = await ask(8);
    expect(late.response.status).toBe(503);
    expect(late.body).toMatchObject({ errors: [{ extensions: { code: 'POSITION_NOT_REACHED' } }] });
    expect(late.response.headers.get('toetsspoor-position')).toBe(positionHeader(0)['toetsspoor-position']);
  });

  it.each([
    ['that is there from its own position on', [8, 'public'], [0, 'public']],
    ['that was released later', [0, 8, 'public'], [8, 0, 'public']],
    ['as earlier versions told of it', [0, 8], [8, 0]],
    ['of a page behind which nothing was', [Number.MAX_SAFE_INTEGER, 8, 'public'], [8, 0, 'public']],
  ])('takes the cursor of an event %s for how far the log was', async (_, beyond, reached) => {
    const ask = async (...place: readonly (string | number)[]) =>
      (await get('/graphql?query={__typename}', positionHeader(...place))).response.status;
    expect([await ask(...beyond), await ask(...reached)]).toEqual([503, 200]);
  });

  it.each([[[]], [[8, 8, 8]], [['public']], [[-1]], [[0.5, 'public']]])(
    'refuses %j, which is no position, and says what is one',
    async (place) => {
      const { response, body } = await get('/graphql?query={__typename}', positionHeader(...place));
      expect([response.status, body]).toMatchObject([
        400,
        { errors: [{ message: expect.stringContaining('expected one as answers have it in the header') }] },
      ]);
    },
  );

  it('is not ready once it is further behind than it may be, and ready again when it is level', async () => {
    for (const [lag, status, body] of [
      [0.3, 200, { status: 'ready', lagSeconds: 0.3 }],
      [5.1, 503, { status: 'catching up with the log', lagSeconds: 5.1 }],
      [Number.POSITIVE_INFINITY, 503, { status: 'catching up with the log', lagSeconds: null }],
      [1, 200, { status: 'ready', lagSeconds: 1 }],
    ] as const) {
      lagSeconds = lag;
      const { response, body: given } = await get('/readyz');
      expect([response.status, given]).toEqual([status, body]);
    }
  });
});
