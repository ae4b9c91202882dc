import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { LONGEST_ID } from '../../src/api/node-id';
import { API_VERSION } from '../../src/api/rest/openapi';
import { AUDIENCE, newKey, startIssuer, type TestIssuer } from '../support/issuer';
import { Described, type Description, type Operation } from './described';
import { SAMPLE_2013, SAMPLE_2014, startServerWith, type TestServer } from './support';

const PROBLEM = 'application/problem+json; charset=utf-8';
const DASHBOARD = 'https://dashboard.example.nl';
const OTHER_SITE = { origin: 'https://other.example.nl', 'sec-fetch-site': 'cross-site' };
const TOO_LONG = 'x'.repeat(LONGEST_ID + 1);

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let server: TestServer;
let description: Description;
let described: Described;

/** With `node:http`, which sends addresses and origins as they are given; held against the description. */
async function send(
  path: string,
  { method = 'GET', headers = {}, body }: Request = {},
  to: Pick<TestServer, 'url'> = server,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const { hostname, port } = new URL(to.url);
  const sent = httpRequest({ hostname, port, path, method, headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk) => chunks.push(chunk));
    answer.on('end', () => {
      const status = answer.statusCode ?? 0;
      const text = Buffer.concat(chunks);
      const own = Object.entries(answer.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      resolve(new Response([204, 304].includes(status) ? null : text, { status, headers: own }));
    });
  });
  sent.on('error', reject).end(body);
  const response = await promise;
  if (method !== 'OPTIONS') expect(await described.faultsOf(path, response)).toEqual([]);
  return response;
}

beforeAll(async () => {
  server = await startServerWith({ origins: [DASHBOARD] }, SAMPLE_2013, SAMPLE_2014);
  description = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as Description;
  described = new Described(description);
});
afterAll(async () => {
  expect(server.internalErrors).toEqual([]);
  await server.close();
});

/** Those that come before a resource is asked. */
describe('An error', () => {
  const SECURITY = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
  const invalid = { authorization: 'Bearer a.b.c' };
  const typed = (type: string) => ({ method: 'POST', headers: { 'content-type': type }, body: '{' });

  test.each<[what: string, path: string, request: Request, status: number, code: string]>([
    ['an address that cannot be read', '/approaches/%ZZ', {}, 400, 'BAD_REQUEST'],
    ['an address that is no UTF-8', '/approaches/%FF/verdicts', {}, 400, 'BAD_REQUEST'],
    ['an id that is too long', `/approaches/${TOO_LONG}/verdicts`, {}, 414, 'URI_TOO_LONG'],
    [
      'an address that is far too long',
      `/approaches?after=${'x'.repeat(20_000)}`,
      {},
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['the page of another site', '/approaches', { headers: OTHER_SITE }, 403, 'CROSS_SITE'],
    ['the page of another site, nowhere', '/nope', { headers: OTHER_SITE }, 403, 'CROSS_SITE'],
    ['a token that is not believed', '/approaches', { headers: invalid }, 401, 'UNAUTHENTICATED'],
    ['such a token, nowhere', '/nope', { headers: invalid }, 401, 'UNAUTHENTICATED'],
    ['a token in the address', '/approaches?access_token=x', {}, 400, 'BAD_REQUEST'],
    [
      'a position that is none',
      '/approaches',
      { headers: { 'toetsspoor-position': 'x' } },
      400,
      'BAD_USER_INPUT',
    ],
    ['a body that is no JSON', '/approaches', typed('application/json'), 405, 'METHOD_NOT_ALLOWED'],
    ['a body of another type', '/approaches', typed('text/xml'), 405, 'METHOD_NOT_ALLOWED'],
    ['a body sent nowhere', '/nope', typed('text/xml'), 404, 'NOT_FOUND'],
    ['a body that is no JSON, nowhere', '/nope', typed('application/json'), 404, 'NOT_FOUND'],
    ['what is not served', '', {}, 404, 'NOT_FOUND'],
  ])(
    'because of %s is a problem below /v1, with all that answers say',
    async (_what, path, request, status, code) => {
      const response = await send(`/v1${path}`, request);
      const problem = await response.json();
      expect([response.status, response.headers.get('content-type'), problem]).toEqual([
        status,
        PROBLEM,
        { status, title: expect.any(String), detail: expect.any(String), code },
      ]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        ...SECURITY,
        'api-version': API_VERSION,
        'strict-transport-security': 'max-age=31536000',
      });
      const mayHelp = status === 401 || path.includes('access_token');
      expect(response.headers.has('www-authenticate')).toBe(mayHelp);
    },
  );

  test.each<[what: string, path: string, request: Request, status: number, code: string]>([
    ['an address that cannot be read', '/graphql/%ZZ', {}, 400, 'BAD_REQUEST'],
    ['an address that begins alike', '/v10/%ZZ', {}, 400, 'BAD_REQUEST'],
    ['an address that is far too long', `/graphql?query=${'x'.repeat(20_000)}`, {}, 431, 'HEADERS_TOO_LARGE'],
    ['the page of another site', '/graphql', { headers: OTHER_SITE }, 403, 'CROSS_SITE'],
    ['a token that is not believed', '/graphql', { headers: invalid }, 401, 'UNAUTHENTICATED'],
    ['what is not served', '/nope', {}, 404, 'NOT_FOUND'],
  ])('because of %s has the form of GraphQL elsewhere', async (_what, path, request, status, code) => {
    const response = await send(path, request);
    expect([response.status, await response.json()]).toEqual([
      status,
      { errors: [{ message: expect.any(String), extensions: { code } }] },
    ]);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.fromEntries(response.headers)).toMatchObject(SECURITY);
    expect(response.headers.has('api-version')).toBe(false);
  });

  test('of ours is a problem too, which tells nothing but that, and the operator is told what it was', async () => {
    const broken = await startServerWith({}, SAMPLE_2013);
    const headers = await broken.as({ roles: ['auditor'] }).headers();
    const failure = new Error('the disk of /var/lib/toetsspoor is gone');
    jest.spyOn(broken.register.store, 'readStream').mockImplementation(() => {
      throw failure;
    });
    const response = await send('/v1/events', { headers }, broken);
    expect([response.headers.get('content-type'), await response.json()]).toEqual([
      PROBLEM,
      {
        status: 500,
        title: 'Internal Server Error',
        detail: 'Internal server error',
        code: 'INTERNAL_SERVER_ERROR',
      },
    ]);
    expect(response.headers.get('api-version')).toBe(API_VERSION);
    expect(broken.internalErrors).toEqual([failure]);
    await broken.close();
  });

  test('because of what is no HTTP is told, and the connection is closed', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write('hallo\r\n\r\n'),
    );
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain('\r\nx-content-type-options: nosniff');
    expect(JSON.parse(body)).toEqual({
      errors: [
        { message: 'the request cannot be read; expected HTTP/1.1', extensions: { code: 'BAD_REQUEST' } },
      ],
    });
  });
});

describe('A page of an origin that is allowed', () => {
  const page = { origin: DASHBOARD, 'sec-fetch-site': 'cross-site' };

  test('may read every header that is described, and whatever tells it to wait or to sign in', async () => {
    const response = await send('/v1/approaches', { headers: page });
    const exposed = response.headers.get('access-control-expose-headers')?.split(', ') ?? [];
    // What a browser lets every page read.
    const open = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires'];
    const names = Object.values(description.paths).flatMap(({ get }) =>
      Object.keys(get.responses).flatMap((status) =>
        Object.keys(described.responseOf(get, status)?.headers ?? {}).map((name) => name.toLowerCase()),
      ),
    );
    expect(new Set(names)).toEqual(new Set([...exposed, 'allow']));
    expect(names).toEqual(
      expect.arrayContaining([
        ...['link', 'api-version', 'ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate'],
      ]),
    );
    expect(exposed.filter((name) => open.includes(name))).toEqual([]);
  });

  test('is told so before it asks, with all that answers below /v1 say', async () => {
    const asks = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const { status, headers } = await send('/v1/events', {
      method: 'OPTIONS',
      headers: { ...page, ...asks },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(DASHBOARD);
    expect(headers.get('api-version')).toBe(API_VERSION);
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=/);
  });
});

describe('Each operation', () => {
  /** One that gives everybody next to nothing, and one that cannot ask who vouches for a token. */
  let limited: TestServer;
  let trusting: TestServer;
  let issuer: TestIssuer;
  /** Of who has next to nothing, and of whom nobody vouches for any more. */
  let tokens: { readonly limited: string; readonly trusting: string };
  beforeAll(async () => {
    issuer = await startIssuer(await newKey('ES256', 'one'));
    limited = await startServerWith(
      { costPerMinute: 1, trustedProxies: ['127.0.0.1'], issuers: [issuer.url], audience: AUDIENCE },
      SAMPLE_2013,
    );
    const gone = await startIssuer(await newKey('ES256', 'one'));
    trusting = await startServerWith({ issuers: [gone.url], audience: AUDIENCE });
    tokens = { limited: await issuer.token(), trusting: await gone.token() };
    await gone.close();
  });
  afterAll(async () => {
    await limited.close();
    await trusting.close();
    await issuer.close();
  });

  /** A request to it that is answered well. */
  function addressOf(path: string, { parameters }: Operation, ids: Readonly<Record<string, string>>): string {
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required)
      .map(({ name }) => `${name}=${{ framework: 'GGSR', from: '2013' }[name] ?? '2014'}`);
    return `/v1${path.replace(/\{(\w+)\}/, (_all, name) => ids[name] ?? name)}?${query.join('&')}`;
  }

  test('answers what is described of it, and all of that', async () => {
    const headers = await server.as({ roles: ['auditor'] }).headers();
    const { results } = (await (await send('/v1/approaches')).json()) as { results: { id: string }[] };
    const [event] = (await (await send('/v1/events', { headers })).json()) as { position: string }[];
    const ids = {
      id: results[0]?.id ?? '',
      position: event?.position ?? '',
      type: 'FindingRecorded',
    };
    for (const [path, { get }] of Object.entries(description.paths)) {
      const address = addressOf(path, get, ids);
      const ask = (request: Request = {}, more = '') =>
        send(`${address}${more}`, { ...request, headers: { ...headers, ...request.headers } });
      const { status, headers: own } = await ask();
      expect([path, status]).toEqual([path, 200]);
      const tag = own.get('etag');
      if (tag !== null) await ask({ headers: { 'if-none-match': tag } });
      await ask({}, '&nope=1');
      await ask({ method: 'POST' });
      await ask({ headers: { accept: 'application/nothing' } });
      await ask({ headers: OTHER_SITE });
      await ask({ headers: { authorization: 'Bearer a.b.c' } });
      await send(`/v1${path}?${'x'.repeat(20_000)}`.replace(/\{\w+\}/, 'x'));
      if (path.includes('{')) {
        await send(`/v1${path.replace(/\{\w+\}/, 'x')}`, { headers });
        await send(`/v1${path.replace(/\{\w+\}/, TOO_LONG)}`, { headers });
      }
      const from = { 'x-forwarded-for': '192.0.2.1', authorization: `Bearer ${tokens.limited}` };
      await send(address, { headers: from }, limited);
      await send(address, { headers: { authorization: `Bearer ${tokens.trusting}` } }, trusting);
    }

    for (const [path, { get }] of Object.entries(description.paths)) {
      // A fault of ours is one that nothing here may lead to.
      const isLedTo = (status: string) => status !== '500';
      const seen = [...(described.seen.get(path) ?? [])].filter(isLedTo).sort();
      expect([path, seen]).toEqual([path, Object.keys(get.responses).filter(isLedTo)]);
    }
  });
});
