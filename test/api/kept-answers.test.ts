import { KeptAnswers } from '../../src/api/kept-answers';
import { Lru } from '../../src/api/lru';
import { handleApproachCommand } from '../../src/handle-command';
import { APPROACH, id, promised } from '../support/events';
import { step } from '../support/given';
import { textOf } from '../support/questions';
import { maastricht, SAMPLE_2013, startServer, type TestClient, type TestServer } from './support';

const HISTORY = maastricht('history(first: 100) { nodes { type } }');

describe('A kept answer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(() => server.close());

  const ask = (query: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });

  it('is as it was the first time, byte by byte and in its headers', async () => {
    const query = '{ municipality(code: "GM1900") { name } }';
    const first = await ask(query);
    const bytes = Buffer.from(await first.arrayBuffer());
    // It is kept from the second time on.
    expect(Buffer.from(await (await ask(query)).arrayBuffer())).toEqual(bytes);
    const again = await ask(query);
    expect(Buffer.from(await again.arrayBuffer())).toEqual(bytes);
    expect(bytes.toString()).toContain('Súdwest-Fryslân');
    for (const header of ['content-type', 'content-length'])
      expect(again.headers.get(header)).toBe(first.headers.get(header));
    expect(again.headers.get('content-length')).toBe(String(bytes.length));
    expect(again.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('is for those who accept the same', async () => {
    const query = maastricht('slug');
    const [json, graphql] = ['application/json', 'application/graphql-response+json'];
    for (const accept of [json, json, graphql, graphql, json, graphql]) {
      const response = await ask(query, { accept });
      await response.text();
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
    }
  });

  it('is also one from a snapshot that the request names', async () => {
    const { extensions } = JSON.parse(await (await ask(maastricht('slug'))).text());
    const query = maastricht('slug name');
    const statements = async () => {
      const { database } = server.register;
      const before = database.statementCount;
      await textOf(server, query, {}, { snapshot: extensions.snapshot });
      return database.statementCount - before;
    };
    expect(await statements()).toBeGreaterThan(0);
    expect(await statements()).toBeGreaterThan(0);
    expect(await statements()).toBe(0);
  });

  it('is never for another who asks', async () => {
    const query = maastricht('slug id');
    const of = async (client: TestClient): Promise<number> => {
      const { database } = server.register;
      const before = database.statementCount;
      await client.ask(query);
      return database.statementCount - before;
    };
    const anna = { subject: 'anna', roles: ['inspector'], inspectorates: ['STJ'] } as const;
    const all = [
      server.as(anna),
      server.as({ ...anna, subject: 'bert' }),
      server.as({ ...anna, roles: ['auditor'] }),
      server.as({ ...anna, inspectorates: [] }),
      server,
    ];
    for (const client of all) {
      expect(await of(client)).toBeGreaterThan(0);
      expect(await of(client)).toBeGreaterThan(0);
      expect(await of(client)).toBe(0);
    }
  });

  it('is never older than what the read models held when the request came', async () => {
    const { store, projector } = server.register;
    const atPosition = new Map<number, number>();
    const heldAt = (position: number) =>
      Math.max(...[...atPosition].filter(([at]) => at <= position).map(([, held]) => held));
    const auditor = { authorization: `Bearer ${await server.token({ roles: ['auditor'] })}` };
    const count = async () => {
      const { data } = JSON.parse(await (await ask(HISTORY, auditor)).text());
      return data.approach.history.nodes.length as number;
    };
    const start = await count();
    const points = JSON.parse(await (await ask(maastricht('improvementPoints { id }'))).text());
    const node = Buffer.from(points.data.approach.improvementPoints[0].id, 'base64url').toString();
    const point = node.split('/').at(-1) ?? '';
    atPosition.set(projector.position, start);
    let isWriting = true;
    const seen = new Set<number>();
    const read = async () => {
      while (isWriting) {
        const expected = heldAt(projector.position);
        const got = await count();
        seen.add(got);
        expect(got).toBeGreaterThanOrEqual(expected);
      }
    };
    const readers = Array.from({ length: 8 }, read);
    for (let written = 1; written <= 40; written += 1) {
      const { position } = await handleApproachCommand(
        store,
        APPROACH,
        step(promised(`beloofd ${written}`, [], { improvementPointIds: [point] })),
        { actor: 'tester', correlationId: id(`kept ${written}`), key: `kept ${written}`, document: null },
      );
      atPosition.set(position, start + written);
      await projector.waitFor(position, 5_000);
      expect(await count()).toBe(start + written);
    }
    isWriting = false;
    await Promise.all(readers);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('The kept answers', () => {
  const rest = { contentType: 'application/json', asked: null };
  const keep = (kept: KeptAnswers, key: string, position: number, bytes: number): void =>
    kept.keep(key, position, 'x'.repeat(bytes), rest);
  /** Kept answers to requests that came before. */
  const seen = (keys: readonly string[], maxBytes?: number): KeptAnswers => {
    const kept = new KeptAnswers(maxBytes);
    for (const key of keys) keep(kept, key, 1, 1);
    expect([kept.bytes, ...keys.map((key) => kept.get(key, 1))]).toEqual([0, ...keys.map(() => undefined)]);
    return kept;
  };

  it('are those of requests that came before, also at an earlier position', () => {
    const kept = seen(['a']);
    keep(kept, 'a', 2, 3);
    keep(kept, 'b', 2, 3);
    expect([kept.get('a', 2)?.payload.toString(), kept.get('b', 2)]).toEqual(['xxx', undefined]);
  });

  it('take no more together than they may, keys included; those asked for longest ago go first', () => {
    const long = 'd'.repeat(1_000);
    const kept = seen(['a', 'b', 'c', long], 10_000);
    for (const key of ['a', 'b', 'c']) keep(kept, key, 1, 2_500);
    expect(kept.get('a', 1)).toBeDefined();
    keep(kept, long, 1, 100);
    expect(['a', 'b', 'c', long].filter((key) => kept.get(key, 1) !== undefined)).toEqual(['a', 'c', long]);
    expect(kept.bytes).toBeLessThanOrEqual(10_000);
  });

  it('keep no more in memory than their own bytes', () => {
    const kept = seen(['a', 'b']);
    for (const key of ['a', 'b']) kept.keep(key, 1, 'één', rest);
    for (const key of ['a', 'b']) {
      const { payload } = kept.get(key, 1) ?? {};
      expect([payload?.toString(), payload?.buffer.byteLength]).toEqual(['één', 5]);
    }
  });

  it('are gone at another position, and none of an earlier one comes back', () => {
    const kept = seen(['a', 'b']);
    keep(kept, 'a', 1, 1);
    expect([kept.get('a', 1)?.payload.length, kept.get('a', 2)]).toEqual([1, undefined]);
    keep(kept, 'b', 2, 1);
    keep(kept, 'a', 1, 1);
    expect([kept.get('a', 1), kept.get('a', 2)]).toEqual([undefined, undefined]);
  });

  it('are not one that is longer than a MiB', () => {
    const kept = seen(['a']);
    keep(kept, 'a', 1, 1024 * 1024);
    expect([kept.get('a', 1), kept.bytes]).toEqual([undefined, 0]);
  });
});

describe('What was asked for longest ago', () => {
  it('goes first, and what alone is too large is not held', () => {
    const lru = new Lru<number>(3, (_, size) => size);
    lru.set('a', 1);
    lru.set('b', 1);
    lru.set('c', 1);
    lru.get('a');
    lru.set('d', 1);
    expect(['a', 'b', 'c', 'd'].map((key) => lru.get(key))).toEqual([1, undefined, 1, 1]);
    lru.set('d', 2);
    expect([lru.get('a'), lru.get('c'), lru.get('d'), lru.size]).toEqual([undefined, 1, 2, 3]);
    lru.set('e', 4);
    expect([lru.get('e'), lru.size <= 3]).toEqual([undefined, true]);
  });
});
