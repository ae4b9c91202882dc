import { InvalidEventError, type PortableEvent, SCHEMA_VERSION } from '../../src/domain/events';
import { approachStream } from '../../src/domain/streams';
import {
  type EventStore,
  LogClosedError,
  LogInUseError,
  LogNotEmptyError,
  WrongExpectedRevisionError,
} from '../../src/event-store/event-store';
import type { OpenedLog } from './contract';
import { collect, ids, sampleEvent, sampleEvents, uniqueStream } from './sample-events';

/** What an engine cannot do, with the reason why its tests are skipped. */
export interface RestoreLimits {
  readonly allOrNone?: string;
}

/** What {@link EventStore.restore} promises, as tests for every adapter. Here each log that is opened must be empty. */
export function describeRestoreContract(
  engine: string,
  open: (options: { now?: () => Date }) => Promise<OpenedLog>,
  limits: RestoreLimits = {},
): void {
  describe(`Restoring a log on ${engine}`, () => {
    let log: OpenedLog;
    let store: EventStore;

    beforeEach(async () => {
      log = await open({ now: () => new Date('2026-06-01T12:00:00.000Z') });
      store = log.store;
    });
    afterEach(() => log.dispose());

    const all = (): Promise<PortableEvent[]> => collect(store.readAll());

    it('gives all events back as they were: ids, revisions, recordedAt and the order over all streams', async () => {
      const events = recorded(1_300);
      const position = await store.restore(inPages(events));
      expect((await all()).map(withoutPosition)).toEqual(events);
      expect(position).toBe(await store.lastPosition());
      store = await log.reopen();
      expect((await all()).map(withoutPosition)).toEqual(events);
    });

    it('leaves a log to which more is appended, no earlier than what was restored', async () => {
      const events = recorded(5, '2027-01-01T00:00:00.000Z');
      await store.restore(inPages(events));
      const last = events.at(-1) as PortableEvent;
      await store.append(last.stream, sampleEvents(1), last.revision);
      expect((await all()).map(({ metadata }) => metadata.recordedAt).at(-1)).toMatch(
        /^2027-01-01T00:00:00\.00[45]Z$/,
      );
    });

    it('knows an append that was made before the log was restored', async () => {
      const [stream, event] = [uniqueStream(), sampleEvent()];
      const metadata = { ...event.metadata, recordedAt: '2026-01-01T00:00:00.000Z' };
      await store.restore(inPages([{ ...event, stream, revision: 0, metadata }]));
      expect(await store.append(stream, [event], 'NO_STREAM')).toMatchObject({ revision: 0 });
      expect(await all()).toHaveLength(1);
    });

    it('restores nothing from nothing', async () => {
      expect(await store.restore(inPages([]))).toBeUndefined();
      expect(await store.lastPosition()).toBeUndefined();
    });

    it('goes on behind a beginning of the same events, and adds nothing to what is whole', async () => {
      const events = recorded(1_300);
      await store.restore(inPages(events.slice(0, 700)));
      const position = await store.restore(inPages(events));
      expect((await all()).map(withoutPosition)).toEqual(events);
      expect(await store.restore(inPages(events))).toBe(position);
      expect(await all()).toHaveLength(1_300);
      const other = recorded(3);
      await expect(store.restore(inPages([...events.slice(0, 700), ...other]))).rejects.toThrow();
      await expect(store.restore(inPages(events.slice(0, 700)))).rejects.toThrow(LogNotEmptyError);
      expect((await all()).map(withoutPosition)).toEqual(events);
    });

    it('leaves a stream that was appended to before where the restored events end', async () => {
      const stream = uniqueStream();
      await store.append(stream, sampleEvents(1), 'NO_STREAM');
      const [first] = await all();
      const [next] = recorded(1, '2099-01-01T00:00:00.000Z');
      const events = [first, { ...next, stream, revision: 1 }] as PortableEvent[];
      await store.restore(inPages(events.map(withoutPosition)));
      await expect(store.append(stream, sampleEvents(1), 0)).rejects.toThrow(WrongExpectedRevisionError);
      expect(await store.append(stream, sampleEvents(1), 1)).toMatchObject({ revision: 2 });
    });

    it('refuses a log that holds other events, and leaves it as it is', async () => {
      const there = sampleEvents(1);
      await store.append(uniqueStream(), there, 'NO_STREAM');
      await expect(store.restore(inPages(recorded(3)))).rejects.toThrow(LogNotEmptyError);
      expect(ids(await all())).toEqual(ids(there));
    });

    it('appends nothing meanwhile', async () => {
      const append = () => store.append(uniqueStream(), sampleEvents(1), 'NO_STREAM');
      async function* pages() {
        yield recorded(1);
        await expect(append()).rejects.toThrow(LogInUseError);
      }
      await store.restore(pages());
      await append();
      expect(await all()).toHaveLength(2);
    });

    const describeAllOrNone = limits.allOrNone === undefined ? describe : describe.skip;
    describeAllOrNone(
      `leaves the log empty${limits.allOrNone === undefined ? '' : ` (${limits.allOrNone})`}`,
      () => {
        const broken: [string, (events: PortableEvent[]) => unknown, string][] = [
          [
            'an unknown type',
            ([, , third]) => Object.assign(third ?? {}, { type: 'Forgotten' }),
            'unknown type',
          ],
          ['a missing revision', (events) => events.splice(2, 1), 'should be revision 1'],
          [
            'an instant before the one that precedes it',
            ([, , third]) => Object.assign(third?.metadata ?? {}, { recordedAt: '2020-01-01T00:00:00.000Z' }),
            'was recorded at 2020-01-01',
          ],
          [
            'an id that is there already',
            ([a, , c]) => Object.assign(c ?? {}, { id: a?.id }),
            'the id of an earlier',
          ],
          [
            'an id that is no UUID',
            ([, , third]) => Object.assign(third ?? {}, { id: 'three' }),
            'not a UUID',
          ],
          [
            'a stream without a name',
            ([, , third]) => Object.assign(third ?? {}, { stream: '', revision: 0 }),
            'proper name',
          ],
        ];
        it.each(broken)('where an event has %s', async (_, spoil, message) => {
          const events = recorded(6);
          spoil(events);
          const error = await store.restore(inPages(events, 1)).catch((caught) => caught);
          expect(error).toBeInstanceOf(InvalidEventError);
          expect(error.message).toContain(message);
          expect(await all()).toEqual([]);
          expect(await store.restore(inPages(recorded(2)))).toBeDefined();
        });

        it('where the events cannot be read to their end', async () => {
          async function* pages() {
            yield recorded(3);
            throw new Error('the tape broke');
          }
          await expect(store.restore(pages())).rejects.toThrow('the tape broke');
          expect(await all()).toEqual([]);
        });

        it('where it is closed on the way', async () => {
          let closed: Promise<void> | undefined;
          async function* pages() {
            yield recorded(1);
            closed = store.close();
            yield recorded(2).slice(1);
          }
          await expect(store.restore(pages())).rejects.toThrow(LogClosedError);
          await closed;
          store = await log.reopen();
          expect(await all()).toEqual([]);
        });
      },
    );
  });
}

/** Valid events over two streams in turn, a millisecond apart. */
function recorded(count: number, from = '2025-03-01T09:00:00.000Z'): PortableEvent[] {
  const revisions = [-1, -1];
  return Array.from({ length: count }, (_, index) => {
    const turn = index % 2;
    revisions[turn] = (revisions[turn] ?? -1) + 1;
    const { metadata, ...event } = sampleEvent(`event ${index}`);
    const recordedAt = new Date(Date.parse(from) + index).toISOString();
    return {
      ...event,
      stream: approachStream('GM0935', `aanpak-${turn}`),
      revision: revisions[turn] ?? 0,
      metadata: { ...metadata, schemaVersion: SCHEMA_VERSION, recordedAt },
    };
  });
}

async function* inPages(
  events: readonly PortableEvent[],
  size = 100,
): AsyncGenerator<readonly PortableEvent[]> {
  for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size);
}

function withoutPosition(event: PortableEvent): PortableEvent {
  const { id, stream, revision, type, data, metadata } = event;
  return { id, stream, revision, type, data, metadata } as PortableEvent;
}
