import { setImmediate as nextTurn } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { approachStream } from '../../src/domain/streams';
import type { EventStore } from '../../src/event-store/event-store';
import {
  AppendTooLargeError,
  LogClosedError,
  LogUnavailableError,
  UnusableLogError,
} from '../../src/event-store/event-store';
import { openKurrentDBEventStore } from '../../src/event-store/kurrentdb';
import { Peer } from '../support/kurrentdb-peer';
import { collect, ids, sampleEvents } from './sample-events';

const [S, T] = ['s', 't'].map((slug) => approachStream('GM0935', slug)) as [string, string];
// An answer takes long where a machine is busy, and so do several that are waited for one after the other.
const WAITS = { answer: 1_500, afterUnknown: 200, afterFailure: 10, patience: 60_000, watch: 100 };
/** Of those whose patience ends. */
const IMPATIENT = { patience: 4_000 };

describe('Of a server that misbehaves, the log', () => {
  let peers: Peer[];
  let stores: EventStore[];
  let peer: Peer;
  let store: EventStore;
  beforeEach(async () => {
    peers = [];
    stores = [];
    peer = await startPeer();
    store = opened(peer);
  });
  afterEach(async () => {
    await Promise.all(stores.map((one) => one.close()));
    for (const one of peers) one.stop();
  });

  async function startPeer(): Promise<Peer> {
    const one = await new Peer().start();
    peers.push(one);
    return one;
  }
  function opened({ url }: Peer, waits = {}): EventStore {
    const one = openKurrentDBEventStore({ url, prefix: 'x-', waits: { ...WAITS, ...waits } });
    stores.push(one);
    return one;
  }

  it('repeats an append that gets no answer, the same one, after the pause, and it is there once', async () => {
    await store.append(S, sampleEvents(2), 'NO_STREAM');
    const events = sampleEvents(3);
    peer.answers = ['silence', 'silence'];
    const { revision, position } = await store.append(S, events, 1);

    const [, first, second, third, ...more] = peer.appends;
    expect(more).toEqual([]);
    for (const attempt of [first, second, third]) {
      expect(attempt).toMatchObject({ ids: ids(events), revision: 1 });
    }
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(
      WAITS.answer + WAITS.afterUnknown / 2,
    );
    const there = await collect(store.readStream(S));
    expect(ids(there).slice(2)).toEqual(ids(events));
    expect({ revision, position }).toEqual({ revision: 4, position: there[4]?.position });
  });

  it('repeats an append whose call the server closes', async () => {
    const events = sampleEvents(2);
    peer.answers = ['close', 'close', 'yes'];
    await store.append(S, events, 'NO_STREAM');
    expect(ids(await collect(store.readAll()))).toEqual(ids(events));
  });

  it('goes to the node that leads when told that another one does', async () => {
    const leader = await startPeer();
    peer.answers = [{ leader: leader.port }];
    const events = sampleEvents(2);
    // Nothing but the answer may make it turn to another node.
    store = opened(peer, { answer: 10_000 });
    await store.append(S, events, 'NO_STREAM');
    expect(leader.appends).toMatchObject([{ ids: ids(events), revision: -1 }]);
    expect(ids(await collect(store.readAll()))).toEqual(ids(events));
  });

  it('gives up on an append when its patience ends, and says that it is unknown what became of it', async () => {
    store = opened(peer, IMPATIENT);
    await store.lastPosition();
    peer.answers = Array(100).fill('silence');
    const error = await store.append(S, sampleEvents(1), 'NO_STREAM').catch((caught) => caught);
    expect(error).toBeInstanceOf(LogUnavailableError);
    expect(error.message).toContain(`127.0.0.1:${peer.port}`);
    expect(new Set(peer.appends.map((attempt) => attempt.ids.join())).size).toBe(1);
  });

  it('gives up on an append to a stream that is never where it ends, and does not wait for it when it is closed', async () => {
    store = opened(peer, IMPATIENT);
    await store.append(S, sampleEvents(1), 'NO_STREAM');
    peer.answers = Array(10_000).fill('wrong version');
    await expect(store.append(S, sampleEvents(1), 'STREAM_EXISTS')).rejects.toThrow(LogUnavailableError);
    // Longer than the test is waited for.
    const patient = opened(peer, { patience: 3_600_000 });
    const seen = peer.appends.length;
    const underWay = patient.append(S, sampleEvents(1), 'STREAM_EXISTS').catch((caught) => caught);
    while (peer.appends.length < seen + 3) await nextTurn();
    await patient.close();
    expect(await underWay).toBeInstanceOf(LogUnavailableError);
    expect(await collect(store.readStream(S))).toHaveLength(1);
  });

  it('says how much a server takes at once that takes less than others, and does not try again', async () => {
    peer.answers = [{ maxBytes: 400 }];
    const error = await store.append(S, sampleEvents(2), 'NO_STREAM').catch((caught) => caught);
    expect(error).toBeInstanceOf(AppendTooLargeError);
    expect(error.message).toBe(
      `an append to ${S} has ${error.bytes} bytes; this log takes at most 400 at once: append it in parts`,
    );
    expect(error.bytes).toBeGreaterThan(400);
    expect(peer.appends).toHaveLength(1);
    expect(await store.lastPosition()).toBeUndefined();
  });

  it.each([
    ['readStream', () => store.readStream(S)],
    ['readAll', () => store.readAll()],
  ])('ends a %s that waits for the server when it is closed, as every other call', async (_, read) => {
    await store.append(S, sampleEvents(1), 'NO_STREAM');
    peer.unanswered = 0;
    const reading = collect(read()).catch((caught) => caught);
    while (peer.unanswered === 0) await nextTurn();
    await store.close();
    expect(await reading).toBeInstanceOf(LogClosedError);
  });

  it('answers other appends while one is stuck', async () => {
    await store.lastPosition();
    peer.answers = ['silence'];
    const stuck = store.append(S, sampleEvents(1), 'NO_STREAM');
    const events = sampleEvents(1);
    await store.append(T, events, 'NO_STREAM');
    await stuck;
    expect(await collect(store.readAll())).toHaveLength(2);
  });

  it('follows on when the server ends the subscription, from where it was, without a gap or a duplicate', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const page of store.subscribeAll(undefined, stop.signal)) {
        seen.push(...ids(page));
        if (page.length > 0 && seen.length % 2 === 0) peer.endSubscriptions();
        if (seen.length >= 10) stop.abort();
      }
    })();
    const events = sampleEvents(10);
    for (const [revision, event] of events.entries()) {
      await store.append(S, [event], revision === 0 ? 'NO_STREAM' : revision - 1);
    }
    await following;
    expect(seen).toEqual(ids(events));
    expect(peer.subscriptions.length).toBeGreaterThan(1);
    expect(peer.subscriptions).toEqual(peer.subscriptions.toSorted((a, b) => a - b));
  });

  it('is asked for its end as often as one likes, without what others wrote being looked through again', async () => {
    peer.writeForeign(100);
    const { position } = await store.append(S, sampleEvents(2), 'NO_STREAM');
    peer.writeForeign(1_000);
    expect(await opened(peer).lastPosition()).toBe(position);
    const stop = new AbortController();
    const pages = store.subscribeAll(position, stop.signal)[Symbol.asyncIterator]();
    expect((await pages.next()).value).toEqual([]);
    peer.looked = 0;
    for (const _ of Array(10)) expect(await store.lastPosition()).toBe(position);
    expect(peer.looked).toBe(0);
    peer.writeForeign(10);
    const { position: next } = await store.append(S, sampleEvents(1), 1);
    peer.writeForeign(10);
    for (const _ of Array(10)) expect(await store.lastPosition()).toBe(next);
    expect(peer.looked).toBeLessThan(50);
    stop.abort();
    await pages.return?.();
  });

  it('is not looked through again for the first append of a process that follows', async () => {
    const { position } = await store.append(S, sampleEvents(2), 'NO_STREAM');
    peer.writeForeign(1_000);
    const follower = opened(peer);
    const stop = new AbortController();
    const pages = follower.subscribeAll(position, stop.signal)[Symbol.asyncIterator]();
    expect((await pages.next()).value).toEqual([]);
    peer.writeForeign(10);
    peer.looked = 0;
    await follower.append(T, sampleEvents(1), 'NO_STREAM');
    expect(peer.looked).toBeLessThan(50);
    stop.abort();
    await pages.return?.();
  });

  it('tells its end and takes appends where looking through what others wrote takes too long', async () => {
    const { position } = await store.append(S, sampleEvents(2), 'NO_STREAM');
    peer.writeForeign(1_000);
    peer.looksAtMost = 100;
    const events = sampleEvents(1);
    const { position: next } = await opened(peer).append(S, events, 1);
    expect(next).toBeGreaterThan(position);
    peer.writeForeign(1_000);
    const late = opened(peer);
    expect(await late.lastPosition()).toBe(next);
    expect(ids(await collect(late.readAll(position)))).toEqual(ids(events));
  });

  it.each(['deleteStream', 'tombstone'] as const)(
    'is sent no append to a stream that is gone: %s',
    async (how) => {
      const events = sampleEvents(2);
      await store.append(S, events, 'NO_STREAM');
      peer[how](`x-${S}`);
      const one = opened(peer);
      for (const expected of ['NO_STREAM', 1, 'STREAM_EXISTS'] as const) {
        await expect(one.append(S, sampleEvents(1), expected)).rejects.toThrow(
          `stream ${S} was deleted or cut on the server: nothing can be appended to it any more`,
        );
      }
      expect(peer.appends).toHaveLength(1);
      expect(ids(await collect(one.readAll()))).toEqual(ids(events));
      const { position } = await one.append(T, sampleEvents(1), 'NO_STREAM');
      expect(await one.lastPosition()).toBe(position);
    },
  );

  it('says where an append stands whose stream is deleted at that moment', async () => {
    await store.append(S, sampleEvents(2), 'NO_STREAM');
    peer.deletesFirst = true;
    await expect(opened(peer).append(S, sampleEvents(1), 'NO_STREAM')).rejects.toThrow(
      `stream ${S} was deleted or cut on the server: what was appended behind revision -1 stands at revision 2 now`,
    );
    expect(await collect(opened(peer).readAll())).toHaveLength(3);
  });

  it('takes only what is ours from a server that gives all streams', async () => {
    peer.givesAll = true;
    const [first, second] = [sampleEvents(2), sampleEvents(2)];
    await store.append(S, first, 'NO_STREAM');
    const stop = new AbortController();
    const pages = store.subscribeAll(undefined, stop.signal)[Symbol.asyncIterator]();
    expect(ids((await pages.next()).value ?? [])).toEqual(ids(first));
    for (const stream of ['x-other', `x-y-${S}`, `y-${S}`, `x-${S} `]) peer.writeForeign(3, stream);
    const { position } = await store.append(S, second, 1);
    peer.writeForeign(3, `x-y-${S}`);
    expect(ids(await collect(store.readAll()))).toEqual(ids([...first, ...second]));
    expect(await store.lastPosition()).toBe(position);
    expect(await opened(peer).lastPosition()).toBe(position);
    const seen: string[] = [];
    while (seen.length < 2) seen.push(...ids((await pages.next()).value ?? []));
    expect(seen).toEqual(ids(second));
    stop.abort();
    await pages.return?.();
  });

  it('notices a subscription that has stalled, and begins it anew', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const level = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const page of store.subscribeAll(undefined, stop.signal)) {
        if (page.length === 0) level.resolve();
        seen.push(...ids(page));
        if (seen.length >= 3) stop.abort();
      }
    })();
    await level.promise;
    peer.isStalled = true;
    const events = sampleEvents(3);
    await store.append(S, events, 'NO_STREAM');
    await following;
    expect(seen).toEqual(ids(events));
  });

  it('leaves a subscription alone that is silent because nothing comes', async () => {
    const stop = new AbortController();
    const following = collect(store.subscribeAll(undefined, stop.signal));
    await new Promise((resolve) => setTimeout(resolve, WAITS.watch * 8));
    stop.abort();
    await following;
    expect(peer.subscriptions).toEqual([0]);
  });

  it('says in a sentence that the server is too old, or that it refuses the user', async () => {
    peer.version = '22.10.5';
    await expect(opened(peer).lastPosition()).rejects.toThrow(
      new UnusableLogError(
        `the server 127.0.0.1:${peer.port} is of version 22.10.5: expected 23.10 or newer`,
      ),
    );
    peer.version = '26.0.3';
    for (const code of [status.UNAUTHENTICATED, status.PERMISSION_DENIED]) {
      peer.refuses = code;
      const error = await opened(peer)
        .lastPosition()
        .catch((caught) => caught);
      expect(error).toBeInstanceOf(UnusableLogError);
      expect(error.message).toMatch(/refuses user or password/);
    }
    peer.refuses = undefined;
    expect(await opened(peer).lastPosition()).toBeUndefined();
  });
});
