import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { maastricht, SAMPLE_2013, startServerWith, type TestServer } from '../api/support';
import { freePort } from '../support/free-port';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const QUERY = `query Dashboard { ${maastricht('slug verdicts(theme: "4") { status }').slice(1)}`;

/** Requests of all kinds, one after the other. */
async function askThisAndThat(server: TestServer): Promise<void> {
  const auditor = server.as({ roles: ['auditor'], subject: 'anna' });
  // Kept from the second time on.
  for (let time = 0; time < 3; time += 1) await auditor.ask(QUERY);
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

/** As long as a document may have it. */
const LONG_NAME = 'a'.repeat(65_000);

describe('The access log', () => {
  const file = join(tmpdir(), `access-${process.pid}`, 'access.ndjson');
  const ACTIVITY = 'https://register.example.nl/verwerkingen/toezicht';
  let lines: Record<string, unknown>[];
  let raw: string;
  let token: string;
  const began = Date.now();
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
        start_time: expect.any(Number),
        end_time: expect.any(Number),
        attributes: { 'dpl.core.processing_activity_id': ACTIVITY },
      });
      // Milliseconds since 1970, as whole numbers.
      for (const time of [line.start_time, line.end_time]) expect(Number.isInteger(time)).toBe(true);
      expect(line.start_time as number).toBeGreaterThanOrEqual(began);
      expect(line.end_time as number).toBeGreaterThanOrEqual(line.start_time as number);
    }
    expect(new Set(lines.map((line) => line.span_id)).size).toBe(lines.length);
    const [made, again, kept, refused, resource, traced, unknown] = lines.map((line) => line.attributes);
    const anna = { 'enduser.id': 'urn:toetsspoor:local#anna', 'graphql.operation.name': 'Dashboard' };
    expect(made).toMatchObject({ ...anna, 'toetsspoor.kept': false, 'http.response.status_code': 200 });
    expect(again).toMatchObject({ ...anna, 'toetsspoor.kept': false });
    expect(kept).toMatchObject({ ...anna, 'toetsspoor.kept': true, 'toetsspoor.fields': ['approach'] });
    expect(refused).toMatchObject({ 'enduser.id': 'anonymous', 'http.response.status_code': 401 });
    expect(resource).toMatchObject({ 'http.route': '/v1/approaches', 'http.request.method': 'GET' });
    expect(traced).toMatchObject({ 'graphql.operation.type': 'query' });
    expect(unknown).toMatchObject({ 'enduser.id': 'anonymous', 'http.response.status_code': 401 });
  });

  it('keeps no more of a name that a caller chose than a hundred characters, nor do the traces', async () => {
    const path = join(file, '../long.ndjson');
    const server = await startServerWith({ accessLog: path }, SAMPLE_2013);
    await server.ask(`query ${LONG_NAME} { __typename }`);
    await server.close();
    const [line = ''] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(line).attributes['graphql.operation.name']).toBe(`${'a'.repeat(99)}…`);
    expect(line.length).toBeLessThan(1_000);
  });

  it('goes on with the trace of who calls, and names its action as that of another', () => {
    expect(lines[5]).toMatchObject({ trace_id: TRACE, parent_span_id: PARENT });
    expect(lines[4]).not.toHaveProperty('parent_span_id');
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
      'toetsspoor_request_duration_seconds_count{kind="query",status="200"} 5',
      'toetsspoor_request_duration_seconds_count{kind="query",status="401"} 1',
      'toetsspoor_request_duration_seconds_count{kind="/graphql",status="401"} 1',
      'toetsspoor_query_answers_total{kept="hit"} 1',
      'toetsspoor_query_answers_total{kept="miss"} 4',
      `toetsspoor_log_position ${position}`,
      `toetsspoor_read_model_position ${position}`,
      'toetsspoor_ready 1',
      'toetsspoor_ready_reads 1',
      'toetsspoor_ledger_fits 1',
      'toetsspoor_access_log_lost_lines_total 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^toetsspoor_read_model_lag_seconds [\d.]+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).not.toMatch(/anna|GM0935/);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });
});

describe('An error of ours', () => {
  it('is told with the trace of what it happened in: a query, a resource, a subscription', async () => {
    const server = await startServerWith({}, SAMPLE_2013);
    const authorization = `Bearer ${await server.token({ roles: ['auditor'] })}`;
    const headers = { authorization, traceparent: `00-${TRACE}-${PARENT}-01` };
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
    const got = (type: string) =>
      new Promise<unknown>((resolve) =>
        socket.on('message', (data) => {
          const message = JSON.parse(String(data));
          if (message.type === type) resolve(message.payload);
        }),
      );
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await got('connection_ack');
    // What is read lies there, and is gone.
    server.register.database.exec('DROP TABLE events; DROP TABLE approaches');
    const query = 'query={events{nodes{id}}}';
    for (const path of [`/graphql?${query}`, '/v1/events'])
      expect(await (await fetch(`${server.url}${path}`, { headers })).text()).toContain(
        'INTERNAL_SERVER_ERROR',
      );
    const refused = got('error');
    const payload = { query: 'subscription { events { id } }' };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    expect(await refused).toEqual([
      { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    socket.terminate();
    expect(server.tracesOfErrors.map((trace) => trace?.traceId)).toEqual([TRACE, TRACE, TRACE]);
    await server.close();
  });

  it('is told with its trace where it lies behind the answer too, and in no words of others', async () => {
    const server = await startServerWith({}, SAMPLE_2013);
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    // By it snapshots are named, when all else has been answered.
    server.register.database.exec('DROP TABLE log_ends');
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
    const response = await fetch(`${server.url}/graphql?query={__typename}`, { headers });
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining('INTERNAL_SERVER_ERROR'),
    ]);
    expect(server.internalErrors).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/log_ends/) }),
    ]);
    expect(server.tracesOfErrors.map((trace) => trace?.traceId)).toEqual([TRACE]);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
    await server.close();
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
    const accessLog = join(tmpdir(), `access-and-traces-${process.pid}`, 'access.ndjson');
    const told = { traceEndpoint: endpoint, accessLog, processingActivityId: 'https://example.nl/1' };
    const server = await startServerWith(told, SAMPLE_2013);
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
      'query approach',
      'query events',
      'query approaches',
      'query municipality',
      'GET /graphql',
    ]);
    expect(spans[5]).toMatchObject({
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
    // What is said of each is what the access log says.
    const lines = readFileSync(accessLog, 'utf8').trimEnd().split('\n');
    rmSync(join(accessLog, '..'), { recursive: true });
    expect(spans.map(({ attributes }) => Object.fromEntries(attributes.map(plain)))).toEqual(
      lines.map((line) => JSON.parse(line).attributes),
    );
  });

  it('that a collector does not take are told to the operator, and hold up no answer', async () => {
    status = 500;
    const server = await startServerWith({ traceEndpoint: endpoint }, SAMPLE_2013);
    await server.ask('{ __typename }');
    await server.close();
    const { host } = new URL(endpoint);
    expect(server.internalErrors).toEqual([
      new Error(`1 traces could not be sent to the collector ${host} and are left out`, {
        cause: new Error('it answers 500'),
      }),
    ]);
  });

  it('that no collector is there for are told with where it should be', async () => {
    const port = await freePort();
    const server = await startServerWith({ traceEndpoint: `http://127.0.0.1:${port}` }, SAMPLE_2013);
    await server.ask('{ __typename }');
    await server.close();
    const [error] = server.internalErrors as [Error];
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect((error.cause as Error).message).toBe('fetch failed');
  });
});

/** An attribute of OTLP as the access log has it. */
// biome-ignore lint/suspicious/noExplicitAny: as the protocol has it
function plain({ key, value }: any): [string, unknown] {
  // biome-ignore lint/suspicious/noExplicitAny: as the protocol has it
  const typed = (one: any): unknown => {
    if ('intValue' in one) return Number(one.intValue);
    return 'arrayValue' in one ? one.arrayValue.values.map(typed) : (one.stringValue ?? one.boolValue);
  };
  return [key, typed(value)];
}
