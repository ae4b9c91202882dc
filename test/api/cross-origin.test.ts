import { request as httpRequest } from 'node:http';
import { startServer, startServerWith, type TestServer } from './support';

const DASHBOARD = 'https://dashboard.example.nl';

/** With `node:http`, which sends what it is given. */
function send(
  server: TestServer,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
  path = '/graphql?query={__typename}',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Record<string, unknown>;
    body: string;
  }>();
  httpRequest(`${server.url}${path}`, { method, headers }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('Pages of other sites', () => {
  let server: TestServer;
  let open: TestServer;
  beforeAll(async () => {
    server = await startServer();
    open = await startServerWith({ origins: [DASHBOARD] });
  });
  afterAll(async () => {
    await server.close();
    await open.close();
  });

  it.each([
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: DASHBOARD },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', origin: 'https://other.example.nl' },
    { origin: DASHBOARD },
    { origin: 'null' },
  ])('may not ask: %j', async (headers) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await send(server, headers, method);
      expect(answer).toMatchObject({
        status: 403,
        body: expect.stringContaining('"CROSS_SITE"'),
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(await send(server, headers, 'GET', '/v1/approaches')).toMatchObject({ status: 403 });
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    // Somebody follows a link.
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ])('are not meant by %j', async (headers) => {
    expect(await send(server, headers)).toMatchObject({ status: 200 });
  });

  it('of the same origin are known by it where a browser says no more', async () => {
    for (const scheme of ['http', 'https']) {
      const origin = `${scheme}://${new URL(server.url).host}`;
      expect(await send(server, { origin })).toMatchObject({ status: 200 });
    }
  });

  it('of every site may show the description of what is below /v1, and ask before whether they may', async () => {
    const page = { origin: 'https://anything.example.org', 'sec-fetch-site': 'cross-site' };
    const asks = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'if-none-match',
    };
    const allowed = { 'access-control-allow-origin': '*' };
    const path = '/v1/openapi.json';
    expect(await send(server, page, 'GET', path)).toMatchObject({ status: 200, headers: allowed });
    expect(await send(server, { ...page, ...asks }, 'OPTIONS', path)).toMatchObject({
      status: 204,
      headers: { ...allowed, 'access-control-allow-headers': expect.stringContaining('if-none-match') },
    });
    expect(await send(server, { ...page, ...asks }, 'OPTIONS', '/v1/approaches')).toMatchObject({
      status: 403,
    });
  });

  it('may ask where the operator has allowed it, and with a token', async () => {
    const asked = await send(open, { origin: DASHBOARD, 'sec-fetch-site': 'cross-site' });
    expect(asked).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': DASHBOARD, vary: 'Origin' },
    });
    expect(asked.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(
      await send(
        open,
        {
          origin: DASHBOARD,
          'sec-fetch-site': 'cross-site',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
        'OPTIONS',
        '/graphql',
      ),
    ).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': DASHBOARD,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers':
          'authorization, content-type, if-none-match, toetsspoor-position, traceparent',
      },
    });
    for (const origin of ['https://dashboard.example.nl.evil.example', 'http://dashboard.example.nl'])
      expect(await send(open, { origin, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
  });

  it('get an answer of an allowed origin only as far as it was allowed, kept or not', async () => {
    for (const _ of [1, 2]) {
      expect((await send(open, { origin: DASHBOARD })).headers).toHaveProperty('access-control-allow-origin');
      expect((await send(open, {})).headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('Every answer', () => {
  it('tells browsers to show, frame, guess at and keep nothing of it', async () => {
    const server = await startServer();
    const query = '/graphql?query={frameworks{code}}';
    // Kept the second time.
    for (const path of [query, query, '/graphql?query={', '/healthz', '/readyz', '/nope', '/v1/approaches']) {
      const { headers } = await send(server, {}, 'GET', path);
      expect([path, headers]).toEqual([
        path,
        expect.objectContaining({
          'cache-control': 'no-store',
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        }),
      ]);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    }
    await server.close();
  });
});
