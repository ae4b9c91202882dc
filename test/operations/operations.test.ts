import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { maastricht, SAMPLE_2013, startServerWith, type TestServer } from '../api/support';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const QUERY = `query Dashboard { ${maastricht('slug verdicts(theme: "4") { status }').slice(1)}`;

/** Requests of all kinds, one after the other. */
async function askThisAndThat(server: TestServer): Promise<void> {
  const auditor = server.as({ roles: ['auditor'], subject: 'anna' });
  await auditor.ask(QUERY);
  await auditor.ask(QUERY);
  await server.post('{ events { nodes { id } } }');
  await fetch(`${server.url}/v1/approaches?municipality=GM0935`);
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${PARENT}-01` },
    body: JSON.stringify({
      query: 'query($code: String!) { municipality(code: $code) { name } }',
      variables: { code: 'GM1900' },
    }),
  });
  await fetch(`${server.url}/graphql?query={__typename}`, { headers: { authorization: 'Bearer x.y.z' } });
}

describe('The access log', () => {
  const file = join(tmpdir(), `access-${process.pid}`, 'access.ndjson');
  const ACTIVITY = 'https://register.example.nl/verwerkingen/toezicht';
  let lines: Record<string, unknown>[];
  let raw: string;
  let token: string;
  beforeAll(async () => {
    const server = await startServerWith({ accessLog: file, processingActivityId: ACTIVITY }, SAMPLE_2013);
    token = await server.token({ roles: ['auditor'], subject: 'anna' });
    await askThisAndThat(server);
    await server.close();
    raw = readFileSync(file, 'utf8');
    lines = raw
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  });
  afterAll(() => rmSync(join(file, '..'), { recursive: true }));

  it('has a line for every request, by the standard: what was done, by whom, when, and how it ended', () => {
    expect(lines.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'query approach Unset',
      'query approach Unset',
      'query events Unset',
      'query approaches Unset',
      'query municipality Unset',
      'GET /graphql Unset',
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        end_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        attributes: { 'dpl.core.processing_activity_id': ACTIVITY },
      });
      expect(String(line.start_time) <= String(line.end_time)).toBe(true);
    }
    expect(new Set(lines.map((line) => line.span_id)).size).toBe(lines.length);
    const [made, kept, refused, resource, traced, unknown] = lines.map((line) => line.attributes);
    const anna = { 'enduser.id': 'urn:toetsspoor:local#anna', 'graphql.operation.name': 'Dashboard' };
    expect(made).toMatchObject({ ...anna, 'toetsspoor.kept': false, 'http.response.status_code': 200 });
    expect(kept).toMatchObject({ ...anna, 'toetsspoor.kept': true, 'toetsspoor.fields': ['approach'] });
    expect(refused).toMatchObject({ 'enduser.id': 'anonymous', 'http.response.status_code': 401 });
    expect(resource).toMatchObject({ 'http.route': '/v1/approaches', 'http.request.method': 'GET' });
    expect(traced).toMatchObject({ 'graphql.operation.type': 'query' });
    expect(unknown).toMatchObject({ 'enduser.id': 'anonymous', 'http.response.status_code': 401 });
  });

  it('goes on with the trace of who calls, and names its action as that of another', () => {
    expect(lines[4]).toMatchObject({
      trace_id: TRACE,
      attributes: { 'dpl.core.foreign_operation.span_id': PARENT },
    });
    expect(lines[3]?.attributes).not.toHaveProperty('dpl.core.foreign_operation.span_id');
  });

  it('has no token, no variable, no argument and no document', () => {
    expect(raw).not.toContain(token.slice(0, 40));
    expect(raw).not.toMatch(/Bearer|GM1900|GM0935|integrale-aanpak|x\.y\.z|\{ ?status/);
  });
});

describe('The metrics', () => {
  let server: TestServer;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    server = await startServerWith({ metrics: { host: '127.0.0.1', port } }, SAMPLE_2013);
    await askThisAndThat(server);
  });
  afterAll(() => server.close());

  it('are on a port of their own: requests by kind, kept answers, positions, and the process', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const text = await response.text();
    const { position } = server.register.projector;
    for (const line of [
      'toetsspoor_request_duration_seconds_count{kind="query",status="200"} 4',
      'toetsspoor_request_duration_seconds_count{kind="query",status="401"} 1',
      'toetsspoor_request_duration_seconds_count{kind="/graphql",status="401"} 1',
      'toetsspoor_query_answers_total{kept="hit"} 1',
      'toetsspoor_query_answers_total{kept="miss"} 3',
      `toetsspoor_log_position ${position}`,
      `toetsspoor_read_model_position ${position}`,
      'toetsspoor_ready 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^toetsspoor_read_model_lag_seconds [\d.]+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toMatch(/anna|GM0935/);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });
});

describe('The traces', () => {
  let collector: Server;
  let received: { path: string | undefined; body: string }[];
  let status: number;
  let endpoint: string;
  beforeEach(async () => {
    received = [];
    status = 200;
    collector = createServer((request, response) => {
      let body = '';
      request.on('data', (text) => {
        body += text;
      });
      request.on('end', () => {
        received.push({ path: request.url, body });
        response.writeHead(status).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    collector.close();
    collector.closeAllConnections();
  });

  it('are sent as OTLP, a span a request, the last ones before the server stops', async () => {
    const server = await startServerWith({ traceEndpoint: endpoint }, SAMPLE_2013);
    await askThisAndThat(server);
    await server.close();
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    const spans = received.flatMap(({ body }) =>
      // biome-ignore lint/suspicious/noExplicitAny: as the protocol has it
      (JSON.parse(body) as any).resourceSpans.flatMap((one: any) => one.scopeSpans[0].spans),
    );
    expect(spans.map(({ name }) => name)).toEqual([
      'query approach',
      'query approach',
      'query events',
      'query approaches',
      'query municipality',
      'GET /graphql',
    ]);
    expect(spans[4]).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      kind: 2,
      startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
      endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
      attributes: expect.arrayContaining([
        { key: 'http.response.status_code', value: { intValue: '200' } },
        { key: 'enduser.id', value: { stringValue: 'anonymous' } },
      ]),
    });
    expect(received.map(({ body }) => body).join()).not.toMatch(/Bearer|GM1900/);
  });

  it('that a collector does not take are told to the operator, and hold up no answer', async () => {
    status = 500;
    const server = await startServerWith({ traceEndpoint: endpoint }, SAMPLE_2013);
    await server.ask('{ __typename }');
    await server.close();
    expect(server.internalErrors).toEqual([new Error('the collector of traces answers 500')]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  await sleep(1);
  return port;
}
