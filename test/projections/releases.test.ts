import * as fc from 'fast-check';
import { PROJECTIONS } from '../../projections/all';
import type { ReadDatabase } from '../../projections/database';
import {
  type ReleaseFilter,
  type ReleaseRow,
  releasePage,
  releasesOfEvent,
} from '../../projections/releases';
import type { EventType, RecordedEvent } from '../../src/domain/events';
import { releasesOf } from '../../src/domain/releases';
import { historyOf } from '../support/events';
import { randomHistory } from '../support/random-history';
import { applyTo, emptyReadModels } from '../support/read-models';

type Wanted = Omit<ReleaseFilter, 'after' | 'limit'>;
type Expected = ReleaseRow & { readonly type: EventType };

/** All releases of the events of a log, one by one, in their order. */
function expectedOf(log: readonly RecordedEvent[]): Expected[] {
  const releases = [...Map.groupBy(log, ({ stream }) => stream)].flatMap(([stream, events]) => {
    if (!stream.startsWith('approach-'))
      return events.map(({ position, revision, type }) => ({
        ...{ from: position, position, stream, revision, type },
        ...{ within: [], outside: [] },
      }));
    return releasesOf(historyOf(events)).map(({ fact: { position, revision }, from, within, outside }) => {
      const { type } = events[revision] as RecordedEvent;
      return { from, position, stream, revision, type, within, outside };
    });
  });
  return releases.sort((a, b) => a.from - b.from || a.position - b.position);
}

function isWanted({ from, type, stream, within }: Expected, wanted: Wanted): boolean {
  return (
    from <= wanted.upTo &&
    (wanted.types?.includes(type) ?? true) &&
    stream === (wanted.stream ?? stream) &&
    (within.length === 0 || !wanted.isPublic)
  );
}

/** Goes through all that is wanted in pages of that size. */
function walk(database: ReadDatabase, wanted: Wanted, limit: number): ReleaseRow[] {
  const found: ReleaseRow[] = [];
  for (;;) {
    const after = found.at(-1) ?? { from: 0, position: 0 };
    const page = releasePage(database, { ...wanted, after, limit });
    found.push(...page);
    if (page.length < limit) return found;
  }
}

describe('The releases', () => {
  it('come for any log, filter and size of page in their order, each once', () => {
    let rows = 0;
    fc.assert(
      fc.property(randomHistory, fc.integer({ min: 1, max: 9 }), fc.nat(), ({ log }, limit, cut) => {
        const database = emptyReadModels(PROJECTIONS);
        const middle = cut % log.length;
        applyTo(database, PROJECTIONS, log.slice(0, middle));
        applyTo(database, PROJECTIONS, log.slice(middle));
        const expected = expectedOf(log);
        const streams = [null, ...new Set(log.map(({ stream }) => stream))];
        const types: (EventType[] | null)[] = [
          null,
          ['FindingRecorded'],
          ['AssessmentConcluded', 'FindingRecorded'],
        ];
        for (const stream of streams)
          for (const some of types)
            for (const isPublic of [false, true])
              for (const upTo of [log.length, middle]) {
                const wanted = { stream, types: some, isPublic, upTo };
                const found = walk(database, wanted, limit);
                expect(found).toEqual(
                  expected.filter((one) => isWanted(one, wanted)).map(({ type: _, ...row }) => row),
                );
                rows += found.length;
              }
        for (const { stream, revision, position } of log)
          expect(releasesOfEvent(database, { stream, revision, position })).toEqual(
            expected.filter((one) => one.position === position).map(({ type: _, ...row }) => row),
          );
        database.close();
      }),
      { numRuns: 15 },
    );
    expect(rows).toBeGreaterThan(0);
  });
});
