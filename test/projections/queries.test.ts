import { PROJECTIONS } from '../../projections/all';
import { approachesByKey, approachPage, streamOfDocument, textsAt } from '../../projections/approaches';
import { commands, streamOfCommand } from '../../projections/commands';
import { type EventFilter, eventPlaces, positionRecordedBy, revisionAt } from '../../projections/event-index';
import { frameworkCodes, frameworkLine } from '../../projections/frameworks';
import { improvementPointPlaces } from '../../projections/improvement-points';
import { yearsOfApproaches } from '../../projections/trend';
import type { DomainEvent, RecordedEvent } from '../../src/domain/events';
import { approachStream } from '../../src/domain/streams';
import {
  assessment,
  DIGEST,
  followUp,
  id,
  imported,
  published,
  record,
  registered,
  revised,
  withdrawn,
} from '../support/events';
import { ANDER, EQUIVALENTS, KADER, KADER_2 } from '../support/frameworks';
import { applyTo, emptyReadModels } from '../support/read-models';

const KEYS = [
  { municipality: 'GM0935', slug: 'b' },
  { municipality: 'GM0935', slug: 'a' },
  { municipality: 'GM0363', slug: 'z' },
];

const log: RecordedEvent[] = [];
function append(stream: string, recordedAt: string, events: readonly DomainEvent[]): void {
  const revision = log.filter((event) => event.stream === stream).length;
  for (const event of record(events, { stream, recordedAt, after: revision }))
    log.push({ ...event, position: log.length + 1 });
}

append('framework-KADER', '2016-01-01T00:00:00.000Z', [published(KADER)]);
append('framework-ANDER', '2016-01-01T00:00:00.000Z', [published(ANDER)]);
const UP_TO_FIRST_DAY = 2;
KEYS.forEach(({ municipality, slug }, day) => {
  append(approachStream(municipality, slug), `2016-01-0${day + 2}T00:00:00.000Z`, [
    registered({ municipality, slug }),
    imported(day === 1 ? {} : { digest: String(day).repeat(64) }),
    ...assessment(`${slug} 2013`, '2013', null, { '1.1.1': '✗', '2.2.1': '✗' }),
  ]);
});
const BEFORE_REVISION = log.length;
append('framework-KADER', '2016-02-01T00:00:00.000Z', [revised(KADER_2, EQUIVALENTS)]);
append(approachStream('GM0935', 'a'), '2016-02-01T00:00:00.000Z', [
  ...followUp('a 2014', '2014', null, { '1.1.1': '✓' }),
  withdrawn('a 2013 2.2.1'),
]);

const database = emptyReadModels(PROJECTIONS);
applyTo(database, PROJECTIONS, log);
afterAll(() => database.close());

describe('The commands', () => {
  const event = log.at(-1) as RecordedEvent;
  const by = (correlationId: string, stream: string) => ({
    ...event,
    stream,
    metadata: { ...event.metadata, correlationId },
  });
  const own = emptyReadModels([commands]);
  applyTo(own, [commands], [by(id('first'), 'framework-A'), by(id('first'), 'framework-A')]);
  applyTo(own, [commands], [by(id('second'), 'framework-B'), by(id('first'), 'framework-C')]);
  afterAll(() => own.close());

  it('are known by the stream that they wrote to, the first one where there are more', () => {
    expect([id('first'), id('second'), id('third')].map((one) => streamOfCommand(own, one))).toEqual([
      'framework-A',
      'framework-B',
      null,
    ]);
  });
});

describe('The event index', () => {
  const all: EventFilter = { after: 0, upTo: log.length, types: null, stream: null, limit: 1_000 };
  const positions = (filter: Partial<EventFilter>) =>
    eventPlaces(database, { ...all, ...filter }).map(({ position }) => position);
  const where = (wanted: (event: RecordedEvent) => boolean) =>
    log.filter(wanted).map(({ position }) => position);

  it('gives every event with its place, in the order of the log', () => {
    expect(eventPlaces(database, all)).toEqual(
      log.map(({ position, stream, revision }) => ({ position, stream, revision })),
    );
  });

  it('knows the revision of a stream at a position', () => {
    const stream = approachStream('GM0935', 'a');
    const own = log.filter((event) => event.stream === stream);
    expect(own.map(({ position }) => revisionAt(database, stream, position))).toEqual(
      own.map(({ revision }) => revision),
    );
    expect(revisionAt(database, stream, (own[0]?.position ?? 0) - 1)).toBe(-1);
    expect(revisionAt(database, 'approach-GM0935-nergens', log.length)).toBe(-1);
  });

  it('gives pages behind a position and up to another', () => {
    expect(positions({ after: 3, limit: 2 })).toEqual([4, 5]);
    expect(positions({ after: 3, upTo: 4 })).toEqual([4]);
    expect(positions({ after: log.length })).toEqual([]);
  });

  it('gives those of some types, of one stream, or both', () => {
    const stream = approachStream('GM0935', 'a');
    expect(positions({ types: ['FindingRecorded', 'FrameworkRevised'] })).toEqual(
      where(({ type }) => type === 'FindingRecorded' || type === 'FrameworkRevised'),
    );
    expect(positions({ stream })).toEqual(where((event) => event.stream === stream));
    expect(positions({ stream, types: ['FindingRecorded'] })).toEqual(
      where((event) => event.stream === stream && event.type === 'FindingRecorded'),
    );
    expect(positions({ types: ['CommitmentMade'] })).toEqual([]);
    expect(positions({ types: [] })).toEqual([]);
    expect(positions({ stream: 'niemand' })).toEqual([]);
  });

  it('leads from an instant to the last position recorded by then', () => {
    expect(positionRecordedBy(database, '2015-12-31T23:59:59.999Z')).toBe(0);
    expect(positionRecordedBy(database, '2016-01-01T00:00:00.000Z')).toBe(UP_TO_FIRST_DAY);
    expect(positionRecordedBy(database, '2016-01-01T23:59:59.999Z')).toBe(UP_TO_FIRST_DAY);
    expect(positionRecordedBy(database, '2016-01-31T00:00:00.000Z')).toBe(BEFORE_REVISION);
    expect(positionRecordedBy(database, '2030-01-01T00:00:00.000Z')).toBe(log.length);
  });
});

describe('The frameworks', () => {
  it('are those known up to a position', () => {
    expect(frameworkCodes(database, log.length)).toEqual(['ANDER', 'KADER']);
    expect(frameworkCodes(database, 1)).toEqual(['KADER']);
    expect(frameworkCodes(database, 0)).toEqual([]);
  });

  it('have the versions known up to a position', () => {
    expect(frameworkLine(database, 'KADER', BEFORE_REVISION).latest).toEqual(KADER);
    const line = frameworkLine(database, 'KADER', log.length);
    expect(line.latest).toEqual(KADER_2);
    expect(line.lineOf(2, '1.1.2')).toBe(line.lineOf(1, '1.1.1'));
    expect(frameworkLine(database, 'NIEMAND', log.length).latest).toBeUndefined();
    // Whatever was asked before.
    expect(frameworkLine(database, 'KADER', BEFORE_REVISION).latest).toEqual(KADER);
    expect(frameworkLine(database, 'KADER', log.length).latest).toEqual(KADER_2);
    expect(frameworkLine(database, 'KADER', 0).latest).toBeUndefined();
    expect(frameworkLine(database, 'KADER', BEFORE_REVISION + 1).latest).toEqual(KADER_2);
  });
});

describe('The approaches', () => {
  const keys = (page: readonly { municipality: string; slug: string }[]) =>
    page.map(({ municipality, slug }) => `${municipality}/${slug}`);
  const first = { after: null, municipality: null, limit: 10 };

  it('come in pages, in order of municipality and slug', () => {
    expect(keys(approachPage(database, first))).toEqual(['GM0363/z', 'GM0935/a', 'GM0935/b']);
    expect(keys(approachPage(database, { ...first, limit: 2 }))).toEqual(['GM0363/z', 'GM0935/a']);
    expect(keys(approachPage(database, { ...first, after: { municipality: 'GM0935', slug: 'a' } }))).toEqual([
      'GM0935/b',
    ]);
    expect(keys(approachPage(database, { ...first, municipality: 'GM0935' }))).toEqual([
      'GM0935/a',
      'GM0935/b',
    ]);
    expect(approachPage(database, { ...first, municipality: 'GM9999' })).toEqual([]);
  });

  it('are found by their keys, those that are there', () => {
    const found = approachesByKey(database, ['GM0935/b', 'GM0363/z', 'GM0363/niemand', 'GM0935']);
    expect([...found.keys()].sort()).toEqual(['GM0363/z', 'GM0935/b']);
    expect(found.get('GM0363/z')?.history.assessments).toHaveLength(1);
  });

  it('keep their texts by position', () => {
    const own = log.filter(({ stream }) => stream === approachStream('GM0935', 'a'));
    const [first, second] = own.map(({ position }) => position);
    const last = own.at(-1)?.position ?? 0;
    const texts = textsAt(database, [last, second ?? 0, first ?? 0, Number.MAX_SAFE_INTEGER]);
    expect([first, second, last].map((position) => texts.get(position ?? 0))).toEqual([
      undefined,
      'Factsheet',
      undefined,
    ]);
    expect(texts.has(Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(textsAt(database, [])).toEqual(new Map());
    expect(database.get('SELECT text, reason FROM texts WHERE position = ?', last)).toEqual({
      text: null,
      reason: 'Ten onrechte.',
    });
  });

  it('are found by a document of theirs', () => {
    expect(streamOfDocument(database, DIGEST)).toBe(approachStream('GM0935', 'a'));
    expect(streamOfDocument(database, 'ff'.repeat(32))).toBeNull();
  });
});

describe('The improvement points', () => {
  const all = { after: null, municipality: null, status: null, orConfidential: false, limit: 10 };
  const places = (filter: Partial<Parameters<typeof improvementPointPlaces>[1]>) =>
    improvementPointPlaces(database, { ...all, ...filter }).map(
      ({ municipality, slug, revision }) => `${municipality}/${slug} ${revision}`,
    );

  it('come in pages, in order of approach and of when they were opened', () => {
    const every = ['GM0363/z 4', 'GM0363/z 6', 'GM0935/a 4', 'GM0935/a 6', 'GM0935/b 4', 'GM0935/b 6'];
    expect(places({})).toEqual(every);
    expect(places({ limit: 2, after: { municipality: 'GM0363', slug: 'z', revision: 6 } })).toEqual(
      every.slice(2, 4),
    );
  });

  it('are found by municipality and by the status they have now; one that is gone has none', () => {
    expect(places({ municipality: 'GM0363', status: 'OPEN' })).toEqual(['GM0363/z 4', 'GM0363/z 6']);
    expect(places({ status: 'RESOLVED' })).toEqual(['GM0935/a 4']);
    expect(places({ municipality: 'GM0935', status: 'OPEN' })).toEqual(['GM0935/b 4', 'GM0935/b 6']);
  });
});

describe('The years of the approaches', () => {
  it('are those of every approach under a framework, in order', () => {
    const rows = [...yearsOfApproaches(database, 'KADER', null)];
    expect(rows.map(({ municipality, years }) => [municipality, years.map(({ year }) => year)])).toEqual([
      ['GM0363', [2013]],
      ['GM0935', [2013, 2014]],
      ['GM0935', [2013]],
    ]);
    expect([...yearsOfApproaches(database, 'ANDER', null)]).toEqual([]);
  });
});
