import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidEventError, type RecordedEvent, SCHEMA_VERSION } from '../../src/domain/events';
import {
  EventIdTakenError,
  type EventStore,
  LogClosedError,
  type NewEvent,
  WrongExpectedRevisionError,
} from '../../src/event-store/event-store';
import { checkAgainstModel } from './model';
import { collect, type Events, ids, sampleEvent, sampleEvents, uniqueStream } from './sample-events';

/** A log for one test. It need not be empty, and others may append to it meanwhile. */
export interface OpenedLog {
  readonly store: EventStore;
  /** Closes the store and opens the same log again, as a restarted process would. */
  reopen(): Promise<EventStore>;
  /** Puts an event behind those of the stream that the catalogue does not know. */
  appendUnknown(stream: string): Promise<void>;
  /** Closes what is open and removes what can be removed. */
  dispose(): Promise<void>;
}

/** What an engine cannot do, each with the reason why its test is skipped. */
export interface Limits {
  readonly eventIdTaken?: string;
  readonly ownClock?: string;
}

/** The promises of {@link EventStore}, as tests: the same for every adapter. */
export function describeEventStoreContract(
  engine: string,
  open: (options: { now?: () => Date }) => Promise<OpenedLog>,
  limits: Limits = {},
): void {
  describe(`The event store on ${engine}`, () => {
    let log: OpenedLog;
    let store: EventStore;
    let stream: string;
    let clock: () => Date;

    beforeEach(async () => {
      clock = () => new Date();
      log = await open({ now: () => clock() });
      store = log.store;
      stream = uniqueStream();
    });
    afterEach(() => log.dispose());

    const read = (name = stream, from?: number) => collect(store.readStream(name, from));
    const append = (events: Events, name = stream) =>
      store.append(name, events, 'STREAM_EXISTS').catch(() => store.append(name, events, 'NO_STREAM'));

    describe('order', () => {
      it('gives the events of a stream back as they were appended, by revision from 0', async () => {
        const first = sampleEvents(2);
        const second = sampleEvents(1);
        const one = await store.append(stream, first, 'NO_STREAM');
        const two = await store.append(stream, second, 1);

        const events = await read();
        expect(events.map(({ id, type, data }) => ({ id, type, data }))).toEqual(
          [...first, ...second].map(({ id, type, data }) => ({ id, type, data })),
        );
        expect(events.map(({ metadata: { recordedAt, ...given } }) => given)).toEqual(
          [...first, ...second].map(({ metadata }) => metadata),
        );
        expect(events.map((event) => event.revision)).toEqual([0, 1, 2]);
        expect(events.every((event) => event.stream === stream)).toBe(true);
        expect(one).toEqual({ revision: 1, position: events[1]?.position });
        expect(two).toEqual({ revision: 2, position: events[2]?.position });
      });

      it('reads a stream from a revision, and nothing behind its end or of a stream that is not there', async () => {
        const events = sampleEvents(5);
        await store.append(stream, events, 'NO_STREAM');
        expect(ids(await read(stream, 3))).toEqual(ids(events.slice(3)));
        expect(await read(stream, 5)).toEqual([]);
        expect(await read(uniqueStream())).toEqual([]);
      });

      it('keeps one order over all streams, which each stream follows', async () => {
        const before = await store.lastPosition();
        const other = uniqueStream();
        const appended: Events[] = [];
        for (let round = 0; round < 6; round += 1) {
          const events = sampleEvents(2);
          appended.push(events);
          await append(events, round % 2 === 0 ? stream : other);
        }
        const all = (await collect(store.readAll(before))).filter(among(stream, other));
        expect(ids(all)).toEqual(ids(appended.flat()));
        expect(isIncreasing(all.map((event) => event.position))).toBe(true);
        expect(all.filter(among(other))).toEqual(await read(other));
      });

      it('reads a log of several pages exactly, and from any position exactly the rest', async () => {
        const before = await store.lastPosition();
        await store.append(stream, sampleEvents(1_300), 'NO_STREAM');
        const all = (await collect(store.readAll(before))).filter(among(stream));
        expect(all.map((event) => event.revision)).toEqual(Array.from({ length: 1_300 }, (_, i) => i));
        for (const index of [0, 498, 499, 500, 777, 1_298, 1_299]) {
          const rest = (await collect(store.readAll(all[index]?.position))).filter(among(stream));
          expect(rest.map((event) => event.revision)).toEqual(
            all.slice(index + 1).map((event) => event.revision),
          );
        }
      });

      it('tells the position of the last event', async () => {
        const { position } = await store.append(stream, sampleEvents(3), 'NO_STREAM');
        expect(await store.lastPosition()).toBeGreaterThanOrEqual(position);
        expect((await collect(store.readAll(position))).filter(among(stream))).toEqual([]);
      });

      const itWithOurClock = (name: string, test: () => Promise<void>) =>
        limits.ownClock === undefined ? it(name, test) : it.skip(`${name} (${limits.ownClock})`, test);

      itWithOurClock(
        'gives all events of an append one instant, and later ones a later instant also when the clock goes back',
        async () => {
          const instants = [
            '2030-01-01T10:00:00.000Z',
            '2029-12-31T23:00:00.000Z',
            '2029-12-31T23:00:00.000Z',
            '2030-01-01T10:00:00.002Z',
            '2030-01-01T11:00:00.000Z',
          ];
          for (const [index, instant] of instants.entries()) {
            clock = () => new Date(instant);
            await store.append(stream, sampleEvents(2), index === 0 ? 'NO_STREAM' : 'STREAM_EXISTS');
          }
          const recorded = (await read()).map((event) => event.metadata.recordedAt);
          const each = ['10:00:00.000', '10:00:00.001', '10:00:00.002', '10:00:00.003', '11:00:00.000'];
          expect(recorded).toEqual(each.flatMap((time) => [`2030-01-01T${time}Z`, `2030-01-01T${time}Z`]));
        },
      );

      itWithOurClock('sets recordedAt itself, also of an event that has one from elsewhere', async () => {
        clock = () => new Date('2030-01-01T10:00:00.000Z');
        const { metadata, ...event } = sampleEvent();
        const elsewhere = { recordedAt: '2020-01-01T00:00:00.000Z', ...metadata };
        await store.append(stream, [{ ...event, metadata: elsewhere } as NewEvent], 'NO_STREAM');
        expect((await read()).map(({ metadata }) => metadata)).toEqual([
          { ...metadata, recordedAt: '2030-01-01T10:00:00.000Z' },
        ]);
      });

      itWithOurClock('takes recordedAt on over a restart too', async () => {
        clock = () => new Date('2030-01-01T10:00:00.000Z');
        await store.append(stream, sampleEvents(1), 'NO_STREAM');
        clock = () => new Date('2029-01-01T10:00:00.000Z');
        store = await log.reopen();
        await store.append(stream, sampleEvents(1), 'STREAM_EXISTS');
        expect((await read()).map((event) => event.metadata.recordedAt)).toEqual([
          '2030-01-01T10:00:00.000Z',
          '2030-01-01T10:00:00.001Z',
        ]);
      });
    });

    describe('durability', () => {
      it('has every acknowledged event after a restart', async () => {
        const events = sampleEvents(3);
        await store.append(stream, events, 'NO_STREAM');
        const before = await read();
        store = await log.reopen();
        expect(await read()).toEqual(before);
      });

      it('finishes the appends under way when it is closed', async () => {
        const events = sampleEvents(3);
        const underWay = store.append(stream, events, 'NO_STREAM');
        store = await log.reopen();
        expect((await underWay).revision).toBe(2);
        expect(ids(await read())).toEqual(ids(events));
      });

      it('can be closed twice, and refuses every call from then on', async () => {
        await store.append(stream, sampleEvents(1), 'NO_STREAM');
        await Promise.all([store.close(), store.close()]);
        await store.close();
        await expect(store.append(stream, sampleEvents(1), 0)).rejects.toThrow(LogClosedError);
        await expect(read()).rejects.toThrow(LogClosedError);
        await expect(collect(store.readAll())).rejects.toThrow(LogClosedError);
        await expect(store.lastPosition()).rejects.toThrow(LogClosedError);
      });
    });

    describe('optimistic concurrency', () => {
      it('refuses a second NO_STREAM', async () => {
        const first = sampleEvents(1);
        await store.append(stream, first, 'NO_STREAM');
        await expect(store.append(stream, sampleEvents(1), 'NO_STREAM')).rejects.toThrow(
          new WrongExpectedRevisionError(stream, 'NO_STREAM', 0),
        );
        expect(ids(await read())).toEqual(ids(first));
      });

      it('refuses STREAM_EXISTS and any revision for a stream that is not there', async () => {
        for (const expected of ['STREAM_EXISTS', 0, 7] as const) {
          const error = await store.append(stream, sampleEvents(1), expected).catch((caught) => caught);
          expect(error).toBeInstanceOf(WrongExpectedRevisionError);
          expect(error).toMatchObject({ stream, expected, actual: undefined });
        }
        expect(await read()).toEqual([]);
      });

      it('appends with STREAM_EXISTS wherever the stream is', async () => {
        await store.append(stream, sampleEvents(4), 'NO_STREAM');
        expect((await store.append(stream, sampleEvents(1), 'STREAM_EXISTS')).revision).toBe(4);
      });

      it('refuses a stale append whole, tells the actual revision and leaves nothing behind', async () => {
        const before = await store.lastPosition();
        const kept = sampleEvents(3);
        await store.append(stream, kept, 'NO_STREAM');
        for (const expected of [0, 1, 3]) {
          const error = await store.append(stream, sampleEvents(2), expected).catch((caught) => caught);
          expect(error).toBeInstanceOf(WrongExpectedRevisionError);
          expect(error).toMatchObject({ stream, expected, actual: 2 });
        }
        expect(ids(await read())).toEqual(ids(kept));
        expect(ids((await collect(store.readAll(before))).filter(among(stream)))).toEqual(ids(kept));
        expect((await store.append(stream, sampleEvents(1), 2)).revision).toBe(3);
      });

      it('lets exactly one of 50 parallel appends at one revision succeed, whole', async () => {
        await store.append(stream, sampleEvents(1), 'NO_STREAM');
        const attempts = Array.from({ length: 50 }, () => sampleEvents(3));
        const outcomes = await Promise.allSettled(attempts.map((events) => store.append(stream, events, 0)));

        const winners = attempts.filter((_, index) => outcomes[index]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected')
            expect(outcome.reason).toBeInstanceOf(WrongExpectedRevisionError);
        }
        expect(ids(await read()).slice(1)).toEqual(ids(winners.flat()));
      });

      it('lets parallel appends to many streams all succeed, each append in one piece', async () => {
        const before = await store.lastPosition();
        const streams = Array.from({ length: 40 }, uniqueStream);
        const results = await Promise.all(
          streams.map((name) => store.append(name, sampleEvents(3), 'NO_STREAM')),
        );
        expect(results.map((result) => result.revision)).toEqual(streams.map(() => 2));
        const all = (await collect(store.readAll(before))).filter(among(...streams));
        expect(all).toHaveLength(120);
        expect(isIncreasing(all.map((event) => event.position))).toBe(true);
        for (const name of streams) {
          expect(all.filter(among(name)).map((event) => event.revision)).toEqual([0, 1, 2]);
        }
      });

      it('does not let a refused append disturb those made together with it', async () => {
        const other = uniqueStream();
        const before = await store.append(uniqueStream(), sampleEvents(1), 'NO_STREAM');
        const outcomes = await Promise.allSettled([
          store.append(stream, sampleEvents(2), 'NO_STREAM'),
          store.append(uniqueStream(), sampleEvents(2), 'STREAM_EXISTS'),
          store.append(other, sampleEvents(2), 'NO_STREAM'),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await read()).toHaveLength(2);
        expect(await read(other)).toHaveLength(2);
        const all = await collect(store.readAll(before.position));
        expect(all.filter(among(stream, other))).toHaveLength(4);
      });
    });

    describe('idempotence', () => {
      it('answers a repeated append as it did the first time and adds nothing', async () => {
        const events = sampleEvents(3);
        const first = await store.append(stream, events, 'NO_STREAM');
        expect(await store.append(stream, events, 'NO_STREAM')).toEqual(first);
        expect(await read()).toHaveLength(3);
      });

      it('does so after the stream has grown, after a restart, and whatever revision is expected', async () => {
        await store.append(stream, sampleEvents(2), 'NO_STREAM');
        const events = sampleEvents(2);
        const first = await store.append(stream, events, 1);
        await store.append(stream, sampleEvents(2), 3);
        store = await log.reopen();
        for (const expected of ['NO_STREAM', 'STREAM_EXISTS', 0, 1, 3, 5, 99] as const) {
          expect(await store.append(stream, events, expected)).toEqual(first);
        }
        expect(await read()).toHaveLength(6);
      });

      it('stores appends of the same events that are made at the same time once, and answers all alike', async () => {
        const events = sampleEvents(2);
        const results = await Promise.all(
          Array.from({ length: 10 }, () => store.append(stream, events, 'NO_STREAM')),
        );
        expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
        expect(ids(await read())).toEqual(ids(events));
      });

      it('refuses an append of which only some events are there, or in another order', async () => {
        const [a, b] = sampleEvents(2) as [NewEvent, NewEvent];
        await store.append(stream, [a, b], 'NO_STREAM');
        for (const overlap of [
          [b, sampleEvent()],
          [sampleEvent(), a],
          [b, a],
        ] as Events[]) {
          for (const expected of [0, 1, 'STREAM_EXISTS'] as const) {
            await expect(store.append(stream, overlap, expected)).rejects.toThrow(WrongExpectedRevisionError);
          }
        }
        expect(ids(await read())).toEqual([a.id, b.id]);
      });

      const taken = 'refuses an event id that stands in another stream, and names that stream';
      if (limits.eventIdTaken !== undefined) {
        it.skip(`${taken} (${limits.eventIdTaken})`, () => {});
      } else {
        it(taken, async () => {
          const there = sampleEvents(1);
          await store.append(stream, there, 'NO_STREAM');
          const other = uniqueStream();
          const error = await store.append(other, [sampleEvent(), ...there], 'NO_STREAM').catch((e) => e);
          expect(error).toBeInstanceOf(EventIdTakenError);
          expect(error).toMatchObject({ id: there[0].id, stream });
          expect(await read(other)).toEqual([]);
          await expect(store.append(other, sampleEvents(1), 'STREAM_EXISTS')).rejects.toThrow(
            WrongExpectedRevisionError,
          );
          expect(await store.append(other, sampleEvents(1), 'NO_STREAM')).toMatchObject({ revision: 0 });
        });
      }
    });

    describe('validity', () => {
      const broken: [string, (event: NewEvent) => unknown][] = [
        ['an unknown type', (event) => ({ ...event, type: 'DevelopmentForgotten' })],
        ['data of another shape', (event) => ({ ...event, data: { text: 'bare' } })],
        [
          'a field that the catalogue does not know',
          (event) => ({ ...event, data: { ...event.data, x: 1 } }),
        ],
        ['metadata without an actor', (event) => ({ ...event, metadata: { ...event.metadata, actor: '' } })],
        [
          'a future schema',
          (event) => ({ ...event, metadata: { ...event.metadata, schemaVersion: SCHEMA_VERSION + 1 } }),
        ],
        ['an id that is no UUID', (event) => ({ ...event, id: 'one' })],
      ];
      it.each(broken)(
        'refuses an event with %s, with all that is appended together with it',
        async (_, spoil) => {
          const events = [sampleEvent(), spoil(sampleEvent()), sampleEvent()] as Events;
          await expect(store.append(stream, events, 'NO_STREAM')).rejects.toThrow(InvalidEventError);
          expect(await read()).toEqual([]);
          await store.append(stream, sampleEvents(1), 'NO_STREAM');
        },
      );

      it('refuses an append without events, and one with the same event twice', async () => {
        const event = sampleEvent();
        await expect(store.append(stream, [event, event], 'NO_STREAM')).rejects.toThrow(InvalidEventError);
        await expect(store.append(stream, [] as unknown as Events, 'NO_STREAM')).rejects.toThrow(
          InvalidEventError,
        );
        expect(await read()).toEqual([]);
      });

      it('stores an event as it is when append is called, whatever happens to it afterwards', async () => {
        const event = sampleEvent('before');
        const appended = store.append(stream, [event], 'NO_STREAM');
        Object.assign(event.data, { text: { text: 'after', salt: 'f'.repeat(32) } });
        await appended;
        expect((await read())[0]?.data).toMatchObject({ text: { text: 'before' } });
      });

      it('refuses half a surrogate pair, which has no UTF-8 form and so no digest', async () => {
        const append = store.append(stream, [sampleEvent('a lone half \ud83d here')], 'NO_STREAM');
        await expect(append).rejects.toThrow('DevelopmentNoted/text');
        expect(await read()).toEqual([]);
      });

      it('gives all events before a corrupt one, and then the error that names it', async () => {
        const [other, corrupt] = [uniqueStream(), uniqueStream()];
        const before = await store.lastPosition();
        const events = sampleEvents(3);
        await store.append(stream, events, 'NO_STREAM');
        // More than are fetched together, and fewer than make a page.
        const begun = sampleEvents(60);
        await store.append(corrupt, begun, 'NO_STREAM');
        await log.appendUnknown(corrupt);
        await store.append(other, sampleEvents(2), 'NO_STREAM');
        const message = new RegExp(`${corrupt} revision 60\\) `);

        for (const [pages, expected] of [
          [store.readAll(before), [...events, ...begun]],
          [store.readStream(corrupt), begun],
          [store.readStream(corrupt, 1), begun.slice(1)],
          [store.subscribeAll(before, new AbortController().signal), [...events, ...begun]],
        ] as const) {
          const { given, error } = await untilError(pages);
          expect(ids(given)).toEqual(ids(expected));
          expect(error).toBeInstanceOf(InvalidEventError);
          expect(error).toHaveProperty('message', expect.stringMatching(message));
        }
      });

      it('gives every text back to the character', async () => {
        const texts = [
          'Één ✓ en één ✗, zonder ﬁguur: İ ß ŉ',
          '👩‍👩‍👧‍👦 🇳🇱 𝔘𝔫𝔦',
          '\n',
          ' \r\n\t\u2028\u2029\ufeff ',
          '',
          '"quoted" \\ and {"json": ["inside"]}, \'sql\'; --',
          'e\u0301 is not é',
          'NUL \u0000 between',
          '\u0001\u001f\u007f\u0080\uffff',
          'x'.repeat(200_000),
        ];
        await store.append(stream, texts.map(sampleEvent) as Events, 'NO_STREAM');
        const stored = (await read()).map((event) => event.data as { text: { text: string } });
        expect(stored.map((data) => data.text.text)).toEqual(texts);
      });
    });

    it('appends 1,000 events at once', async () => {
      const events = sampleEvents(1_000);
      expect((await store.append(stream, events, 'NO_STREAM')).revision).toBe(999);
      expect(ids(await read())).toEqual(ids(events));
    });

    describe('subscriptions', () => {
      it('see exactly the rest when they start again from a saved position', async () => {
        const { position } = await store.append(stream, sampleEvents(700), 'NO_STREAM');
        const rest = sampleEvents(3);
        await store.append(stream, rest, 699);
        store = await log.reopen();
        const events = await follow(store, position, among(stream), (seen) => seen.length >= 3);
        expect(ids(events)).toEqual(ids(rest));
      });

      it('catch up and go on live without a gap or a duplicate while appends go on', async () => {
        const before = await store.lastPosition();
        await store.append(stream, sampleEvents(800), 'NO_STREAM');
        const followed = follow(store, before, among(stream), (seen) => seen.length >= 1_100);
        for (let revision = 799; revision < 1_099; revision += 3) {
          await store.append(stream, sampleEvents(3), revision);
          if (revision % 10 === 0) await sleep(1);
        }
        expect((await followed).map((event) => event.revision)).toEqual(
          Array.from({ length: 1_100 }, (_, revision) => revision),
        );
      });

      it('say with an empty page that they are level, also where there is nothing to read', async () => {
        const { position } = await store.append(stream, sampleEvents(2), 'NO_STREAM');
        const stop = new AbortController();
        const pages = store.subscribeAll(position, stop.signal)[Symbol.asyncIterator]();
        expect(await nextLevel(pages, stream)).toEqual([]);
        const live = sampleEvents(2);
        await store.append(stream, live, 1);
        expect(await nextLevel(pages, stream)).toEqual(ids(live));
        stop.abort();
        expect((await pages.next()).done).toBe(true);
      });

      it('reach a reader that waits, without help of anything but the append', async () => {
        const before = await store.lastPosition();
        const followed = follow(store, before, among(stream), (seen) => seen.length >= 1);
        await sleep(30);
        const events = sampleEvents(1);
        await store.append(stream, events, 'NO_STREAM');
        expect(ids(await followed)).toEqual(ids(events));
      });

      it('do not read ahead of a slow reader, who still gets everything', async () => {
        const before = await store.lastPosition();
        const stop = new AbortController();
        const seen: RecordedEvent[] = [];
        const done = (async () => {
          for await (const page of store.subscribeAll(before, stop.signal)) {
            seen.push(...page.filter(among(stream)));
            await sleep(5);
            if (seen.length >= 60) stop.abort();
          }
        })();
        for (let revision = -1; revision < 59; revision += 1) {
          await store.append(stream, sampleEvents(1), revision < 0 ? 'NO_STREAM' : revision);
        }
        await done;
        expect(seen.map((event) => event.revision)).toEqual(Array.from({ length: 60 }, (_, i) => i));
      });

      it('end when aborted, also while they wait, and at once when aborted before', async () => {
        const position = await store.lastPosition();
        const stop = new AbortController();
        const waiting = collect(store.subscribeAll(position, stop.signal));
        await sleep(20);
        stop.abort();
        await waiting;
        expect(await collect(store.subscribeAll(undefined, stop.signal))).toEqual([]);
      });

      it('end without an error when the store is closed', async () => {
        const waiting = collect(store.subscribeAll(await store.lastPosition(), new AbortController().signal));
        await sleep(20);
        await store.close();
        await waiting;
      });

      it('serve several readers at once, each from its own position', async () => {
        const before = await store.lastPosition();
        const { position } = await store.append(stream, sampleEvents(5), 'NO_STREAM');
        const readers = [
          follow(store, before, among(stream), (seen) => seen.length >= 8),
          follow(store, position, among(stream), (seen) => seen.length >= 3),
        ];
        await store.append(stream, sampleEvents(3), 4);
        expect((await Promise.all(readers)).map((seen) => seen.length)).toEqual([8, 3]);
      });
    });

    it('answers generated sequences of appends as the model does', async () => {
      await checkAgainstModel(() => store, 1);
    });
  });
}

function among(...streams: string[]): (event: RecordedEvent) => boolean {
  const wanted = new Set(streams);
  return (event) => wanted.has(event.stream);
}

function isIncreasing(positions: readonly number[]): boolean {
  return positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? position));
}

/** What is given before the error, and the error. */
async function untilError(
  pages: AsyncIterable<readonly RecordedEvent[]>,
): Promise<{ given: RecordedEvent[]; error: unknown }> {
  const given: RecordedEvent[] = [];
  try {
    for await (const page of pages) given.push(...page);
  } catch (error) {
    return { given, error };
  }
  return { given, error: undefined };
}

/** What a subscription gives until `enough`; a moment longer, so that a duplicate would show. */
async function follow(
  store: EventStore,
  after: number | undefined,
  wanted: (event: RecordedEvent) => boolean,
  enough: (seen: RecordedEvent[]) => boolean,
): Promise<RecordedEvent[]> {
  const stop = new AbortController();
  const seen: RecordedEvent[] = [];
  let ending = false;
  for await (const page of store.subscribeAll(after, stop.signal)) {
    seen.push(...page.filter(wanted));
    if (!ending && enough(seen)) {
      ending = true;
      setTimeout(() => stop.abort(), 20);
    }
  }
  return seen;
}

/** Reads on until the subscription is level, and gives the ids of the stream's events seen meanwhile. */
async function nextLevel(pages: AsyncIterator<readonly RecordedEvent[]>, stream: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { value, done } = await pages.next();
    if (done || value.length === 0) return seen;
    seen.push(...ids(value.filter(among(stream))));
  }
}
