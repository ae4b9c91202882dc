import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CloudEvent } from 'cloudevents';
import { Webhook as Verifier } from 'standardwebhooks';
import type { ReadSources } from '../../src/api/read-sources';
import { EVERYTHING, PUBLIC } from '../../src/domain/audience';
import {
  deliver,
  deliverAll,
  MAX_RETRY_AFTER_SECONDS,
  RETRY_AFTER_SECONDS,
} from '../../src/webhooks/deliveries';
import { DeliveryStates } from '../../src/webhooks/delivery-state';
import { WebhookStatuses } from '../../src/webhooks/statuses';
import type { Webhook } from '../../src/webhooks/webhook';
import { facts, openTestRegister, SAMPLE_2013, SAMPLE_2014, type TestRegister } from '../api/support';
import { testWithOpenssl } from '../deploy/support';
import { assessment } from '../factsheet/builder';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const CLOUD_EVENTS = {
  source: 'urn:nld:oin:00000001823288444000:systeem:toetsspoor',
  publicUrl: 'https://example.nl',
};

/** Somebody who is told, and answers as they are bid. */
class Receiver {
  readonly got: { id: string; headers: IncomingHttpHeaders; body: string; path: string | undefined }[] = [];
  /** The statuses to answer with, one after another; 204 behind the last. */
  answers: number[] = [];
  /** What it says in `Retry-After` beside a status that is not 204. */
  retryAfter: string | null = null;
  readonly #server: Server;
  onMessage: () => void = () => {};

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      this.got.push({
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        body,
        path: request.url,
      });
      response.statusCode = this.answers.shift() ?? 204;
      response.setHeader('location', '/elsewhere');
      if (response.statusCode !== 204 && this.retryAfter !== null)
        response.setHeader('retry-after', this.retryAfter);
      response.end();
      this.onMessage();
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/in`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('A webhook', () => {
  let opened: TestRegister;
  let receiver: Receiver;
  let url: string;
  let states: DeliveryStates;
  let statesPath: string;
  let sources: ReadSources;
  let nowMs: number;
  let waitedMs: number;
  let length: number;

  beforeEach(async () => {
    opened = openTestRegister();
    const { store, database, projector } = opened.register;
    await projector.prepare();
    await opened.import(SAMPLE_2013, SAMPLE_2014);
    await projector.catchUp();
    length = projector.position;
    nowMs = Date.now();
    waitedMs = 0;
    sources = {
      database,
      position: () => projector.position,
      readStream: (stream, from) => store.readStream(stream, from),
      now: () => new Date(nowMs),
      grown: (behind, timeoutMs) => projector.waitFor(behind + 1, Math.min(timeoutMs, 20)),
    };
    receiver = new Receiver();
    url = await receiver.open();
    statesPath = join(opened.config.dataDir, 'webhooks.db');
    states = new DeliveryStates(statesPath);
  });
  afterEach(async () => {
    states.close();
    await receiver.close();
    await opened.dispose();
  });

  const logEnd = async () => (await opened.register.store.lastPosition()) ?? 0;

  const hook = (changes: Partial<Webhook> = {}): Webhook => ({
    id: 'ministerie',
    url,
    types: null,
    audience: PUBLIC,
    from: 'start',
    sign: (id, at, payload) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Verifier(SECRET).sign(id, at, payload),
    }),
    ...changes,
  });

  /** Delivers until so many messages have come, or of so many events; time that is waited passes at once. */
  async function until(
    messages: number | { readonly events: number },
    webhook = hook(),
    done: () => boolean = () => false,
    onError: (error: unknown) => void = () => {},
  ): Promise<void> {
    const stop = new AbortController();
    const haveCome = (): boolean =>
      typeof messages === 'number'
        ? receiver.got.length >= messages
        : new Set(receiver.got.map(({ id }) => id)).size >= messages.events;
    const { save } = states;
    const saving = jest.spyOn(states, 'save').mockImplementation((...what) => {
      save.apply(states, what);
      if (haveCome()) stop.abort();
    });
    const wait = async (milliseconds: number): Promise<void> => {
      nowMs += milliseconds;
      waitedMs += milliseconds;
      if (done()) stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await deliver(
      webhook,
      { sources, states, logEnd, cloudEvents: CLOUD_EVENTS, wait, onError },
      stop.signal,
    ).finally(() => saving.mockRestore());
  }

  test('is told of every event in order, signed, as a CloudEvent', async () => {
    await until(length);
    const positions = receiver.got.map(({ body }) => JSON.parse(body).position);
    expect(positions.map((cursor) => JSON.parse(Buffer.from(cursor, 'base64url').toString())[0])).toEqual(
      Array.from({ length }, (_, index) => index + 1),
    );
    for (const { id, headers, body } of receiver.got) {
      const event = new Verifier(SECRET).verify(
        body,
        headers as Record<string, string>,
      ) as CloudEvent<unknown>;
      expect(new CloudEvent({ ...event }).validate()).toBe(true);
      expect(event.id).toBe(id);
      expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    }
  });

  test('goes on behind the last event that was taken, also after a restart', async () => {
    await until(5);
    expect(receiver.got).toHaveLength(5);
    const stop = new AbortController();
    // Before the answer is there, so that nobody knows whether it was taken.
    receiver.onMessage = () => stop.abort();
    await deliver(hook(), { sources, states, logEnd, cloudEvents: CLOUD_EVENTS }, stop.signal);
    receiver.onMessage = () => {};
    states.close();
    states = new DeliveryStates(statesPath);
    await until({ events: length });
    const ids = receiver.got.map(({ id }) => id);
    expect(ids.slice(5, 7)).toEqual([ids[5], ids[5]]);
    expect(ids).toHaveLength(length + 1);
    expect(new Set(ids).size).toBe(length);
  });

  test('is told again of what it did not take, with the same id, later each time', async () => {
    receiver.answers = [500, 302, 429];
    await until(4);
    const [first, ...again] = receiver.got.slice(0, 4).map(({ id }) => id);
    expect(again).toEqual([first, first, first]);
    const wanted = RETRY_AFTER_SECONDS.slice(0, 3).reduce((sum, seconds) => sum + seconds, 0) * 1000;
    expect(waitedMs).toBeGreaterThanOrEqual(wanted * 0.9);
    expect(waitedMs).toBeLessThanOrEqual(wanted * 1.1 + 1);
    expect(states.of('ministerie')).toMatchObject({ attempts: 0, lastError: null });
  });

  test('is not followed to where its receiver sends it', async () => {
    receiver.answers = [301, 302, 303, 307, 308];
    await until(6);
    expect(new Set(receiver.got.map(({ path }) => path))).toEqual(new Set(['/in']));
  });

  test.each([
    ['a number of seconds', () => '3600', 3600],
    ['an instant', () => new Date(nowMs + 7_200_500).toUTCString(), 7200],
    ['longer than is granted', () => '1000000', MAX_RETRY_AFTER_SECONDS],
    ['longer than any number', () => '9'.repeat(400), MAX_RETRY_AFTER_SECONDS],
  ])('waits as long as its receiver asks, by %s', async (_what, asked, seconds) => {
    receiver.answers = [503];
    receiver.retryAfter = asked();
    await until(2);
    expect(waitedMs).toBeGreaterThanOrEqual((seconds - 1) * 1000);
    expect(waitedMs).toBeLessThanOrEqual((seconds + 1) * 1000);
    expect(receiver.got[0]?.id).toBe(receiver.got[1]?.id);
  });

  test.each(['0', '-1', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT'])(
    'is not tried sooner where its receiver asks for %s',
    async (asked) => {
      receiver.answers = [503];
      receiver.retryAfter = asked;
      await until(2);
      expect(waitedMs).toBeGreaterThanOrEqual((RETRY_AFTER_SECONDS[0] ?? 0) * 900);
      expect(waitedMs).toBeLessThanOrEqual((RETRY_AFTER_SECONDS[0] ?? 0) * 1100 + 1);
    },
  );

  test('is told each message in a trace of its own, each attempt as an action of it', async () => {
    receiver.answers = [503];
    await until(3);
    const traces = receiver.got.slice(0, 3).map(({ headers }) => {
      const [, trace, span] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(String(headers.traceparent)) ?? [];
      return { trace, span };
    });
    expect(traces.map(({ trace }) => trace)).toEqual([
      traces[0]?.trace,
      traces[0]?.trace,
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(traces[2]?.trace).not.toBe(traces[0]?.trace);
    expect(new Set(traces.map(({ span }) => span)).size).toBe(3);
  });

  test('that begins now is told of what comes, and of that after a restart too', async () => {
    const begun = hook({ from: 'now' });
    const stop = new AbortController();
    const delivering = deliver(begun, { sources, states, logEnd, cloudEvents: CLOUD_EVENTS }, stop.signal);
    while (states.of('ministerie').position === null) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await delivering;
    expect(receiver.got).toEqual([]);
    states.close();
    states = new DeliveryStates(statesPath);
    await opened.import(assessment(facts({ approach: 'Nieuw' })));
    await opened.register.projector.catchUp();
    await until(opened.register.projector.position - length, begun);
    expect(new Set(receiver.got.map(({ body }) => JSON.parse(body).subject))).toEqual(
      new Set(['approach-GM0935-nieuw']),
    );
    expect(receiver.got).toHaveLength(opened.register.projector.position - length);
  });

  test('that begins now is told nothing of what the read models had yet to reach then', async () => {
    const begun = hook({ from: 'now' });
    await opened.import(assessment(facts({ approach: 'Eerder' })));
    const end = await logEnd();
    expect(opened.register.projector.position).toBeLessThan(end);
    const stop = new AbortController();
    let looks = 0;
    const grown = async (): Promise<boolean> => {
      looks += 1;
      if (looks === 1) await opened.register.projector.catchUp();
      if (looks === 3) stop.abort();
      return true;
    };
    await deliver(
      begun,
      { sources: { ...sources, grown }, states, logEnd, cloudEvents: CLOUD_EVENTS },
      stop.signal,
    );
    expect([looks, receiver.got]).toEqual([3, []]);
    await opened.import(assessment(facts({ approach: 'Nieuw' })));
    await opened.register.projector.catchUp();
    await until(opened.register.projector.position - end, begun);
    expect(new Set(receiver.got.map(({ body }) => JSON.parse(body).subject))).toEqual(
      new Set(['approach-GM0935-nieuw']),
    );
  });

  test('whose place the read models hold goes on, also where the log has lost its end since', async () => {
    await until(length);
    const before = receiver.got.length;
    const stop = new AbortController();
    const grown = async (): Promise<boolean> => {
      stop.abort();
      return false;
    };
    await deliver(
      hook(),
      { sources: { ...sources, grown }, states, logEnd: async () => 3, cloudEvents: CLOUD_EVENTS },
      stop.signal,
    );
    expect(states.of('ministerie').deadSince).toBeNull();
    expect(receiver.got.length - before).toBeLessThanOrEqual(1);
  });

  test('that begins behind an event is told of those that follow, once', async () => {
    const from = Buffer.from('[44]').toString('base64url');
    await until(length - 44, hook({ from }));
    await opened.import(assessment(facts({ approach: 'Nieuw' })));
    await opened.register.projector.catchUp();
    const all = opened.register.projector.position - 44;
    await until(all, hook({ from }));
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(all);
    expect(receiver.got).toHaveLength(all);
    const { position } = JSON.parse(receiver.got[0]?.body ?? '');
    expect(JSON.parse(Buffer.from(position, 'base64url').toString())[0]).toBe(45);
  });

  test('is dead after the last attempt, says why, and is left alone until it is revived', async () => {
    receiver.answers = Array(RETRY_AFTER_SECONDS.length + 1).fill(503);
    await until(Number.POSITIVE_INFINITY, hook(), () => states.of('ministerie').deadSince !== null);
    expect(receiver.got).toHaveLength(RETRY_AFTER_SECONDS.length + 1);
    expect(states.of('ministerie')).toMatchObject({
      lastError: 'the receiver answered 503',
      deadSince: expect.any(String),
      position: null,
    });
    states.revive('ministerie');
    await until(receiver.got.length + length);
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(length);
  });

  test('is dead at once where the receiver says that it is gone', async () => {
    receiver.answers = [204, 410];
    await until(Number.POSITIVE_INFINITY, hook(), () => states.of('ministerie').deadSince !== null);
    expect(receiver.got).toHaveLength(2);
    expect(states.of('ministerie').lastError).toBe('the receiver answered 410');
  });

  test('that cannot be reached is tried again', async () => {
    await receiver.close();
    await until(1, hook(), () => states.of('ministerie').attempts >= 2);
    expect(states.of('ministerie').lastError).toBe('not reached (ECONNREFUSED)');
    receiver = new Receiver();
    await until(3, hook({ url: await receiver.open() }));
    expect(receiver.got.length).toBeGreaterThanOrEqual(3);
  });

  test('gets only the types that it asks for', async () => {
    await until(2, hook({ types: ['AssessmentConcluded'] }));
    expect(receiver.got.map(({ body }) => JSON.parse(body).type)).toEqual([
      'nl.toetsspoor.assessment-concluded',
      'nl.toetsspoor.assessment-concluded',
    ]);
  });

  test('that sees otherwise than before begins again, or with what came together with its last event', async () => {
    const sees = (inspectorate: string, from: string) =>
      hook({ audience: [{ ...EVERYTHING, inspectorates: [inspectorate] }], from });
    await until(length, sees('A', 'start'));
    await until(2 * length, sees('B', 'start'));
    const ids = receiver.got.map(({ id }) => id);
    expect(ids).toHaveLength(2 * length);
    expect(ids.slice(length)).toEqual(ids.slice(0, length));
    // The last document was concluded by its last event, and all that it holds came with that.
    await until(2 * length + 1, sees('A', 'now'));
    const again = receiver.got.slice(2 * length).map(({ id }) => id);
    const first = ids.indexOf(again[0] ?? '');
    expect(first).toBeGreaterThan(0);
    expect(ids.slice(first, first + again.length)).toEqual(again);
  });

  test('that an earlier version left beside an event that came late is told again from there on, and misses none', async () => {
    await until(length);
    const ids = receiver.got.map(({ id }) => id);
    for (const from of ['start', 'now']) {
      receiver.got.length = 0;
      const position = Buffer.from(`[10,${length}]`).toString('base64url');
      states.save('ministerie', { ...states.of('ministerie'), position });
      await until(from === 'start' ? length : 1, hook({ from }));
      const again = receiver.got.map(({ id }) => id);
      const first = ids.indexOf(again[0] ?? '');
      expect(first).toBeGreaterThanOrEqual(0);
      expect(ids.slice(first, first + again.length)).toEqual(again);
    }
  });

  test('whose place cannot be read says so, is told nothing, and hides nobody', async () => {
    const broken = hook({ id: 'stuk' });
    states.save('stuk', { ...states.of('stuk'), position: Buffer.from('[1e+23]').toString('base64url') });
    const message =
      /^the webhook stuk is kept at "\w+", which is no position of an event; give it another id/;
    await expect(until(1, broken)).rejects.toThrow(message);
    expect(receiver.got).toEqual([]);
    await until(length);
    expect(await new WebhookStatuses([broken, hook()], states, sources).all()).toMatchObject([
      { id: 'stuk', pending: length, lastError: expect.stringMatching(message) },
      { id: 'ministerie', pending: 0, lastError: null },
    ]);
  });

  test.each([
    ['all types', null],
    ['a type', ['FindingRecorded', 'AttentionPointRaised']],
  ] as const)(
    'has as many events pending as are still to come, of %s, after a restart too',
    async (_, types) => {
      const ofTypes = hook({ types });
      const { store, projector } = opened.register;
      const running = new WebhookStatuses([ofTypes], states, sources);
      const pending = async (): Promise<[number, number]> => {
        const begunAnew = new WebhookStatuses([ofTypes], states, sources);
        const [[one], [other]] = await Promise.all([running.all(), begunAnew.all()]);
        return [one?.pending ?? -1, other?.pending ?? -1];
      };
      const seen = [{ at: states.of('ministerie').position, pending: await pending() }];
      const look = async () => seen.push({ at: states.of('ministerie').position, pending: await pending() });
      await until(3, ofTypes);
      await look();
      await until(7, ofTypes);
      await opened.import(assessment(facts({ approach: 'Nieuw' })));
      await projector.catchUp();
      await look();
      let events = 0;
      for await (const page of store.readAll())
        events += page.filter(({ type }) => types === null || types.some((one) => one === type)).length;
      await until({ events }, ofTypes);
      await look();
      const order = [...new Set(receiver.got.map(({ body }) => String(JSON.parse(body).position)))];
      const behind = seen.map(({ at }) => order.length - (at === null ? 0 : order.indexOf(at) + 1));
      const [atFirst = 0, ...later] = seen.map((one) => one.pending);
      // The document that came meanwhile was not to come yet.
      const ofDocument =
        (later[1]?.[0] ?? 0) - ((later[0]?.[0] ?? 0) - ((behind[1] ?? 0) - (behind[2] ?? 0)));
      expect(ofDocument).toBeGreaterThan(0);
      expect([atFirst, ...later]).toEqual(
        behind.map((count, index) => Array(2).fill(index < 2 ? count - ofDocument : count)),
      );
    },
  );

  test('is told who sends it, as no browser would say', async () => {
    await until(1);
    const headers: IncomingHttpHeaders = receiver.got[0]?.headers ?? {};
    expect(headers['user-agent']).toMatch(/^Toetsspoor\/\d+\.\d+\.\d+/);
    expect(Object.keys(headers).sort()).toEqual([
      ...['connection', 'content-length', 'content-type', 'host', 'traceparent', 'user-agent'],
      ...['webhook-id', 'webhook-signature', 'webhook-timestamp'],
    ]);
  });

  test.each([
    ['behind the end of the log', '[999,"public"]', 'lies behind the end of this log'],
    ['of another log', '[3,"public@00000000"]', 'is of another log'],
  ])('whose place is %s is dead at once, and stays so until it is revived', async (_, text, why) => {
    const position = Buffer.from(text).toString('base64url');
    const errors: string[] = [];
    const onError = (error: unknown) => errors.push(String(error));
    const kept = hook({ id: 'bewaard' });
    const begun = hook({ id: 'begint', from: position });
    states.save('bewaard', { ...states.of('bewaard'), position });
    for (const webhook of [kept, begun]) {
      await until(Number.POSITIVE_INFINITY, webhook, () => states.of(webhook.id).deadSince !== null, onError);
      expect(states.of(webhook.id)).toMatchObject({ position, lastError: expect.stringContaining(why) });
      states.revive(webhook.id);
      await until(Number.POSITIVE_INFINITY, webhook, () => states.of(webhook.id).deadSince !== null, onError);
    }
    expect(receiver.got).toEqual([]);
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatch(
      new RegExp(
        `^Error: the webhook bewaard is dead: its place "${position}" ${why}.*; revive it .*, or give it another id`,
      ),
    );
  });

  test('tells nobody its secret, or the query of its address, when it fails or dies', async () => {
    receiver.answers = [503, 410];
    const told: unknown[] = [];
    await until(
      Number.POSITIVE_INFINITY,
      hook({ url: `${url}?key=geheim` }),
      () => states.of('ministerie').deadSince !== null,
      (error) => told.push(error),
    );
    expect(receiver.got.map(({ path }) => path)).toEqual(['/in?key=geheim', '/in?key=geheim']);
    expect(told).toHaveLength(1);
    const all = inspect([told, states.of('ministerie')], { depth: null, showHidden: true });
    expect(all).toContain('the receiver answered 410');
    expect(all).not.toMatch(/geheim|whsec|BwcHBwcH/);
  });

  testWithOpenssl(
    'is sent nothing over TLS to a receiver that cannot prove its name (with openssl)',
    async () => {
      const file = (name: string) => join(opened.config.dataDir, name);
      const made = spawnSync('openssl', [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...['-subj', '/CN=localhost', '-keyout', file('key.pem'), '-out', file('cert.pem')],
      ]);
      expect(made.status).toBe(0);
      let requests = 0;
      const secured = createSecureServer(
        { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) },
        (_, response) => {
          requests += 1;
          response.end();
        },
      );
      await new Promise<void>((resolve) => secured.listen(0, '127.0.0.1', resolve));
      const address = `https://localhost:${(secured.address() as AddressInfo).port}/`;
      await until(1, hook({ url: address }), () => states.of('ministerie').attempts >= 2);
      expect(states.of('ministerie').lastError).toBe('not reached (DEPTH_ZERO_SELF_SIGNED_CERT)');
      expect(requests).toBe(0);
      await new Promise((resolve) => secured.close(resolve));
    },
  );

  test('that fails does not hold up another', async () => {
    const stop = new AbortController();
    const other = new Receiver();
    const otherUrl = await other.open();
    receiver.answers = Array(100).fill(500);
    other.onMessage = () => {
      if (other.got.length === length) stop.abort();
    };
    const errors: unknown[] = [];
    await deliverAll(
      [hook(), hook({ id: 'ander', url: otherUrl })],
      { sources, states, logEnd, cloudEvents: CLOUD_EVENTS, onError: (error) => errors.push(error) },
      stop.signal,
    );
    expect(other.got).toHaveLength(length);
    expect(errors).toEqual([]);
    await other.close();
  });
});
