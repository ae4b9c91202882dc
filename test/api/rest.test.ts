import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { assessment } from '../factsheet/builder';
import { facts, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

/** As much of the description as these tests read. */
interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly contact: object };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>
  >;
}

let server: TestServer;
let description: Description;
let id: string;

const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);
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

describe('A request that cannot be answered', () => {
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

  test.each([
    [
      'a verdict that is none',
      '/verdicts?status=MAYBE',
      'status is "MAYBE"; expected one of MET, IMPROVEMENT_NEEDED',
    ],
    [
      'a parameter given twice',
      '/verdicts?theme=1&theme=2',
      'theme is there more than once; expected a text such as 4',
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
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(problem.detail).toContain('/graphql');
    },
  );
});

describe('The description by OpenAPI', () => {
  const paths = () => Object.entries(description.paths);
  const schemaOf = (operation: Operation, status: string, type: string): ValidateFunction => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(description, 'description');
    const schema = operation.responses[status]?.content?.[type]?.schema;
    // References in it are to the description as a whole.
    return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"description#/')));
  };

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

  test('describes every answer as it is', async () => {
    for (const [path, { get: operation }] of paths().filter(([path]) => path.startsWith('/approaches'))) {
      const query = operation.parameters.some(({ name, required }) => name === 'to' && required);
      const body = await json(`/v1${path.replace('{id}', id)}${query ? '?from=2013&to=2014' : ''}`);
      const valid = schemaOf(operation, '200', 'application/json');
      valid(body);
      expect([path, valid.errors]).toEqual([path, null]);
      expect(valid({ ...body, results: 1, verdicts: 1, rows: 1, slug: 1 })).toBe(false);
    }
  });

  test('names each operation once, and every parameter that is accepted', () => {
    const ids = paths().map(([, { get: operation }]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([
      ...['getApproaches', 'getApproach', 'getVerdicts', 'getDevelopments'],
      ...['getEvents', 'getEvent', 'getEventTypes', 'getEventType'],
      ...['getExports', 'getVerdictsExport', 'getDevelopmentsExport', 'getAttentionPointsExport'],
      ...['getCheckpointExport', 'getEventsExport'],
    ]);
  });
});
