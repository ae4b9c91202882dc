import { request as httpRequest, METHODS } from 'node:http';
import { SAMPLE_2013, startServer, type TestServer } from './support';

const JSON_TYPE = { 'content-type': 'application/json' };

/** What is wrong before GraphQL sees a request is answered in the form of GraphQL, and without internals. */
describe('Over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    await server.close();
    expect(server.internalErrors).toEqual([]);
  });

  async function refused(
    path: string,
    init: RequestInit,
  ): Promise<[status: number, code: unknown, message: string]> {
    const response = await fetch(`${server.url}${path}`, init);
    expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
    const text = await response.text();
    expect(text).not.toMatch(/stack|node_modules|\/src\/|FST_|at \w+ \(/);
    const body = JSON.parse(text);
    expect(Object.keys(body)).toEqual(['errors']);
    expect(Object.keys(body.errors[0]).sort()).toEqual(['extensions', 'message']);
    return [response.status, body.errors[0].extensions.code, body.errors[0].message];
  }

  it.each(['', '{', 'null', '[]', '{}', '"x"', '{"query":1}', '{"query":"{__typename}","variables":[]}'])(
    'the body %j is a bad request',
    async (body) => {
      expect(await refused('/graphql', { method: 'POST', headers: JSON_TYPE, body })).toEqual([
        400,
        'BAD_REQUEST',
        expect.any(String),
      ]);
    },
  );

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/xml',
    'application/x-www-form-urlencoded',
    'x',
  ])('a body of type %s is not read, even where it is JSON', async (type) => {
    const body = '{"query":"{__typename}"}';
    expect(await refused('/graphql', { method: 'POST', headers: { 'content-type': type }, body })).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `content-type "${type}" is not accepted; expected application/json`,
    ]);
  });

  it('a body may be as large as 256 KiB, and no larger', async () => {
    const body = (bytes: number) => {
      const start = '{"query":"{__typename}","variables":{"x":"';
      return `${start}${'x'.repeat(bytes - start.length - 3)}"}}`;
    };
    const largest = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: body(262_144),
    });
    expect(await largest.json()).toMatchObject({ data: { __typename: 'Query' } });
    expect(await refused('/graphql', { method: 'POST', headers: JSON_TYPE, body: body(262_145) })).toEqual([
      413,
      'BODY_TOO_LARGE',
      'the body has 262145 bytes; accepted is at most 262144',
    ]);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/graphq'],
    ['PUT', '/graphql/more'],
    ['PROPFIND', '/health'],
  ])('%s %s is not found', async (method, path) => {
    expect(await refused(path, { method })).toEqual([
      404,
      'NOT_FOUND',
      `${method} is not served here; expected GET or POST of /graphql, or GET of a resource below /v1 (all are in /v1/openapi.json), of the page /explorer/, of /checkpoint, below /tile, or of /healthz or /readyz`,
    ]);
  });

  it('a POST without a body or a type is a bad request', async () => {
    expect(await refused('/graphql', { method: 'POST' })).toEqual([400, 'BAD_REQUEST', expect.any(String)]);
  });

  it('an error of the caller that the engine finds is a bad input', async () => {
    expect(
      await server.refusal('query($f: Int = 5) { approaches(first: $f) { nodes { id } } }', { f: null }),
    ).toMatch(/^BAD_USER_INPUT: Argument "first" of non-null type "Int!" must not be null/);
    expect(await server.as({ roles: ['reader'] }).refusal('subscription { events { id } }')).toMatch(
      /^BAD_USER_INPUT: .*subscription/,
    );
    expect(await server.refusal('query A { __typename } query B { __typename }')).toMatch(
      /^OPERATION_RESOLUTION_FAILURE: Must provide operation name/,
    );
  });

  /** With `node:http`, which sends methods that `fetch` keeps back. */
  const send = (method: string, path: string) =>
    new Promise<{ status: number; allow: string | undefined; type: string | undefined; body: string }>(
      (resolve, reject) => {
        httpRequest(`${server.url}${path}`, { method }, (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (text) => {
            body += text;
          });
          answer.on('end', () => {
            const { statusCode: status = 0, headers } = answer;
            resolve({ status, allow: headers.allow, type: headers['content-type'], body });
          });
        })
          .on('error', reject)
          .end();
      },
    );
  const OTHERS = METHODS.filter((method) => !['CONNECT', 'GET', 'POST', 'HEAD'].includes(method));

  it('every method but GET and POST is refused at /graphql, in the form of GraphQL', async () => {
    for (const method of OTHERS) {
      const { status, allow, body } = await send(method, '/graphql?query={__typename}');
      const message = `${method} is not accepted here; expected GET or POST`;
      expect([method, status, allow, JSON.parse(body)]).toEqual([
        method,
        405,
        'GET, POST',
        { errors: [{ message, extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
      ]);
    }
  });

  it('every method but GET and HEAD is refused elsewhere, in the form of the place', async () => {
    for (const path of ['/healthz', '/readyz', '/readyz/reads', '/checkpoint', '/tile/0/000', '/explorer/'])
      for (const method of ['POST', 'PUT', 'OPTIONS', 'PROPFIND', 'TRACE']) {
        const { status, allow, body } = await send(method, path);
        expect([path, method, status, allow, body]).toEqual([
          path,
          method,
          405,
          'GET, HEAD',
          expect.stringContaining('METHOD_NOT_ALLOWED'),
        ]);
      }
    for (const path of ['/v1/approaches', '/v1/approaches/x/verdicts', '/v1/openapi.json'])
      for (const method of OTHERS.filter((one) => one !== 'OPTIONS').concat('POST')) {
        const { status, allow, type, body } = await send(method, path);
        expect([path, method, status, allow, type, JSON.parse(body)]).toEqual([
          path,
          method,
          405,
          'GET, HEAD, OPTIONS',
          'application/problem+json; charset=utf-8',
          expect.objectContaining({ code: 'METHOD_NOT_ALLOWED', detail: expect.stringContaining(method) }),
        ]);
      }
    expect(await send('PROPFIND', '/v1/nothing')).toMatchObject({ status: 404 });
  });

  it('HEAD of /graphql is refused, before and after the same GET was kept', async () => {
    const path = '/graphql?query={frameworks{code}}';
    const refused = { status: 405, allow: 'GET, POST' };
    expect(await send('HEAD', path)).toMatchObject(refused);
    for (const _ of [1, 2]) expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    expect(await send('HEAD', path)).toMatchObject(refused);
  });

  it('every answer says that where it came by TLS nothing is to be asked for without', async () => {
    for (const path of ['/graphql?query={__typename}', '/v1/approaches', '/healthz', '/checkpoint', '/nope'])
      expect([path, (await fetch(`${server.url}${path}`)).headers.get('strict-transport-security')]).toEqual([
        path,
        'max-age=31536000',
      ]);
  });

  it('a host that is none is a bad request', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${server.url}/graphql?query={__typename}`, { headers: { host: '[' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });
});
