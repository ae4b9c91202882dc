import { LONGEST_SLUG } from '../../src/domain/streams';
import { assessment } from '../factsheet/builder';
import { Described, type Description } from './described';
import { facts, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

let server: TestServer;
let description: Description;
let described: Described | undefined;
let id: string;

/** An answer, of which nothing may be that is not described. */
const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${server.url}${path}`, init);
  expect((await described?.faultsOf(path, response)) ?? []).toEqual([]);
  return response;
};
const json = async (path: string) => {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what these tests are about
  return (await response.json()) as any;
};
const problemOf = async (path: string, init?: RequestInit) => {
  const response = await get(path, init);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return { response, problem: (await response.json()) as Record<string, unknown> };
};

beforeAll(async () => {
  server = await startServer(SAMPLE_2013, SAMPLE_2014);
  await server.import(
    assessment(facts({ approach: 'Gezinscoaching' })),
    assessment(facts({ approach: 'Wraparound' })),
  );
  description = await json('/v1/openapi.json');
  described = new Described(description);
  id = (await json('/v1/approaches?municipality=GM0935')).results.find(
    ({ slug }: { slug: string }) => slug === 'integrale-aanpak',
  ).id;
});
afterAll(() => server.close());

describe('A resource of the REST façade', () => {
  test('lists the approaches, with ids that the GraphQL API knows too', async () => {
    const { results, next } = await json('/v1/approaches');
    expect(results.map(({ slug }: { slug: string }) => slug)).toEqual([
      'gezinscoaching',
      'integrale-aanpak',
      'wraparound',
    ]);
    expect(next).toBeNull();
    const { node } = await server.ask<{ node: object }>(`{ node(id: "${id}") { ... on Approach { slug } } }`);
    expect(node).toEqual({ slug: 'integrale-aanpak' });
  });

  test('leads from page to page, in the body and by a link', async () => {
    const slugs: string[] = [];
    let next: string | null = '/v1/approaches?first=1&framework=GGSR';
    while (next !== null) {
      const response = await get(next);
      const page = (await response.json()) as { results: { slug: string }[]; next: string | null };
      expect(response.headers.get('link')).toBe(page.next && `<${page.next}>; rel="next"`);
      slugs.push(...page.results.map(({ slug }) => slug));
      next = page.next;
    }
    expect(slugs).toEqual(['gezinscoaching', 'integrale-aanpak', 'wraparound']);
  });

  test('gives one approach', async () => {
    expect(await json(`/v1/approaches/${id}`)).toMatchObject({
      id,
      slug: 'integrale-aanpak',
      municipality: { code: 'GM0935', name: 'Maastricht' },
    });
  });

  test('gives the verdict that stands for each indicator', async () => {
    const { verdicts } = await json(`/v1/approaches/${id}/verdicts`);
    expect(verdicts).toHaveLength(30);
    expect(
      verdicts.find((one: { indicator: { code: string } }) => one.indicator.code === '4.2.2'),
    ).toMatchObject({
      ...{ status: 'MET', basis: 'REPORTED', assessedIn: 2014, carriedForward: false },
    });
  });

  test('gives them by theme and by verdict, as of each of the clocks', async () => {
    const { verdicts } = await json(
      `/v1/approaches/${id}/verdicts?theme=4&status=IMPROVEMENT_NEEDED&publishedBy=2014-12-31`,
    );
    expect(verdicts.map((one: { indicator: { code: string } }) => one.indicator.code)).toEqual(['4.2.2']);
    expect(
      (await json(`/v1/approaches/${id}/verdicts?reference=2013&status=IMPROVEMENT_NEEDED`)).verdicts,
    ).toHaveLength(1);
    const { problem } = await problemOf(`/v1/approaches/${id}/verdicts?recordedBy=2001-01-01T00:00:00Z`);
    expect(problem.status).toBe(404);
  });

  test('gives how the verdicts developed', async () => {
    const { summary, rows } = await json(`/v1/approaches/${id}/developments?from=2013&to=2014`);
    expect(summary).toEqual([
      { change: 'RESOLVED', count: 1 },
      { change: 'NOT_RETESTED', count: 29 },
    ]);
    expect(rows).toHaveLength(30);
  });

  test('says the full version, and how it may be shown', async () => {
    const { headers } = await get('/v1/approaches');
    expect(headers.get('api-version')).toBe(description.info.version);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('answers HEAD as it would GET, without a body', async () => {
    const response = await get('/v1/approaches', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('An approach with the longest name that one may have', () => {
  test('is to be had by the id that the list has of it, with its verdicts and developments', async () => {
    await server.import(
      assessment(facts({ municipality: 'Zwolle', approach: `${'lang '.repeat(40).trim()}e` })),
    );
    const [approach] = (await json('/v1/approaches?municipality=GM0193')).results;
    expect(approach.slug).toHaveLength(LONGEST_SLUG);
    expect((await json(`/v1/approaches/${approach.id}`)).slug).toBe(approach.slug);
    expect((await json(`/v1/approaches/${approach.id}/verdicts`)).verdicts).toHaveLength(30);
    expect((await json(`/v1/approaches/${approach.id}/developments?from=2012&to=2013`)).rows).toHaveLength(
      30,
    );
  });
});

describe('Trends', () => {
  const POINT =
    'year code name frameworkVersion approaches tested met improvementNeeded carriedForward attentionPoints';

  test('are those of the GraphQL API, by theme where nothing else is asked', async () => {
    const { trend } = await server.ask<{ trend: object[] }>(`{ trend(framework: "GGSR") { ${POINT} } }`);
    expect(trend.length).toBeGreaterThan(5);
    expect(await json('/v1/trends?framework=GGSR')).toEqual({ results: trend });
  });

  test('are drawn for what is asked, within years and as of a clock', async () => {
    const { trend } = await server.ask<{ trend: object[] }>(
      `{ trend(framework: "GGSR", by: MUNICIPALITY, from: 2013, to: 2013, asOf: { publishedBy: "2014-12-31" }) { ${POINT} } }`,
    );
    expect(trend.length).toBeGreaterThan(0);
    const query = 'framework=GGSR&by=MUNICIPALITY&from=2013&to=2013&publishedBy=2014-12-31';
    expect(await json(`/v1/trends?${query}`)).toEqual({ results: trend });
  });

  test('are not drawn without a framework, for something else, or backwards', async () => {
    expect((await problemOf('/v1/trends?by=YEAR')).problem.detail).toBe(
      'framework is missing; expected a text such as GGSR; by is "YEAR"; expected one of THEME, CRITERION, INDICATOR, MUNICIPALITY',
    );
    expect((await problemOf('/v1/trends?framework=GGSR&from=2014&to=2013')).problem.detail).toBe(
      'from is 2014 and to is 2013; expected from ≤ to',
    );
  });
});

describe('An answer', () => {
  const tagOf = async (path: string, init?: RequestInit) => (await get(path, init)).headers.get('etag') ?? '';

  test('is not sent again to who knows it, until it changes', async () => {
    const path = '/v1/approaches?municipality=GM0268';
    const tag = await tagOf(path);
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const response = await get(path, { headers: { 'if-none-match': known } });
      expect([known, response.status, await response.text()]).toEqual([known, 304, '']);
      expect([response.headers.get('etag'), response.headers.get('cache-control')]).toEqual([
        tag,
        'no-store',
      ]);
      expect(response.headers.get('toetsspoor-snapshot')).toMatch(/./);
    }
    expect((await get(path, { method: 'HEAD', headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await get(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    await server.import(assessment(facts({ municipality: 'Nijmegen' })));
    const changed = await get(path, { headers: { 'if-none-match': tag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  test('is another for who gets something else by the same address', async () => {
    const headers = await server.as({ roles: ['auditor'] }).headers();
    const [everybody, auditor] = [await tagOf('/v1/exports'), await tagOf('/v1/exports', { headers })];
    expect(everybody).not.toBe(auditor);
    expect((await get('/v1/exports', { headers: { ...headers, 'if-none-match': everybody } })).status).toBe(
      200,
    );
  });

  test.each([
    ['/v1/approaches', 'application/xml', 406],
    ['/v1/approaches', 'text/html', 406],
    ['/v1/approaches', 'application/json;q=0, */*', 406],
    ['/v1/approaches', 'text/html, */*;q=0.1', 200],
    ['/v1/event-types/FindingRecorded', 'application/xml', 406],
    ['/v1/event-types/FindingRecorded', 'application/schema+json', 200],
    ['/v1/event-types/FindingRecorded', 'application/json', 200],
    ['/v1/openapi.json', 'application/xml', 406],
    ['/v1/openapi.json', 'application/json', 200],
  ])('of %s to who accepts %s is %i', async (path, accept, status) => {
    const response = await get(path, { headers: { accept } });
    expect(response.status).toBe(status);
    if (status === 406) expect(await response.json()).toMatchObject({ status, code: 'NOT_ACCEPTABLE' });
  });

  test('to OPTIONS says what may be sent', async () => {
    for (const path of [
      '/v1/approaches',
      `/v1/approaches/${id}/verdicts`,
      '/v1/events',
      '/v1/openapi.json',
    ]) {
      const response = await fetch(`${server.url}${path}`, { method: 'OPTIONS' });
      expect([path, response.status, response.headers.get('allow')]).toEqual([
        path,
        204,
        'GET, HEAD, OPTIONS',
      ]);
      expect(response.headers.get('api-version')).toBe(description.info.version);
    }
    expect((await fetch(`${server.url}/v1/nothing`, { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('A request that cannot be answered', () => {
  test.each([
    ['/v1/trends', 'framework', '"NOPE" is not there at that point; expected one of GGSR'],
    ['/v1/approaches', 'framework', '"NOPE" is not there at that point; expected one of GGSR'],
    [
      '/v1/trends?framework=GGSR',
      'municipality',
      '"GM9999" is not there; expected the CBS code of one that exists or was merged',
    ],
    [
      '/v1/approaches',
      'municipality',
      '"GM9999" is not there; expected the CBS code of one that exists or was merged',
    ],
  ])('for what is not there names the parameter: %s by %s', async (path, name, detail) => {
    const [, value] = /^"(\w+)"/.exec(detail) ?? [];
    const { response, problem } = await problemOf(`${path}${path.includes('?') ? '&' : '?'}${name}=${value}`);
    expect([response.status, problem]).toEqual([
      400,
      {
        ...{ status: 400, title: 'Bad Request', detail: `${name} ${detail}`, code: 'BAD_USER_INPUT' },
        errors: [{ in: 'query', location: { name }, detail }],
      },
    ]);
  });

  test.each([
    ['/v1/trends?framework=GGSR&from=2014&to=2013', 'from', 'is 2014 and to is 2013; expected from ≤ to'],
    ['/v1/approaches?snapshot=zzz', 'snapshot', expect.stringMatching(/^the snapshot token is malformed; /)],
    [
      '/v1/events?after=WzkwMDcxOTkyNTQ3NDA5OTFd',
      'after',
      expect.stringMatching(/^"WzkwMDcxOTkyNTQ3NDA5OTFd" .*leave it out to begin again/),
    ],
    [
      '/v1/approaches?municipality=Maastricht',
      'municipality',
      'is "Maastricht"; expected a CBS code: GM and four digits, such as GM0935',
    ],
  ])('names the parameter at fault: %s', async (path, name, detail) => {
    const headers = await server.as({ roles: ['auditor'] }).headers();
    const { response, problem } = await problemOf(path, { headers });
    expect([response.status, problem.errors]).toEqual([400, [{ in: 'query', location: { name }, detail }]]);
  });

  test('is told each parameter that is wrong, and what is expected', async () => {
    const { response, problem } = await problemOf(`/v1/approaches/${id}/developments?from=x&until=2014`);
    expect(response.status).toBe(400);
    expect(problem).toEqual({
      status: 400,
      title: 'Bad Request',
      detail:
        'from is "x"; expected a whole number from 1800 to 9999; to is missing; expected a whole number from 1800 to 9999; until is not known here; expected from, to, reference, publishedBy, recordedBy, snapshot',
      code: 'BAD_USER_INPUT',
      errors: [
        {
          in: 'query',
          location: { name: 'from' },
          detail: 'is "x"; expected a whole number from 1800 to 9999',
        },
        {
          in: 'query',
          location: { name: 'to' },
          detail: 'is missing; expected a whole number from 1800 to 9999',
        },
        {
          in: 'query',
          location: { name: 'until' },
          detail: 'is not known here; expected from, to, reference, publishedBy, recordedBy, snapshot',
        },
      ],
    });
  });

  test('is told all that is wrong at once, in the words of its parameters', async () => {
    const { response, problem } = await problemOf(
      '/v1/approaches?reference=2013/2014&publishedBy=x&recordedBy=y&after=zz',
    );
    const date =
      'a year (2013), a month (2015-06) or a day (2015-03-02), with "~" behind it where approximate';
    expect(response.status).toBe(400);
    expect(problem.errors).toEqual([
      {
        ...{ in: 'query', location: { name: 'after' } },
        detail: 'is "zz": it is not a cursor of this list; expected the one that next of a page has',
      },
      {
        ...{ in: 'query', location: { name: 'reference' } },
        detail: `is "2013/2014": it is an interval; expected ${date}`,
      },
      {
        ...{ in: 'query', location: { name: 'publishedBy' } },
        detail: `is "x": its form is another; expected ${date}`,
      },
      {
        ...{ in: 'query', location: { name: 'recordedBy' } },
        detail:
          'is "y": it is not a date-time; expected an instant as an RFC 3339 date-time, such as 2026-03-02T09:30:00.000Z',
      },
    ]);
    for (const { name } of [{ name: 'reference' }, { name: 'publishedBy' }]) {
      const { problem: future } = await problemOf(`/v1/approaches/${id}/verdicts?${name}=2999`);
      expect(future).toMatchObject({ status: 400, code: 'AS_OF_IN_FUTURE' });
      expect(future.detail).toMatch(
        new RegExp(`^${name} 2999 lies in the future; the latest accepted is \\d{4}$`),
      );
      expect(future.errors).toEqual([
        { in: 'query', location: { name }, detail: expect.stringMatching(/^2999 lies in the future/) },
      ]);
    }
  });

  test('about events is told all of it alike, and finds no event where its address can be none', async () => {
    const headers = await server.as({ roles: ['auditor'] }).headers();
    const { problem } = await problemOf('/v1/events?after=x&types=FindingRecorded,Nothing,X&approach=y', {
      headers,
    });
    expect(problem.errors).toEqual(
      [
        [
          'after',
          'is "x": it is not a position; expected one that an event of this feed has, or the header toetsspoor-position of an answer',
        ],
        [
          'types',
          expect.stringMatching(
            /^is "FindingRecorded,Nothing,X": no type of event is "Nothing", "X"; expected types with commas between, .* each one of /,
          ),
        ],
        ['approach', 'is "y": it is not the id of an approach; expected one that /v1/approaches gives'],
      ].map(([name, detail]) => ({ in: 'query', location: { name }, detail })),
    );
    expect((await problemOf('/v1/events/xxx', { headers })).problem).toMatchObject({
      ...{ status: 404, code: 'NOT_FOUND' },
    });
    expect((await problemOf('/v1/events')).problem.detail).toBe(
      'the feed of events is for those who are signed in; expected a token in the header Authorization',
    );
  });

  test('because of an id that is too long to repeat, does not repeat it', async () => {
    const { problem } = await problemOf(`/v1/approaches?after=${'x'.repeat(5_000)}`);
    expect(String(problem.detail).length).toBeLessThan(300);
  });

  test.each([
    [
      'a verdict that is none',
      '/verdicts?status=MAYBE',
      'status is "MAYBE"; expected one of MET, IMPROVEMENT_NEEDED',
    ],
    [
      'a parameter given twice',
      '/verdicts?theme=1&theme=2',
      'theme is there more than once; expected it once, as a text such as 4',
    ],
    [
      'years in the wrong order',
      '/developments?from=2014&to=2013',
      'from is 2014 and to is 2013; expected an earlier and a later year',
    ],
    ['a date that does not exist', '/verdicts?publishedBy=2014-02-30', '2014-02-30'],
  ])('because of %s, gets a problem that says so', async (_what, path, detail) => {
    const { response, problem } = await problemOf(`/v1/approaches/${id}${path}`);
    expect(response.status).toBe(400);
    expect(problem.detail).toContain(detail);
    expect(problem.code).toBe('BAD_USER_INPUT');
  });

  test.each([
    ['an id that is none of ours', '/v1/approaches/x/verdicts'],
    [
      'an id of what is no municipality',
      `/v1/approaches/${Buffer.from('Approach:ons/x').toString('base64url')}`,
    ],
    ['an address that is not served', '/v1/verdicts'],
    ['a slash at the end', '/v1/approaches/'],
    ['another version', '/v1/v2'],
  ])('because of %s, is not found', async (_what, path) => {
    const { response, problem } = await problemOf(path);
    expect(response.status).toBe(404);
    expect(problem).toMatchObject({ status: 404, title: 'Not Found', code: 'NOT_FOUND' });
    expect(response.headers.get('api-version')).toBe(description.info.version);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'because it is a %s, is told what is allowed',
    async (method) => {
      const { response, problem } = await problemOf('/v1/approaches', { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect(problem.detail).toContain('/graphql');
    },
  );
});

describe('The description by OpenAPI', () => {
  const paths = () => Object.entries(description.paths);

  test('is there for pages of any origin', async () => {
    const { headers } = await get('/v1/openapi.json', {
      headers: { origin: 'https://developer.overheid.nl' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(description).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/v1' }] });
    expect(description.info.contact).toEqual({
      name: 'Tester',
      email: 'tester@example.nl',
      url: 'https://example.nl',
    });
  });

  test('describes every answer as it is, and would not fit another', async () => {
    const ofQueries = paths().filter(([path]) => /^\/(approaches|trends)/.test(path));
    expect(ofQueries).toHaveLength(5);
    for (const [path] of ofQueries) {
      const query = path.endsWith('/developments') ? '?from=2013&to=2014' : '?framework=GGSR';
      const address = `/v1${path.replace('{id}', id)}`;
      const body = await json(`${address}${/list|trends|developments/.test(path) ? query : ''}`);
      const other = JSON.stringify({ ...body, results: 1, verdicts: 1, rows: 1, slug: 1 });
      const answer = new Response(other, { headers: { 'content-type': 'application/json' } });
      expect([path, await described?.faultsOf(address, answer)]).not.toEqual([path, []]);
    }
  });

  test('names each operation once, and every parameter that is accepted', () => {
    const ids = paths().map(([, { get: operation }]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([
      ...['getApproaches', 'getApproach', 'getVerdicts', 'getDevelopments', 'getTrends'],
      ...['getEvents', 'getEvent', 'getEventTypes', 'getEventType'],
      ...['getExports', 'getVerdictsExport', 'getDevelopmentsExport', 'getAttentionPointsExport'],
      ...['getCheckpointExport', 'getEventsExport'],
    ]);
  });
});
