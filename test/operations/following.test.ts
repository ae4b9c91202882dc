import { readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { SAMPLE_2013, startServerWith, type TestServer } from '../api/support';
import { freePort } from '../support/free-port';

interface Line {
  readonly name: string;
  readonly status: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly start_time: number;
  readonly end_time: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What the access log has of what is done with a server. */
async function linesOf(work: (server: TestServer) => Promise<void>): Promise<Line[]> {
  const file = join(tmpdir(), `access-following-${process.pid}`, 'access.ndjson');
  const server = await startServerWith({ accessLog: file, origins: [] }, SAMPLE_2013);
  try {
    await work(server);
  } finally {
    await server.close();
  }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  rmSync(join(file, '..'), { recursive: true });
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Follows so many events, and leaves. */
async function follow(
  server: TestServer,
  query: string,
  count: number,
  headers: Readonly<Record<string, string>> = {},
  token?: string,
): Promise<void> {
  class Traced extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols, { headers });
    }
  }
  const bearer = token ?? (await server.token({ roles: ['auditor'], subject: 'anna' }));
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Traced,
    connectionParams: { authorization: `Bearer ${bearer}` },
    retryAttempts: 0,
  });
  try {
    let taken = 0;
    for await (const _ of client.iterate({ query })) {
      taken += 1;
      if (taken === count) break;
    }
  } catch {
    // What is refused is looked at in the log.
  }
  await client.dispose();
}

const EVENTS = 'subscription Audit { events { id data } }';
const anna = { 'enduser.id': 'urn:toetsspoor:local#anna' };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('Of what goes over a WebSocket the access log', () => {
  it('has who followed what, from when to when, and how many events they were given', async () => {
    const begin = Date.now();
    const lines = await linesOf((server) =>
      follow(server, EVENTS, 44, { traceparent: `00-${TRACE}-${PARENT}-01` }),
    );
    expect(lines.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'begin of subscription events Unset',
      'subscription events Unset',
    ]);
    const [began, ended] = lines as [Line, Line];
    const asked = {
      ...anna,
      'graphql.operation.type': 'subscription',
      'graphql.operation.name': 'Audit',
      'toetsspoor.fields': ['events'],
      'http.route': '/graphql',
    };
    expect(began.attributes).toMatchObject({
      ...asked,
      'toetsspoor.moment': 'begin',
      'toetsspoor.events': 0,
    });
    expect(ended.attributes).toMatchObject({ ...asked, 'toetsspoor.moment': 'end', 'toetsspoor.events': 44 });
    expect(began).toMatchObject({ trace_id: TRACE, parent_span_id: ended.span_id });
    expect(ended).toMatchObject({ trace_id: TRACE, parent_span_id: PARENT, start_time: began.start_time });
    expect(began.start_time).toBeGreaterThanOrEqual(begin);
    expect(ended.end_time).toBeGreaterThanOrEqual(began.end_time);
  });

  it('has a subscription that the server ended when it stopped, and one whose client cut it', async () => {
    const lines = await linesOf(async (server) => {
      const token = await server.token({ roles: ['auditor'], subject: 'anna' });
      const open = async (): Promise<WebSocket> => {
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        const got = (type: string) =>
          new Promise<void>((resolve) =>
            socket.on('message', (data) => JSON.parse(String(data)).type === type && resolve()),
          );
        await new Promise((resolve) => socket.once('open', resolve));
        socket.send(
          JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
        );
        await got('connection_ack');
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: EVENTS } }));
        await got('next');
        return socket;
      };
      (await open()).terminate();
      await open();
    });
    const ends = lines.filter(({ name }) => name === 'subscription events');
    expect(ends).toHaveLength(2);
    for (const { attributes } of ends) expect(attributes['toetsspoor.events']).toBeGreaterThan(0);
  });

  it('has what was refused, with what it would have been over HTTP', async () => {
    const lines = await linesOf(async (server) => {
      await follow(server, 'subscription {', 1);
      await follow(server, '{ frameworks { code } }', 1);
      await follow(server, EVENTS, 1, {}, 'a.b.c');
      await follow(server, EVENTS, 1, { origin: 'https://elsewhere.example' });
    });
    expect(
      lines.map(({ name, attributes }) => [
        name,
        attributes['http.response.status_code'],
        attributes['enduser.id'],
      ]),
    ).toEqual([
      ['GET /graphql', 400, anna['enduser.id']],
      ['query frameworks', 400, anna['enduser.id']],
      ['GET /graphql', 401, 'anonymous'],
      ['GET /graphql', 403, 'anonymous'],
    ]);
  });
});

describe('What is answered before our own code is asked', () => {
  it('stands in the access log too', async () => {
    const lines = await linesOf(async (server) => {
      expect(
        await raw(server, 'GET /v1/approaches/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
      ).toBe(400);
      const long = `GET /v1/approaches/${'x'.repeat(2_000)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
      expect(await raw(server, long)).toBe(414);
      expect(await raw(server, 'GET / HTTP/1.1\r\nno header\r\n\r\n')).toBe(400);
      expect(await raw(server, `GET / HTTP/1.1\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`)).toBe(431);
      await fetch(`${server.url}/healthz`);
    });
    expect(lines.map(({ name, attributes }) => `${name} ${attributes['http.response.status_code']}`)).toEqual(
      ['GET (none) 400', 'GET (none) 414', '(none) (none) 400', '(none) (none) 431', 'GET /healthz 200'],
    );
  });
});

describe('The metrics', () => {
  it('count subscriptions that are open, their events, and requests that no route took', async () => {
    const port = await freePort();
    const server = await startServerWith({ metrics: { host: '127.0.0.1', port } }, SAMPLE_2013);
    const figures = async () => (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
    const token = await server.token({ roles: ['auditor'] });
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const stream = client.iterate({ query: EVENTS });
    for (let taken = 0; taken < 44; taken += 1) await stream.next();
    expect(await figures()).toContain('toetsspoor_subscriptions 1');
    await client.dispose();
    while (!(await figures()).includes('toetsspoor_subscriptions 0'));
    await raw(server, 'GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const lines = await figures();
    expect(lines).toContain('toetsspoor_subscription_events_total 44');
    expect(lines).toContain('toetsspoor_request_duration_seconds_count{kind="subscription",status="200"} 1');
    expect(lines).toContain('toetsspoor_request_duration_seconds_count{kind="(none)",status="400"} 1');
    await server.close();
  });
});

/** The status of the answer to bytes. */
async function raw({ url }: TestServer, bytes: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text;
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await new Promise((resolve) => socket.on('close', resolve));
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
