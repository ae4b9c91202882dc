import * as fc from 'fast-check';
import { PROJECTIONS } from '../../projections/all';
import type { ReadDatabase } from '../../projections/database';
import { ReadScope } from '../../src/api/read-scope';
import type { ReadSources } from '../../src/api/read-sources';
import {
  behindAll,
  countReleased,
  type ReleasedPlace,
  type ReleasePoint,
  releasedPlaces,
} from '../../src/api/released-events';
import { visibleEvents } from '../../src/api/visible-events';
import { everythingUpTo } from '../../src/domain/as-of';
import { type Audience, EVERYTHING, includesMunicipality } from '../../src/domain/audience';
import type { EventType, RecordedEvent } from '../../src/domain/events';
import { includesSubject, isReleasedTo, releaseSubjects, releasesOf } from '../../src/domain/releases';
import { isShown } from '../../src/domain/verdicts';
import { historyOf, noted, opened, published, record, registered } from '../support/events';
import { KADER } from '../support/frameworks';
import { randomHistory } from '../support/random-history';
import { applyTo, emptyReadModels } from '../support/read-models';

const AUDIENCES: Readonly<Record<string, Audience>> = {
  everybody: [],
  inspectorate: [{ ...EVERYTHING, inspectorates: ['A'] }],
  municipality: [{ ...EVERYTHING, municipalities: ['GM1930'] }],
  'framework of a municipality': [{ inspectorates: null, municipalities: ['GM0935'], frameworks: ['ANDER'] }],
  'all of it': [EVERYTHING],
};

/** A random log with two inspectorates, of which some conclude in confidence, and assessments change hands. */
const logs = fc
  .tuple(randomHistory, fc.integer({ min: 1, max: 7 }))
  .map(([{ log }, seed]) => log.map((event) => withInspectorates(event, seed)));

function withInspectorates(event: RecordedEvent, seed: number): RecordedEvent {
  const assessor = (event.position * seed) % 3 === 0 ? 'A' : 'B';
  if (event.type === 'AssessmentOpened') return { ...event, data: { ...event.data, assessor } };
  if (event.type === 'AssessmentCorrected') return { ...event, data: { ...event.data, assessor } };
  if (event.type === 'AssessmentConcluded')
    return { ...event, data: { ...event.data, public: (event.position * seed) % 4 !== 0 } };
  return event;
}

/** Follows the log for an audience as it grows, in pages of that size. */
class Follower {
  readonly got: ReleasedPlace[] = [];
  readonly #page: number;
  readonly #types: readonly EventType[] | null;

  constructor(page: number, types: readonly EventType[] | null = null) {
    this.#page = page;
    this.#types = types;
  }

  async goOn(scope: ReadScope): Promise<void> {
    for (;;) {
      const last = this.got.at(-1) ?? { from: 0, position: 0 };
      const places = await releasedPlaces(scope, last, { stream: null, types: this.#types }, this.#page);
      this.got.push(...places);
      if (places.length < this.#page) return;
    }
  }
}

/** What is read, of a log that is in memory. */
function sourcesOf(database: ReadDatabase, log: readonly RecordedEvent[]): Omit<ReadSources, 'position'> {
  return {
    database,
    now: () => new Date(),
    grown: async () => true,
    async *readStream(stream, from) {
      yield log.filter((event) => event.stream === stream && event.revision >= from);
    },
  };
}

describe('Whoever follows the log', () => {
  it.each(Object.keys(AUDIENCES))(
    'for %s gets each event once, in an order that stays, and misses none that is there in the end',
    async (name) => {
      const audience = AUDIENCES[name] ?? [];
      await fc.assert(
        fc.asyncProperty(logs, fc.integer({ min: 1, max: 5 }), async (log, page) => {
          const database = emptyReadModels(PROJECTIONS);
          let position = 0;
          const scope = () =>
            new ReadScope({ ...sourcesOf(database, log), position: () => position }, audience);
          const types: EventType[] = ['FindingRecorded', 'ApproachRegistered'];
          const [follower, picky] = [new Follower(page), new Follower(page, types)];
          for (const event of log) {
            applyTo(database, PROJECTIONS, [event]);
            position = event.position;
            await follower.goOn(scope());
            await picky.goOn(scope());
          }
          const late = new Follower(100);
          await late.goOn(scope());
          database.close();

          const positions = follower.got.map((place) => place.position);
          expect(late.got).toEqual(follower.got);
          expect(new Set(positions).size).toBe(positions.length);
          expect([...positions].sort((a, b) => a - b)).toEqual(expectedPositions(log, audience));
          expect(picky.got).toEqual(
            follower.got.filter((place) =>
              types.some((type) => type === log.find((event) => event.position === place.position)?.type),
            ),
          );
        }),
        { numRuns: 20 },
      );
    },
  );
});

describe('How many events are there behind a place', () => {
  it.each(Object.keys(AUDIENCES))('for %s is how many then come, up to any position', async (name) => {
    await fc.assert(
      fc.asyncProperty(logs, fc.nat(), async (log, part) => {
        const database = emptyReadModels(PROJECTIONS);
        applyTo(database, PROJECTIONS, log);
        const last = log.at(-1)?.position ?? 0;
        const scope = new ReadScope(
          { ...sourcesOf(database, log), position: () => last },
          AUDIENCES[name] ?? [],
        );
        const upTo = last === 0 ? 0 : part % (last + 1);
        for (const types of [null, ['FindingRecorded', 'AssessmentConcluded'] as EventType[]]) {
          const places = await releasedPlaces(scope, behindAll(0), { stream: null, types }, 1_000);
          const begin = [behindAll(0), behindAll(upTo), ...places];
          for (const behind of begin) {
            const then = places.filter((place) => place.from <= upTo && comesBehind(place, behind));
            expect(await countReleased(scope, behind, { types }, upTo)).toBe(then.length);
          }
        }
        database.close();
      }),
      { numRuns: 20 },
    );
  });

  const comesBehind = (one: ReleasePoint, other: ReleasePoint): boolean =>
    one.from > other.from || (one.from === other.from && one.position > other.position);
});

describe('Reading on behind a place', () => {
  const others: Audience = [{ ...EVERYTHING, inspectorates: ['A'] }];
  /** The draft of another inspectorate, and behind it one event that is there for everybody. */
  const log = [
    ...record([
      registered(),
      opened('2015', { reference: '2015', assessor: 'B' }),
      ...Array.from({ length: 1_600 }, (_, index) => noted('2015', `ontwikkeling ${index}`)),
    ]),
    ...record([published(KADER)], { stream: 'framework-KADER' }).map((event) => ({
      ...event,
      position: 1_603,
    })),
  ];
  let database: ReadDatabase;
  const scope = (audience: Audience) =>
    new ReadScope({ ...sourcesOf(database, log), position: () => 1_603 }, audience);
  const find = (audience: Audience, types: EventType[] | null) =>
    releasedPlaces(scope(audience), { from: 0, position: 0 }, { stream: null, types }, 10);
  beforeAll(() => {
    database = emptyReadModels(PROJECTIONS);
    applyTo(database, PROJECTIONS, log);
  });
  afterAll(() => database.close());

  it.each([
    ['everybody', [], null],
    ['everybody', [], ['FrameworkPublished'] as EventType[]],
    ['another inspectorate', others, ['FrameworkPublished'] as EventType[]],
    ['all of it', [EVERYTHING], ['FrameworkPublished'] as EventType[]],
  ])('looks through nothing that is not for %s: types %j', async (_, audience, types) => {
    const before = database.statementCount;
    expect((await find(audience, types)).map(({ position }) => position).at(-1)).toBe(1_603);
    expect(database.statementCount - before).toBeLessThan(5);
  });

  it('lets others be served while it looks through what is not there for who reads', async () => {
    let served = 0;
    const serve = (): void => {
      served += 1;
      timer = setImmediate(serve);
    };
    let timer = setImmediate(serve);
    const found = await find(others, null);
    clearImmediate(timer);
    expect(found.map(({ position }) => position)).toEqual([1, 1_603]);
    expect(served).toBeGreaterThanOrEqual(1);
  });
});

/** Those of frameworks, and of each approach that is there what its history shows, or has shown at some moment. */
function expectedPositions(log: readonly RecordedEvent[], audience: Audience): number[] {
  const positions: number[] = [];
  for (const [stream, events] of Map.groupBy(log, (event) => event.stream)) {
    if (stream.startsWith('framework-')) {
      positions.push(...events.map(({ position }) => position));
      continue;
    }
    const history = historyOf(events);
    const { municipality = '' } = history.registration ?? {};
    const isThere = (upTo: number): boolean =>
      includesMunicipality(audience, municipality) ||
      history.assessments.some((one) => isShown(history, one, everythingUpTo(upTo, audience)));
    const from = new Map<number, number>();
    for (const { position: upTo } of events) {
      const shown = isThere(upTo) ? visibleEvents(history, everythingUpTo(upTo, audience)) : [];
      for (const { position } of shown) if (!from.has(position)) from.set(position, upTo);
    }
    positions.push(...from.keys());
    const isWithin = (subject: number): boolean =>
      releaseSubjects(history).some((one) => one.position === subject && includesSubject(audience, one));
    const released = releasesOf(history).filter((release) => isReleasedTo(release, isWithin));
    expect(released).toHaveLength(from.size);
    expect(new Map(released.map((release) => [release.fact.position, release.from]))).toEqual(from);
  }
  return positions.sort((a, b) => a - b);
}
