import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCheckpoint } from '../../src/ledger/checkpoint';
import { leafHash } from '../../src/ledger/entry';
import { CompactRange } from '../../src/ledger/merkle';
import { readSigningKey } from '../../src/ledger/signing-key';
import { serve } from '../../src/serve';
import { collect } from '../event-store/sample-events';
import { freePort } from '../support/free-port';
import { IS_SECOND_ROUND } from '../support/kurrentdb';
import { verifyConsistency, verifyInclusion } from '../support/merkle-proofs';
import {
  maastricht,
  openTestRegister,
  SAMPLE_2013,
  SAMPLE_2014,
  startServer,
  type TestServer,
} from './support';

interface Checkpoint {
  readonly note: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}
interface Proof {
  readonly index: number;
  readonly leafHash: string;
  readonly path: readonly string[];
  readonly checkpoint: Checkpoint;
}
const CHECKPOINT = 'checkpoint { note origin size root }';
const PROOF = `proof { index leafHash path ${CHECKPOINT} }`;
const bytes = (hash: string): Buffer => Buffer.from(hash, 'base64');

describe('The ledger over HTTP', () => {
  let server: TestServer;
  let first: Checkpoint;
  let leaves: Buffer[];
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
    first = (await server.ask<{ checkpoint: Checkpoint }>(`{ ${CHECKPOINT} }`)).checkpoint;
    await server.import(SAMPLE_2014);
    leaves = (await collect(server.register.store.readAll())).map(leafHash);
  });
  afterAll(() => server.close());

  const rootOf = (size: number): Buffer => {
    const tree = new CompactRange();
    for (const leaf of leaves.slice(0, size)) tree.append(leaf);
    return Buffer.from(tree.root());
  };
  const get = (path: string) => fetch(`${server.url}${path}`);

  it('signs all that an answer rests on: what was written a moment ago too', async () => {
    expect(first).toMatchObject({ origin: 'toetsspoor', size: 44, root: rootOf(44).toString('base64') });
    const { checkpoint } = await server.ask<{ checkpoint: Checkpoint }>(`{ ${CHECKPOINT} }`);
    expect(checkpoint).toMatchObject({ size: 53, root: rootOf(53).toString('base64') });
    const key = readSigningKey(server.config.ledgerKey);
    expect(openCheckpoint(checkpoint.note, key ? [key] : [])).toMatchObject({ size: 53, root: rootOf(53) });
  });

  it('proves each event of the log', async () => {
    const { events } = await server
      .asAuditor()
      .ask<{ events: { nodes: { proof: Proof }[] } }>(`{ events(first: 100) { nodes { ${PROOF} } } }`);
    expect(events.nodes.map(({ proof }) => proof.index)).toEqual(leaves.map((_, index) => index));
    for (const { proof } of events.nodes) {
      const { index, leafHash, path, checkpoint } = proof;
      expect(bytes(leafHash)).toEqual(leaves[index]);
      expect(
        verifyInclusion(index, checkpoint.size, bytes(leafHash), path.map(bytes), bytes(checkpoint.root)),
      ).toBe(true);
    }
  });

  it('proves the events behind a verdict, wherever they are met', async () => {
    const data = await server.ask<{
      approach: { verdicts: { explanation: { id: string; proof: Proof }[] }[] };
    }>(maastricht(`verdicts(theme: "4") { explanation { id ${PROOF} } }`));
    const proofs = data.approach.verdicts.flatMap(({ explanation }) => explanation.map(({ proof }) => proof));
    expect(proofs.length).toBeGreaterThan(6);
    for (const { index, leafHash } of proofs) expect(bytes(leafHash)).toEqual(leaves[index]);
  });

  it('proves that an earlier log is the beginning of a later one', async () => {
    const proofOf = async (args: string) =>
      (
        await server.ask<{
          consistencyProof: { from: number; to: number; path: string[]; checkpoint: Checkpoint };
        }>(`{ consistencyProof(${args}) { from to path ${CHECKPOINT} } }`)
      ).consistencyProof;
    const toNow = await proofOf('from: 44');
    expect(toNow).toMatchObject({ from: 44, to: 53 });
    const roots = [bytes(first.root), bytes(toNow.checkpoint.root)] as const;
    expect(verifyConsistency(44, 53, ...roots, toNow.path.map(bytes))).toBe(true);
    const earlier = await proofOf('from: 7, to: 44');
    expect(earlier.checkpoint).toEqual(first);
    expect(verifyConsistency(7, 44, rootOf(7), rootOf(44), earlier.path.map(bytes))).toBe(true);
    expect((await proofOf('from: 0')).path).toEqual([]);
    expect((await proofOf('from: 53')).path).toEqual([]);
  });

  it.each(['from: 54', 'from: 10, to: 9', 'from: -1', 'from: 1, to: 54'])(
    'says what is accepted where it is asked for %s',
    async (args) => {
      expect(await server.refusal(`{ consistencyProof(${args}) { path } }`)).toMatch(
        /^BAD_USER_INPUT: from is -?\d+ and to is \d+; expected 0 ≤ from ≤ to ≤ 53, the size of the log$/,
      );
    },
  );

  describe('as static resources', () => {
    it('serves the checkpoint, never from a cache', async () => {
      const { checkpoint } = await server.ask<{ checkpoint: Checkpoint }>(`{ ${CHECKPOINT} }`);
      const response = await get('/checkpoint');
      expect(await response.text()).toBe(checkpoint.note);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    });

    it('serves the tiles up to it, in any width that it ever had, for ever', async () => {
      for (const width of [1, 44, 53]) {
        const response = await get(`/tile/0/000.p/${width}`);
        expect(response.status).toBe(200);
        expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.concat(leaves.slice(0, width)));
        expect(response.headers.get('content-type')).toBe('application/octet-stream');
        expect(response.headers.get('cache-control')).toContain('immutable');
      }
    });

    it.each([
      '/tile/0/000',
      '/tile/0/000.p/54',
      '/tile/0/001.p/1',
      '/tile/1/000.p/1',
      '/tile/0/0',
      '/tile/entries/000.p/53',
      '/tile/x',
    ])('has no %s', async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    });
  });
});

// The log is altered behind the back of its engine, which is SQLite.
(IS_SECOND_ROUND ? describe.skip : describe)('A server whose log does not fit its ledger', () => {
  it('signs nothing, says so to its operator, and answers all else', async () => {
    const opened = openTestRegister();
    const told: unknown[] = [];
    try {
      await opened.register.projector.prepare();
      await opened.import(SAMPLE_2013);
      const one = await serve(opened.register, opened.config, (error) => told.push(error));
      while (opened.register.ledger.size < 44) await sleep(5);
      await one.close();
      const log = new DatabaseSync(join(opened.config.dataDir, 'events.db'), { timeout: 5_000 });
      log.exec(`UPDATE events SET metadata = replace(metadata, 'tester', 'nobody') WHERE position = 44`);
      log.close();

      const metrics = { host: '127.0.0.1', port: await freePort() };
      const two = await serve(opened.register, { ...opened.config, metrics }, (error) => told.push(error));
      try {
        const query = encodeURIComponent('{ frameworks { code } checkpoint { size } }');
        while (told.length === 0) await sleep(5);
        expect(told).toEqual([
          expect.objectContaining({ message: expect.stringContaining('other events than those recorded') }),
        ]);
        const answer = await fetch(`${two.url}/graphql?query=${query}`);
        // What the ledger has no part in is answered beside it, so the answer is no failure as a whole.
        const body = await answer.json();
        expect([answer.status, body]).toMatchObject([
          200,
          {
            data: { frameworks: [{ code: 'GGSR' }], checkpoint: null },
            errors: [{ extensions: { code: 'LEDGER_MISFIT' } }],
          },
        ]);
        // Another time it may be signed, so it is none that could be had again.
        expect(body).not.toHaveProperty('extensions.snapshot');
        for (const path of ['/checkpoint', '/v1/exports/checkpoint']) {
          const refused = await fetch(`${two.url}${path}`);
          expect([refused.status, await refused.text()]).toEqual([
            503,
            expect.stringContaining('LEDGER_MISFIT'),
          ]);
        }
        const figures = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
        expect(figures.split('\n')).toContain('toetsspoor_ledger_fits 0');
      } finally {
        await two.close();
      }
    } finally {
      await opened.dispose();
    }
  });
});
