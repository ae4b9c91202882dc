import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECTIONS } from '../../projections/all';
import type { EventStore } from '../../src/event-store/event-store';
import { Projector } from '../../src/projector';
import { type RunningServer, serve } from '../../src/serve';
import {
  maastricht,
  openTestRegister,
  SAMPLE_2013,
  SAMPLE_2014,
  type TestRegister,
  tokenOf,
} from './support';

const QUERY = maastricht('slug history(first: 1) { nodes { type } }');
const ANSWER = {
  data: { approach: { slug: 'integrale-aanpak', history: { nodes: [{ type: 'FactsheetImported' }] } } },
};

describe('The server', () => {
  let opened: TestRegister;
  let running: RunningServer | undefined;
  let projector: Projector;
  let errors: unknown[];
  beforeEach(async () => {
    errors = [];
    opened = openTestRegister();
    await opened.register.projector.prepare();
    await opened.import(SAMPLE_2013);
  });
  afterEach(async () => {
    await running?.close();
    running = undefined;
    await opened.dispose();
  });

  async function start(change: Partial<EventStore> = {}): Promise<string> {
    const { register, config } = opened;
    const store: EventStore = {
      append: (...args) => register.store.append(...args),
      restore: (...args) => register.store.restore(...args),
      readStream: (...args) => register.store.readStream(...args),
      readAll: (...args) => register.store.readAll(...args),
      subscribeAll: (...args) => register.store.subscribeAll(...args),
      lastPosition: () => register.store.lastPosition(),
      close: () => register.store.close(),
      ...change,
    };
    projector = new Projector(store, register.database, PROJECTIONS);
    running = await serve({ ...register, store, projector }, config, (error) => errors.push(error));
    return running.url;
  }
  const ask = async (url: string, query = QUERY) =>
    fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${await tokenOf(opened.config.dataDir, { roles: ['auditor'] })}` },
    });
  async function untilReady(url: string): Promise<void> {
    while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(5);
  }

  it('is healthy at once, and ready when the read models are level with the log', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { store } = opened.register;
    const url = await start({
      async *subscribeAll(...args) {
        await gate;
        yield* store.subscribeAll(...args);
      },
    });
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const early = await fetch(`${url}/readyz`);
    expect([early.status, await early.json()]).toEqual([
      503,
      { status: 'catching up with the log', lagSeconds: null },
    ]);
    const refused = await ask(url);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: 'the read models are still catching up with the log; try again shortly',
          extensions: { code: 'NOT_READY' },
        },
      ],
    });

    open();
    await untilReady(url);
    expect(await (await ask(url)).json()).toMatchObject(ANSWER);
    expect(errors).toEqual([]);
  });

  it('ends where an older copy of the log was put in its place, and adds nothing to that', async () => {
    let isOlder = false;
    let appended = 0;
    const { store } = opened.register;
    const url = await start({
      append: (...args) => {
        appended += 1;
        return store.append(...args);
      },
      readStream: (...args) => (isOlder ? (async function* () {})() : store.readStream(...args)),
      lastPosition: async () => (isOlder ? 1 : store.lastPosition()),
    });
    await untilReady(url);
    isOlder = true;
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(opened.config.dataDir, { roles: ['admin'] })}`,
    };
    const query = `mutation { registerApproach(input: { commandId: "${randomUUID()}", municipality: "GM0363", name: "Aanpak" }) { __typename } }`;
    const written = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    expect(await written.json()).toMatchObject({ errors: [{ extensions: { code: 'LOG_UNAVAILABLE' } }] });
    expect(appended).toBe(0);
    await expect(running?.following).rejects.toThrow(
      `the log no longer holds the event at position ${await store.lastPosition()}, up to which the read models were made of it`,
    );
  });

  it('finishes the requests under way when it stops, and takes no new ones', async () => {
    let reading = 0;
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { store } = opened.register;
    const url = await start({
      async *readStream(...args) {
        reading += 1;
        await gate;
        yield* store.readStream(...args);
      },
    });
    await untilReady(url);
    const underWay = Array.from({ length: 20 }, () => ask(url));
    while (reading < underWay.length) await sleep(5);

    const stopped = running?.close();
    running = undefined;
    const isTaken = () =>
      fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      );
    // It stops to listen some turns later. Those under way cannot end before the gate is open.
    while (await isTaken());
    open();
    for (const response of await Promise.all(underWay)) {
      expect([response.status, await response.json()]).toMatchObject([200, ANSWER]);
    }
    await stopped;
    expect(errors).toEqual([]);
  });

  it('says nothing of an error of its own but that there was one', async () => {
    const url = await start({
      readStream: () => {
        throw new Error('SELECT secret FROM /var/lib/toetsspoor/events.db');
      },
    });
    await untilReady(url);
    const response = await ask(url);
    expect(await response.json()).toEqual({
      data: { approach: null },
      errors: [
        {
          message: 'Internal server error',
          path: ['approach', 'history'],
          locations: [expect.anything()],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    });
    expect(errors).toEqual([new Error('SELECT secret FROM /var/lib/toetsspoor/events.db')]);
  });

  it('shows what is appended while it runs', async () => {
    const url = await start();
    await untilReady(url);
    const count = async () => {
      const response = await ask(url, '{events(first:100){nodes{id}}}');
      return ((await response.json()) as { data: { events: { nodes: unknown[] } } }).data.events.nodes.length;
    };
    expect(await count()).toBe(44);
    await opened.import(SAMPLE_2014);
    await projector.waitFor((await opened.register.store.lastPosition()) ?? 0, 5_000);
    expect(await count()).toBe(53);
  });
});
