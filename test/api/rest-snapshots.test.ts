import { assessment } from '../factsheet/builder';
import { facts, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

interface Read {
  readonly status: number;
  readonly snapshot: string | null;
  readonly next: string | null;
  readonly text: string;
}

describe('A resource below /v1', () => {
  let server: TestServer;
  let id: string;
  let headers: Record<string, string>;
  /** What each address answered before all else was added. */
  const before = new Map<string, Read>();
  let token: string;

  const read = async (path: string): Promise<Read> => {
    const response = await fetch(`${server.url}${path}`, { headers });
    const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '');
    return {
      status: response.status,
      snapshot: response.headers.get('toetsspoor-snapshot'),
      next: link?.[1] ?? null,
      text: await response.text(),
    };
  };
  const pinned = (path: string, snapshot = token) =>
    `${path}${path.includes('?') ? '&' : '?'}snapshot=${snapshot}`;
  const parsed = ({ text }: Read) => JSON.parse(text);
  /** The addresses that are read before and after; some are there only after. */
  const paths = () => [
    '/v1/approaches',
    '/v1/approaches?first=1',
    '/v1/approaches?municipality=GM0268',
    `/v1/approaches/${id}`,
    `/v1/approaches/${id}/verdicts`,
    `/v1/approaches/${id}/verdicts?theme=4&status=IMPROVEMENT_NEEDED`,
    `/v1/approaches/${id}/verdicts?recordedBy=2001-01-01T00:00:00Z`,
    `/v1/approaches/${id}/developments?from=2013&to=2014`,
    `/v1/approaches/${Buffer.from('Approach:GM0003/gezinscoaching').toString('base64url')}`,
    '/v1/events',
    '/v1/events?first=100&types=FindingRecorded,AssessmentConcluded',
    '/v1/exports',
    '/v1/exports/verdicts',
    '/v1/exports/verdicts?publishedBy=2014-12-31',
    '/v1/exports/developments',
    '/v1/exports/attention-points',
    '/v1/exports/checkpoint',
    '/v1/exports/events',
  ];

  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, assessment(facts({ municipality: 'Nijmegen' })));
    headers = await server.as({ roles: ['auditor'] }).headers();
    id = parsed(await read('/v1/approaches?municipality=GM0935')).results[0].id;
    for (const path of paths()) before.set(path, await read(path));
    token = before.get('/v1/approaches')?.snapshot ?? '';
    await server.import(
      SAMPLE_2014,
      ...['Appingedam', 'Maastricht', 'Zwolle'].map((municipality) =>
        assessment(facts({ municipality, improve: ['4.2.2'], notes: ['1.1.1'] })),
      ),
    );
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  it('says in a header which snapshot it was read from, the same as GraphQL does', async () => {
    expect(new Set([...before.values()].map(({ snapshot }) => snapshot)).size).toBe(1);
    const { snapshot } = await server.ask<{ snapshot: { token: string } }>('{ snapshot { token } }');
    expect(snapshot.token).not.toBe(token);
    for (const path of paths()) expect([path, (await read(path)).snapshot]).toEqual([path, snapshot.token]);
  });

  it('gives the same answer again from that snapshot, byte by byte, also that it is not there', async () => {
    for (const [path, { status, text }] of before) {
      const again = await read(pinned(path));
      expect([path, again.status, again.text]).toEqual([path, status, text]);
      expect([path, again.snapshot]).toEqual([path, token]);
    }
    expect([...before.values()].filter(({ status }) => status === 404)).toHaveLength(2);
    const changed = await Promise.all(
      [...before].map(async ([path, { text }]) => (await read(path)).text !== text),
    );
    expect(changed.filter(Boolean).length).toBeGreaterThan(12);
  });

  it('gives from it what the GraphQL API gives from it', async () => {
    const { results } = parsed(await read(pinned('/v1/approaches')));
    const response = await fetch(
      `${server.url}/graphql?snapshot=${token}&query=${encodeURIComponent('{ approaches { nodes { id } } }')}`,
    );
    const { data } = (await response.json()) as { data: { approaches: { nodes: { id: string }[] } } };
    expect(results.map((one: { id: string }) => ({ id: one.id }))).toEqual(data.approaches.nodes);
  });

  it('leads from page to page of one snapshot, whatever is added on the way', async () => {
    const slugs: string[] = [];
    let next = before.get('/v1/approaches?first=1')?.next ?? null;
    expect(next).toContain(`snapshot=${token}`);
    while (next !== null) {
      const page: Read = await read(next);
      expect(page.snapshot).toBe(token);
      expect(parsed(page).next).toBe(page.next);
      slugs.push(...parsed(page).results.map((one: { slug: string }) => one.slug));
      next = page.next;
    }
    expect(slugs).toEqual(['integrale-aanpak']);
  });

  it('leads from page to page of the events of a snapshot, and ends where it does', async () => {
    const ids: string[] = [];
    let pages = 0;
    for (let next: string | null = pinned('/v1/events?first=7'); next !== null; pages += 1) {
      const page = await read(next);
      ids.push(...parsed(page).map((event: { id: string }) => event.id));
      next = page.next;
    }
    const all: string[] = [];
    for (let next = '/v1/events?first=100'; ; ) {
      const page = await read(next);
      expect(page.next).not.toContain('snapshot');
      if (parsed(page).length === 0) break;
      all.push(...parsed(page).map((event: { id: string }) => event.id));
      next = page.next ?? '';
    }
    expect(pages).toBeGreaterThan(5);
    expect(ids).toEqual(all.slice(0, ids.length));
    expect(ids.length).toBeLessThan(all.length);
    const exported = before.get('/v1/exports/events')?.text.trim().split('\n') ?? [];
    expect(ids).toEqual(exported.map((line) => JSON.parse(line).id));
  });

  it('does not show from it an event that came later', async () => {
    const events = parsed(await read('/v1/events?first=100&types=FollowUpAssessed')) as {
      position: string;
    }[];
    const later = `/v1/events/${events[0]?.position}`;
    expect((await read(later)).status).toBe(200);
    expect((await read(pinned(later))).status).toBe(404);
    const first = parsed(await read('/v1/events?first=1'))[0] as { position: string };
    const one = `/v1/events/${first.position}`;
    expect((await read(pinned(one))).text).toBe((await read(one)).text);
  });

  it('is refused with a token that is none of this log, as a problem', async () => {
    const others = await startServer(SAMPLE_2014.replace('2014', '2013'));
    const { snapshot } = await others.ask<{ snapshot: { token: string } }>('{ snapshot { token } }');
    await others.close();
    const text = Buffer.from(token, 'base64url').toString();
    const ahead = Buffer.from(text.replace(/ \d+ /, ' 99999 ')).toString('base64url');
    for (const path of paths()) {
      for (const [wrong, status, code] of [
        ['x', 400, 'SNAPSHOT_MALFORMED'],
        [snapshot.token, 400, 'SNAPSHOT_OF_ANOTHER_LOG'],
        [ahead, 503, 'SNAPSHOT_NOT_REACHED'],
      ] as const) {
        const response = await fetch(`${server.url}${pinned(path, wrong)}`, { headers });
        expect([path, response.status, await response.json()]).toEqual([
          path,
          status,
          {
            ...{ status, title: expect.any(String), detail: expect.any(String), code },
            ...(status === 400 && { errors: [expect.objectContaining({ location: { name: 'snapshot' } })] }),
          },
        ]);
        expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(response.headers.get('toetsspoor-snapshot')).toBeNull();
      }
      const twice = await read(pinned(pinned(path)));
      expect([twice.status, parsed(twice).errors]).toEqual([
        400,
        [{ in: 'query', location: { name: 'snapshot' }, detail: expect.stringContaining('more than once') }],
      ]);
    }
  });

  it('does not wait for more of a snapshot', async () => {
    const refused = await read(pinned('/v1/events?wait=1'));
    expect([refused.status, parsed(refused).detail]).toEqual([
      400,
      'a snapshot has nothing to wait for; expected wait or snapshot, not both',
    ]);
  });
});

describe('The description by OpenAPI', () => {
  it('names the parameter and the header of snapshots for every resource that tells of the log', async () => {
    const server = await startServer();
    const description = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as {
      paths: Record<
        string,
        { get: { parameters: { name: string }[]; responses: { 200: { headers: Record<string, object> } } } }
      >;
    };
    await server.close();
    const without: string[] = [];
    for (const [path, { get }] of Object.entries(description.paths)) {
      const isNamed = get.parameters.some(({ name }) => name === 'snapshot');
      expect([path, 'Toetsspoor-Snapshot' in get.responses[200].headers]).toEqual([path, isNamed]);
      if (!isNamed) without.push(path);
    }
    expect(without).toEqual(['/event-types', '/event-types/{type}']);
    expect(Object.keys(description.paths).length).toBeGreaterThan(10);
  });
});
