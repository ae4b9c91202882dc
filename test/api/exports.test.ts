import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPORT_POLICIES } from '../../src/api/policies';
import { exportCommand } from '../../src/cli/export-command';
import { PUBLIC } from '../../src/domain/audience';
import { approachStream } from '../../src/domain/streams';
import { tableLines, tablePoint } from '../../src/export/table-lines';
import { formatVerifierKey } from '../../src/ledger/note';
import { signingKey } from '../../src/register';
import { assessment as factsheet } from '../factsheet/builder';
import { assessment, confidential, record, registered } from '../support/events';
import { appendAll } from '../support/temporary-log';
import {
  facts,
  SAMPLE_2013,
  SAMPLE_2014,
  type Somebody,
  scopeOn,
  startServer,
  startServerWith,
  type TestServer,
} from './support';

const SCRIPT = join(__dirname, '../../tools/verify.mjs');
const TABLES = ['verdicts', 'developments', 'attention-points'] as const;
const IGJ = 'Inspectie Gezondheidszorg en Jeugd';

let server: TestServer;
/** The snapshot before anything confidential was added. */
let before: string;

const get = async (path: string, somebody: Somebody | null = null, headers = {}, method = 'GET') => {
  const own = somebody === null ? {} : await server.as(somebody).headers();
  const response = await fetch(`${server.url}${path}`, { method, headers: { ...own, ...headers } });
  // Decoded here, as fetch takes a byte order mark away.
  const text = Buffer.from(await response.arrayBuffer()).toString();
  return { status: response.status, headers: response.headers, text };
};
/** The lines of a table without when its last event was recorded. */
const rows = (text: string) => text.split('\r\n').map((line) => line.replace(/,[^,]*$/, ''));

beforeAll(async () => {
  server = await startServer(SAMPLE_2013, SAMPLE_2014);
  before = (await get('/v1/exports')).headers.get('toetsspoor-snapshot') ?? '';
  const { store, projector } = server.register;
  const secret = { municipality: 'GM0363', slug: 'wijkteams' };
  const own = { framework: 'GGSR', frameworkVersion: 1, assessor: IGJ };
  const findings = assessment('stil', '2015', null, { '4.1.1': '✗', '4.1.2': '✓' }, own);
  await appendAll(
    store,
    record([registered({ ...secret, name: 'GEHEIM' }), ...confidential(findings)], {
      stream: approachStream(secret.municipality, secret.slug),
    }),
  );
  await projector.waitFor((await store.lastPosition()) ?? 0, 10_000);
});
afterAll(async () => {
  expect(server.internalErrors).toEqual([]);
  await server.close();
});

describe('The list of exports', () => {
  it('names those that who asks may have, and leads to each from one snapshot', async () => {
    const namesFor = async (somebody: Somebody | null) => {
      const { results } = JSON.parse((await get('/v1/exports', somebody)).text) as {
        results: { name: string; mediaType: string; address: string }[];
      };
      for (const { address, mediaType } of results) {
        const { status, headers } = await get(address, somebody);
        expect([address, status]).toEqual([address, 200]);
        expect(headers.get('content-type')).toBe(`${mediaType}; charset=utf-8`);
        expect(address).toContain(`snapshot=${headers.get('toetsspoor-snapshot')}`);
      }
      return results.map(({ name }) => name);
    };
    expect(await namesFor(null)).toEqual([...TABLES, 'checkpoint']);
    expect(await namesFor({ roles: ['inspector'], inspectorates: [IGJ] })).toEqual([...TABLES, 'checkpoint']);
    expect(await namesFor({ roles: ['auditor'] })).toEqual([...TABLES, 'checkpoint', 'events']);
  });

  it('has every export that there is a policy for, each described by OpenAPI', async () => {
    const { paths } = JSON.parse((await get('/v1/openapi.json')).text) as { paths: object };
    const described = Object.keys(paths).flatMap((path) => path.split('/exports/')[1] ?? []);
    expect(described.sort()).toEqual(Object.keys(EXPORT_POLICIES).sort());
  });
});

describe('An export', () => {
  const fromCommandLine = async (what: string, options = {}) => {
    const out = join(server.config.dataDir, `${what}.out`);
    await exportCommand(server.config, what, { out, ...options }, { print() {}, note() {} } as never);
    return readFileSync(out, 'utf8');
  };

  it.each(TABLES)('of %s is what the command line gives, as of any of the clocks', async (table) => {
    const { text, headers } = await get(`/v1/exports/${table}`);
    expect(text).toBe(await fromCommandLine(table));
    expect(rows(text).length).toBeGreaterThan(6);
    expect(headers.get('api-version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="toetsspoor-${table}-\\d{8}T\\d{6}Z\\.csv"$`),
    );
    const asked = await get(`/v1/exports/${table}?publishedBy=2014-12-31&reference=2013`);
    expect(asked.text).toBe(
      await fromCommandLine(table, { asOfPublished: '2014-12-31', asOfReference: '2013' }),
    );
    expect(asked.text).not.toBe(text);
  });

  it('of events is what the command line gives, and fits the checkpoint of the same snapshot', async () => {
    const auditor: Somebody = { roles: ['auditor'] };
    expect((await get('/v1/exports/events', auditor)).text).toBe(await fromCommandLine('events'));
    const { text } = await get(`/v1/exports/events?snapshot=${before}`, auditor);
    const note = await get(`/v1/exports/checkpoint?snapshot=${before}`);
    expect(note.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(note.text.split('\n')[1]).toBe(String(text.trim().split('\n').length));
    const at = (name: string) => join(server.config.dataDir, name);
    writeFileSync(at('events.ndjson'), text);
    writeFileSync(at('checkpoint'), note.text);
    writeFileSync(at('log.key'), `${formatVerifierKey(signingKey(server.config))}\n`);
    const { stdout, status } = spawnSync(
      process.execPath,
      [SCRIPT, at('events.ndjson'), '--checkpoint', at('checkpoint'), '--key', at('log.key')],
      { encoding: 'utf8' },
    );
    expect([stdout, status]).toEqual([expect.stringMatching(/^fits: /), 0]);
  });

  it.each([
    [
      'a date that does not exist',
      '/v1/exports/verdicts?publishedBy=2014-02-30',
      'publishedBy is "2014-02-30": 2014-02 has no day 30',
    ],
    [
      'an instant that is none',
      '/v1/exports/verdicts?recordedBy=today',
      'recordedBy is "today": it is not a date-time',
    ],
    ['a clock in the future', '/v1/exports/verdicts?publishedBy=2999', 'publishedBy 2999 lies in the future'],
    ['a clock where there is none', '/v1/exports/events?reference=2013', 'expected snapshot'],
  ])('because of %s is a problem that says so', async (_, path, detail) => {
    const { status, text, headers } = await get(path, { roles: ['auditor'] });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(text).detail).toContain(detail);
    expect(headers.get('content-disposition')).toBeNull();
  });

  it.each([
    ['text/csv', 200],
    ['text/*;q=0.1, application/json', 200],
    ['*/*', 200],
    ['application/json', 406],
    ['text/csv;q=0, */*', 406],
    ['text/plain, text/*;q=0', 406],
  ])('is given to who accepts %s with %i', async (accept, expected) => {
    const { status, text } = await get('/v1/exports/verdicts', null, { accept });
    expect(status).toBe(expected);
    if (expected === 406)
      expect(JSON.parse(text)).toEqual({
        status: 406,
        title: 'Not Acceptable',
        detail: 'the header Accept leaves nothing that this comes as; expected text/csv',
        code: 'NOT_ACCEPTABLE',
      });
  });

  it('answers HEAD as it would GET, without a body', async () => {
    const whole = await get('/v1/exports/verdicts');
    const head = await get('/v1/exports/verdicts', null, {}, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['content-type', 'content-disposition', 'toetsspoor-snapshot'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
  });

  it('is of one snapshot to its end, whatever is added while it is read', async () => {
    const other = await startServer(SAMPLE_2013, factsheet(facts({ municipality: 'Zwolle' })));
    const scope = scopeOn(other, PUBLIC);
    const whole = await (await fetch(`${other.url}/v1/exports/verdicts`)).text();
    let read = '';
    for await (const chunk of tableLines('verdicts', await tablePoint({}, scope), scope)) {
      if (read === '') await other.import(SAMPLE_2014, factsheet(facts({ municipality: 'Nijmegen' })));
      read += chunk;
    }
    expect(read).toBe(`\ufeff${whole}`);
    expect(await (await fetch(`${other.url}/v1/exports/verdicts`)).text()).not.toContain(read);
    await other.close();
  });
});

describe('What one may not see', () => {
  it.each<[string, Somebody | null]>([
    ['anybody', null],
    ['a reader', { roles: ['reader'] }],
    ['an inspector of others', { roles: ['inspector'], inspectorates: ['Samenwerkend Toezicht Jeugd'] }],
    ['an integration of elsewhere', { roles: ['integration'], municipalities: ['GM0599'] }],
  ])('is in no table for %s, as if it were not there', async (_, somebody) => {
    for (const table of TABLES) {
      const { text } = await get(`/v1/exports/${table}`, somebody);
      expect(text).not.toMatch(/GEHEIM|GM0363/);
      const { text: then } = await get(`/v1/exports/${table}?snapshot=${before}`, somebody);
      expect(rows(text)).toEqual(rows(then));
    }
  });

  it.each<[string, Somebody]>([
    ['an auditor', { roles: ['auditor'] }],
    ['an inspector of its inspectorate', { roles: ['inspector'], inspectorates: [IGJ] }],
    ['an integration of its municipality', { roles: ['integration'], municipalities: ['GM0363'] }],
  ])('is in the table for %s', async (_, somebody) => {
    const { text } = await get('/v1/exports/verdicts', somebody);
    expect(text.split('\r\n').filter((line) => line.startsWith('GM0363'))).toHaveLength(2);
  });

  it.each<[string, Somebody | null, number, string]>([
    ['nobody', null, 401, 'UNAUTHENTICATED'],
    ['a reader', { roles: ['reader'] }, 403, 'FORBIDDEN'],
    ['an inspector', { roles: ['inspector'], inspectorates: [IGJ] }, 403, 'FORBIDDEN'],
    ['an integration', { roles: ['integration'], municipalities: ['GM0363'] }, 403, 'FORBIDDEN'],
  ])('is not to be had with the events by %s, whatever the log holds', async (_, somebody, status, code) => {
    const refused = await get('/v1/exports/events', somebody);
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([status, code]);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect(refused.headers.get('toetsspoor-snapshot')).toBeNull();
    // The same for a token of a snapshot that is none: nothing was looked at.
    expect((await get('/v1/exports/events?snapshot=x', somebody)).text).toBe(refused.text);
  });

  it.each(['auditor', 'admin'] as const)('is in the events for an %s', async (role) => {
    const { status, text } = await get('/v1/exports/events', { roles: [role] });
    expect(status).toBe(200);
    expect(text).toContain('GEHEIM');
  });
});

describe('A server with a limit', () => {
  it('takes the cost of the largest query for a download, and none for what is only asked about', async () => {
    const limited = await startServerWith(
      { costPerMinute: 150_000, trustedProxies: ['127.0.0.1'] },
      SAMPLE_2013,
    );
    const ask = (method: string) =>
      fetch(`${limited.url}/v1/exports/verdicts`, { method, headers: { 'x-forwarded-for': '192.0.2.1' } });
    for (let asked = 0; asked < 5; asked += 1) expect((await ask('HEAD')).status).toBe(200);
    const first = await ask('GET');
    expect([first.status, (await first.text()).split('\r\n').length]).toEqual([200, 32]);
    const second = await ask('GET');
    expect([second.status, second.headers.get('content-disposition')]).toEqual([429, null]);
    expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(second.headers.get('ratelimit-policy')).toBe('"cost";q=150000;w=60');
    expect(((await second.json()) as { code: string }).code).toBe('RATE_LIMITED');
    await limited.close();
  });
});
