import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { maastricht, SAMPLE_2013, startServer, startServerWith, type TestServer } from './support';

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

/** What those who look for weak places send, as graphql-cop does. */
describe('A probe', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  const send = async (body: unknown, type = 'application/json') => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.text() };
  };

  it.each([
    [
      '101 aliases',
      `{ ${times(101, (i) => `a${i}: __typename`)} }`,
      'the query has 101 aliases; accepted is at most 100',
    ],
    [
      '101 aliases nested',
      `{ municipality(code: "GM0935") { ${times(101, (i) => `a${i}: name`)} } }`,
      'the query has 101 aliases; accepted is at most 100',
    ],
    [
      'directives',
      `{ __typename ${'@aa'.repeat(51)} }`,
      'the query has 51 directives; accepted is at most 50',
    ],
    [
      'directives of ours',
      `{ __typename ${times(51, () => '@include(if: true)')} }`,
      'the query has 51 directives; accepted is at most 50',
    ],
    [
      'fields',
      `{ ${'__typename '.repeat(2_500)} }`,
      'the query has more than 2000 tokens; accepted is at most 2000',
    ],
    [
      'comments',
      `#${'x'.repeat(70_000)}\n{ __typename }`,
      'the query has 70016 bytes, comments included; accepted is at most 65536',
    ],
    [
      'letters of several bytes',
      `#${'€'.repeat(30_000)}\n{ __typename }`,
      'the query has 90016 bytes, comments included; accepted is at most 65536',
    ],
    [
      'whitespace',
      `{${' '.repeat(70_000)}__typename }`,
      'the query has 70013 bytes, comments included; accepted is at most 65536',
    ],
  ])('with too many %s is refused before it is parsed', async (_, query, message) => {
    const { status, errors } = await server.post(query);
    expect([status, errors]).toEqual([400, [{ message, extensions: { code: 'QUERY_TOO_LARGE' } }]]);
  });

  it('with as many as are accepted is answered', async () => {
    const query = `#${'x'.repeat(60_000)}
      { municipality(code: "GM0935") { ${times(100, (i) => `a${i}: name`)} ${times(50, () => 'code @include(if: true)')} } }`;
    expect((await server.post(query)).status).toBe(200);
  });

  it.each([
    ['several queries in one request', [{ query: '{ __typename }' }, { query: '{ __typename }' }]],
    ['a hundred queries in one request', Array.from({ length: 100 }, () => ({ query: '{ __typename }' }))],
  ])('of %s is refused', async (_, body) => {
    const { status, body: answer } = await send(body);
    expect(status).toBe(400);
    expect(answer).not.toContain('data');
  });

  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent('{__typename}')}`],
    ['text/plain', '{"query":"{__typename}"}'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{__typename}\r\n--x--',
    ],
  ])('that browsers send to other sites without asking (%s) is refused', async (type, body) => {
    expect((await send(body, type)).status).toBe(415);
  });

  it('that writes by GET is refused', async () => {
    const response = await fetch(
      `${server.url}/graphql?query=${encodeURIComponent('mutation { __typename }')}`,
    );
    expect([response.status >= 400, await response.text()]).toEqual([
      true,
      expect.not.stringContaining('"data"'),
    ]);
  });

  it.each(['{ framwork(code: "x") { name } }', '{ frameworks { cod } }', '{ frameworks(cod: 1) { code } }'])(
    'for what is near %s learns nothing of what there is',
    async (query) => {
      const { body } = await send({ query });
      expect(body).not.toMatch(/did you mean|frameworks?"? *\?|"code"\?/i);
      expect(JSON.parse(body).errors[0].extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
    },
  );

  it('for a value of an enum that is near learns nothing either, as a variable or not', async () => {
    const query = 'query($s: ImprovementPointStatus) { improvementPoints(status: $s) { nodes { id } } }';
    for (const body of [
      { query, variables: { s: 'RESOLVE' } },
      { query: query.replace(/\(\$s[^)]*\) /, ' ').replace('$s', 'RESOLVE') },
    ])
      expect((await send(body)).body).not.toMatch(/did you mean|RESOLVED/i);
  });

  it('for traces, stacks and other tools finds none', async () => {
    const { body } = await send({ query: '{ approaches(first: 0) { nodes { id } } }' });
    expect(body).not.toMatch(/stack|tracing|node_modules|\.ts|\.js|SELECT/);
    for (const path of ['/graphiql', '/playground', '/console', '/altair', '/voyager', '/metrics', '/debug'])
      expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([path, 404]);
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([406, expect.stringContaining('json')]);
  });
});

describe('Introspection', () => {
  it('is answered, unless it is switched off', async () => {
    const off = await startServerWith({ introspection: false }, SAMPLE_2013);
    try {
      for (const query of ['{ __schema { queryType { name } } }', '{ __type(name: "Query") { name } }'])
        expect(await off.refusal(query)).toBe(
          'INTROSPECTION_OFF: introspection is switched off here; the schema is in the documentation',
        );
      expect(await off.ask('{ __typename }')).toEqual({ __typename: 'Query' });
    } finally {
      await off.close();
    }
  });
});

describe('Where documents are agreed on', () => {
  const SLUG = maastricht('slug');
  const NAMED = 'query Named($code: String!) { municipality(code: $code) { name } }';
  const id = (text: string) => createHash('sha256').update(text).digest('hex');
  let server: TestServer;
  beforeAll(async () => {
    const file = join(tmpdir(), `documents-${process.pid}.json`);
    writeFileSync(file, JSON.stringify({ [id(SLUG)]: SLUG, [`sha256:${id(NAMED)}`]: NAMED }));
    server = await startServerWith({ documentsFile: file }, SAMPLE_2013);
  });
  afterAll(() => server.close());

  const post = async (body: object) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()];
  };
  const REFUSED = [
    400,
    {
      errors: [
        {
          message: 'only documents that were agreed on are answered here; this is none of them',
          extensions: { code: 'DOCUMENT_NOT_FOUND' },
        },
      ],
    },
  ];

  it('one of them is answered, by its id in any form, by its text, by POST and GET', async () => {
    const answer = { data: { approach: { slug: 'integrale-aanpak' } } };
    for (const body of [
      { documentId: `sha256:${id(SLUG)}` },
      { query: SLUG },
      { query: SLUG, documentId: `sha256:${id(SLUG)}` },
      { extensions: { persistedQuery: { version: 1, sha256Hash: id(SLUG) } } },
      { query: SLUG, extensions: { persistedQuery: { version: 1, sha256Hash: id(SLUG) } } },
    ])
      expect([body, await post(body)]).toEqual([body, [200, expect.objectContaining(answer)]]);
    const addresses = [
      { documentId: `sha256:${id(SLUG)}` },
      { extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id(SLUG) } }) },
    ];
    for (const parameters of addresses) {
      const response = await fetch(`${server.url}/graphql?${new URLSearchParams(parameters as never)}`);
      expect(await response.json()).toMatchObject(answer);
    }
    expect(await post({ documentId: `sha256:${id(NAMED)}`, variables: { code: 'GM0935' } })).toMatchObject([
      200,
      { data: { municipality: { name: 'Maastricht' } } },
    ]);
  });

  it('warns its operator of each that can never be answered, and answers the others', async () => {
    const unknown = '{ approach(municipality: "GM0935") {\n  slog } }';
    const listed = [SLUG, unknown, '{ approach', '{ __schema { types { name } } }'];
    const file = join(tmpdir(), `documents-faulty-${process.pid}.json`);
    writeFileSync(file, JSON.stringify(Object.fromEntries(listed.map((text) => [id(text), text]))));
    const faulty = await startServerWith({ documentsFile: file, introspection: false }, SAMPLE_2013);
    try {
      expect(faulty.warnings.map(({ message }) => message)).toEqual(
        [
          [unknown, 'line 2, column 3: Cannot query field "slog" on type "Approach". Did you mean "slug"?'],
          ['{ approach', 'line 1, column 11: Syntax Error: Expected Name, found <EOF>.'],
          [
            '{ __schema { types { name } } }',
            'line 1, column 3: introspection is switched off here; the schema is in the documentation',
          ],
        ].map(
          ([text = '', fault]) =>
            `PERSISTED_DOCUMENTS: the schema of this version can never answer the document sha256:${id(text)} at ${fault}`,
        ),
      );
      expect(await faulty.ask(SLUG)).toEqual(await server.ask(SLUG));
    } finally {
      await faulty.close();
    }
  });

  it.each([
    { query: '{ __typename }' },
    { query: `${SLUG} ` },
    { query: '{ __schema { types { name } } }' },
    { documentId: `sha256:${id('other')}` },
    { documentId: `sha256:${id(SLUG)}`, query: '{ __typename }' },
    {
      extensions: { persistedQuery: { version: 1, sha256Hash: id('{ __typename }') } },
      query: '{ __typename }',
    },
  ])('no other is: %j', async (body) => {
    expect(await post(body)).toEqual(REFUSED);
  });

  it.each([
    { documentId: 'nope' },
    { documentId: 7 },
    { documentId: '__proto__', query: '{ __typename }' },
    { documentId: 'nope', query: SLUG },
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'nope' } } },
  ])('none is had by what is no id: %j', async (body) => {
    expect(await post(body)).toMatchObject([
      400,
      {
        errors: [
          {
            message: expect.stringMatching(/expected sha256: and 64 hexadecimal digits/),
            extensions: { code: 'DOCUMENT_NOT_FOUND' },
          },
        ],
      },
    ]);
  });

  it('one that is called as Apollo does, and is none, is asked for as a text in the way that its clients know', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: id('other') } };
    const notFound = {
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    };
    for (const body of [{ extensions }, { extensions, query: '' }])
      expect(await post(body)).toEqual([200, notFound]);
  });

  it('the resources below /v1 are answered all the same', async () => {
    expect((await fetch(`${server.url}/v1/approaches`)).status).toBe(200);
  });

  it.each([
    ['[]', /expected an object of SHA-256 to document/],
    ['{"abc": "{ __typename }"}', /"abc" is not the SHA-256 of its document/],
    [JSON.stringify({ [id('x')]: 'y' }), /is not the SHA-256 of its document/],
    ['{', /JSON/],
  ])('a list of them that is %s lets no server start', async (list, message) => {
    const file = join(tmpdir(), `wrong-${process.pid}.json`);
    writeFileSync(file, list);
    await expect(startServerWith({ documentsFile: file })).rejects.toThrow(message);
  });
});

describe('Where none are', () => {
  const text = '{ __typename }';
  const sha256Hash = createHash('sha256').update(text).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const NOT_SUPPORTED = [
    200,
    {
      errors: [
        { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
      ],
    },
  ];
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const ask = async (body: object): Promise<[number, unknown]> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()];
  };

  it('a document cannot be left here to be called by its id later', async () => {
    expect(await ask({ query: text, extensions })).toMatchObject([200, { data: { __typename: 'Query' } }]);
    expect(await ask({ extensions })).toEqual(NOT_SUPPORTED);
    expect(await ask({ documentId: `sha256:${sha256Hash}` })).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'DOCUMENT_NOT_FOUND' } }] },
    ]);
  });

  it('who calls it as Apollo does is told so in the way that its clients know, by POST and GET', async () => {
    const ofOtherDigest = { persistedQuery: { version: 1, sha256Hash: 'made-otherwise' } };
    for (const body of [{ extensions }, { extensions, query: '' }, { extensions: ofOtherDigest }])
      expect(await ask(body)).toEqual(NOT_SUPPORTED);
    const address = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const response = await fetch(`${server.url}/graphql?${address}`);
    expect([response.status, await response.json()]).toEqual(NOT_SUPPORTED);
  });

  it("Apollo's link for persisted queries sends the text then, and no digest from there on", async () => {
    const sent: { readonly query?: string; readonly extensions?: object }[] = [];
    const http = new HttpLink({
      uri: `${server.url}/graphql`,
      fetch: (address, init) => {
        sent.push(JSON.parse(String(init?.body)));
        return fetch(address, init);
      },
    });
    const digest = async (document: string) => createHash('sha256').update(document).digest('hex');
    const client = new ApolloClient({
      link: new PersistedQueryLink({ sha256: digest }).concat(http),
      cache: new InMemoryCache(),
      defaultOptions: { query: { fetchPolicy: 'no-cache' } },
    });
    const query = gql('query Codes { frameworks { code } }');
    for (const _ of [1, 2]) expect((await client.query({ query })).data).toMatchObject({ frameworks: [] });
    expect(
      sent.map(({ query: text, extensions: more = {} }) => [text !== undefined, 'persistedQuery' in more]),
    ).toEqual([
      [false, true],
      [true, false],
      [true, false],
    ]);
    client.stop();
  });
});
