import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { startServer, startServerWith, type TestServer } from './api/support';

const ROOT = join(__dirname, '..');
/** What `npm test` has built before. */
const BUILT = join(ROOT, 'dist', 'explorer');

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** With `node:http`, which sends an address as it is given. */
function ask(server: TestServer, path: string, headers = {}, method = 'GET'): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  request({ port: new URL(server.url).port, host: '127.0.0.1', path, headers, method }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks),
      }),
    );
  })
    .on('error', reject)
    .end();
  return promise;
}

const messageOf = ({ body }: Got): string => JSON.parse(body.toString()).errors[0].message;

describe('The explorer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  const NAVIGATION = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' };

  it('is a page that takes nothing from elsewhere, runs no text as code, and is not kept or framed', async () => {
    const { status, headers, body } = await ask(server, '/explorer/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-length': String(body.length),
    });
    const policy = (headers['content-security-policy'] as string).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]),
    );
    expect(policy).toEqual(expect.arrayContaining(["worker-src 'self'", "frame-ancestors 'none'"]));
    const sources = policy.flatMap((directive) => directive.split(' ').slice(1));
    expect([...new Set(sources)].sort()).toEqual(["'none'", "'self'", "'unsafe-inline'", 'data:']);
    expect(policy.filter((directive) => directive.includes('unsafe'))).toEqual([
      "style-src 'self' 'unsafe-inline'",
    ]);
    expect(body.toString()).not.toMatch(/(?:src|href)="(?!\.\/|data:)/);
  });

  it('has files that are kept for good, as what they are, zipped for those who take it', async () => {
    const types: Record<string, string> = {
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      ttf: 'font/ttf',
    };
    const names = readdirSync(join(BUILT, 'assets')).filter((name) => !name.endsWith('.gz'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const path = `/explorer/assets/${name}`;
      const content = readFileSync(join(BUILT, 'assets', name));
      const plain = await ask(server, path);
      expect([name, plain.status, plain.headers['content-type']]).toEqual([
        ...[name, 200, types[name.replace(/.*\./, '')]],
      ]);
      expect(plain.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        vary: expect.stringContaining('Accept-Encoding'),
        'x-content-type-options': 'nosniff',
      });
      expect(plain.body.equals(content)).toBe(true);
      const zipped = await ask(server, path, { 'accept-encoding': 'br, gzip;q=0.8' });
      expect(zipped.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(zipped.body).equals(content)).toBe(true);
    }
  });

  it.each(['', 'identity', 'gzip;q=0', 'br, gzip; q=0.0', 'x-gzip'])(
    'is not zipped for Accept-Encoding: %s',
    async (coding) => {
      const { headers } = await ask(server, '/explorer/', { 'accept-encoding': coding });
      expect(headers).not.toHaveProperty('content-encoding');
    },
  );

  it('answers HEAD as GET, without the body', async () => {
    const asset = readdirSync(join(BUILT, 'assets'))[0] ?? '';
    for (const path of [
      '/explorer/',
      '/explorer/licenses.txt',
      `/explorer/assets/${asset.replace('.gz', '')}`,
    ]) {
      const [get, head] = [await ask(server, path), await ask(server, path, {}, 'HEAD')];
      expect([head.status, head.body.length]).toEqual([200, 0]);
      const { date: _, ...headers } = get.headers;
      expect(head.headers).toMatchObject(headers);
    }
  });

  it.each([
    '/explorer/../package.json',
    '/explorer/..%2f..%2fpackage.json',
    '/explorer/assets/..%2findex.html',
    '/explorer/assets/../../../package.json',
    '/explorer/%2e%2e/%2e%2e/package.json',
    '/explorer/..%5c..%5cpackage.json',
    '/explorer//etc/passwd',
    '/explorer/index.html%00.js',
    '/explorer/.built-from',
    '/explorer/index.html.gz',
    '/explorer/assets',
    '/explorer/assets/',
    '/explorer/assets/nothing.js',
    '/explorer/explorer.tsx',
  ])('has no %s', async (path) => {
    const got = await ask(server, path);
    expect([got.status, got.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
    expect(JSON.parse(got.body.toString()).errors[0].extensions.code).toBe('NOT_FOUND');
  });

  it('takes nothing that is sent to it', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await ask(server, '/explorer/', {}, method)).status).toBe(405);
  });

  it('is beside /explorer, and where a browser that opens /graphql is led, below any path of a proxy', async () => {
    const bare = await ask(server, '/explorer');
    const opened = await ask(server, '/graphql', NAVIGATION);
    expect([bare.status, opened.status]).toEqual([308, 303]);
    for (const { headers } of [bare, opened])
      expect(new URL(headers.location ?? '', 'https://example.nl/api/any').pathname).toBe('/api/explorer/');
  });

  it('changes nothing for who asks /graphql something, or is no browser that opens a page', async () => {
    const asked = await ask(server, '/graphql?query={__typename}', { ...NAVIGATION, accept: '*/*' });
    expect([asked.status, JSON.parse(asked.body.toString()).data]).toEqual([200, { __typename: 'Query' }]);
    expect((await ask(server, '/graphql', { accept: 'text/html' })).status).toBe(406);
    expect((await ask(server, '/graphql')).status).toBe(400);
  });

  it('may not be used by pages of other sites', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(server, '/explorer/', headers)).status).toBe(403);
  });

  it('names the licences of all that is in it', async () => {
    const text = (await ask(server, '/explorer/licenses.txt')).body.toString();
    for (const name of [
      'graphiql',
      'graphql',
      'graphql-ws',
      'monaco-editor',
      'picomatch-browser',
      'react-dom',
    ])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
    expect(text).toContain('Permission is hereby granted');
    expect(text).toContain('NOTICES AND INFORMATION');
  });

  it.each([
    [{ explorer: false }, 'the explorer is not served here: it is switched off'],
    [
      { introspection: false },
      'the explorer is not served here: it asks for the schema, and introspection is switched off',
    ],
    [
      { documentsFile: 'documents.json' },
      'the explorer is not served here: only documents that were agreed on are answered',
    ],
  ])('is not there with %j, and says why', async (changes, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-explorer-'));
    writeFileSync(join(folder, 'documents.json'), '{}');
    const inFolder = 'documentsFile' in changes ? { documentsFile: join(folder, 'documents.json') } : changes;
    const off = await startServerWith(inFolder);
    try {
      for (const path of ['/explorer', '/explorer/', '/explorer/licenses.txt']) {
        const got = await ask(off, path);
        expect([got.status, messageOf(got)]).toEqual([404, why]);
      }
      expect((await ask(off, '/graphql', NAVIGATION)).status).not.toBe(303);
      expect(messageOf(await ask(off, '/'))).not.toContain('/explorer/');
      expect(messageOf(await ask(server, '/'))).toContain('/explorer/');
    } finally {
      await off.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('Building the explorer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-build-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const build = async (): Promise<string> => {
    const { stderr } = await promisify(execFile)(process.execPath, [join(folder, 'web/build.mts')]);
    return stderr;
  };
  const page = (): string => readFileSync(join(folder, 'dist/explorer/index.html'), 'utf8');

  it('is done where its sources have changed, and only there', async () => {
    for (const path of ['web', 'package.json', 'package-lock.json', 'dist/explorer'])
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    expect(await build()).toBe('');
    const source = join(folder, 'web/explorer/index.html');
    writeFileSync(source, readFileSync(source, 'utf8').replace('<title>', '<title>New '));
    expect(page()).not.toContain('<title>New ');
    expect(await build()).toBe('building the explorer…\n');
    expect(page()).toContain('<title>New ');
    expect(readdirSync(join(folder, 'dist'))).toEqual(['explorer']);
    expect(await build()).toBe('');
  });
});
