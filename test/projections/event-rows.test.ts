import { PROJECTIONS } from '../../projections/all';
import { unpackPart } from '../../projections/packed-facts';
import { StoredHistory } from '../../projections/stored-history';
import { EVENT_TYPES, type EventType, type RecordedEvent } from '../../src/domain/events';
import { TEXTS_LEFT_OUT_STREAM } from '../../src/domain/streams';
import { leafHash } from '../../src/ledger/entry';
import {
  assessment,
  DIGEST,
  historyOf,
  published,
  record,
  registered,
  reported,
  STREAM,
} from '../support/events';
import { KADER } from '../support/frameworks';
import { applyTo, changesBetween, dump, emptyReadModels, keysOf } from '../support/read-models';
import { SAMPLES } from '../support/samples';

const KEY = `["GM0935","integrale-aanpak"`;
/** Every event of an approach changes the head of its history. */
const HEAD = '~ approaches [1] head, last_position';
/** What an assessment found, or what followed, changes or comes to be. */
const FOUND = '~ history_parts [3] facts';
const FOUND_LATER = '~ history_parts [8] facts';
const FOLLOWED = '~ history_parts [-1] facts';
/** The framework's event stands before those of the approach, whose first has revision 0. */
const text = (revision: number, words: string | null, reason: string | null = null) =>
  `+ texts ${JSON.stringify({ position: revision + 2, text: words, reason })}`;
const year = (cells: string) => [[2013, 1, cells]];

/** The event itself is there as it is recorded, for those who have the subjects within their limits or for all. */
const released = (position: number, within: string | null = null): string =>
  `+ releases ${position} to ${position} from 0, within ${within}, outside null`;
/** The same, as the events are that stand before it in its stream. */
const releasedFrom = (first: number, position: number): string =>
  `~ releases [0,${first}] {"last":${position}}`;

/**
 * What an event of each type does to the rows of each projection, behind the events of its sample and the
 * framework; a type without a case does not compile. The event index is the same for all, and apart.
 */
const CASES: Readonly<Record<EventType, readonly string[]>> = {
  FrameworkPublished: ['+ framework_events KADER 1', released(1)],
  FrameworkRevised: ['+ framework_events KADER 2', releasedFrom(1, 2)],
  ApproachRegistered: [
    '+ approaches 1',
    '+ history_parts -1',
    '+ release_subjects 2 null',
    released(2, '[[2]]'),
  ],
  FactsheetImported: [
    HEAD,
    `+ documents ${JSON.stringify({ digest: DIGEST, stream: STREAM })}`,
    text(1, 'Factsheet'),
  ],
  AssessmentOpened: [
    HEAD,
    '+ history_parts 3',
    '+ release_subjects 3 Samenwerkend Toezicht Jeugd',
    released(3, '[[3]]'),
    text(1, 'De aanpak.'),
  ],
  SourceConsulted: [HEAD, FOUND, releasedFrom(3, 4)],
  FindingRecorded: [HEAD, FOUND, releasedFrom(3, 4), text(2, 'f')],
  AttentionPointRaised: [HEAD, FOUND, releasedFrom(3, 5), text(3, 'LET OP: a')],
  ImprovementPointIdentified: [
    HEAD,
    FOUND,
    `+ improvement_points ${KEY},3] null`,
    releasedFrom(3, 5),
    text(3, 'p'),
  ],
  DevelopmentNoted: [HEAD, FOUND, releasedFrom(3, 4), text(2, 'Er is een nieuwe regisseur.')],
  AssessmentConcluded: [
    `+ approach_years ${JSON.stringify(year('M---'))}`,
    HEAD,
    released(5),
    '+ releases 2 to 2 from 5, within null, outside [[2]]',
    '+ releases 3 to 4 from 5, within null, outside [[3]]',
  ],
  AssessmentAbandoned: [HEAD, releasedFrom(3, 5), text(3, null, 'Niemand maakt het af.')],
  FollowUpReported: [HEAD, FOLLOWED, releasedFrom(8, 9), text(7, 'Opgepakt.')],
  FollowUpAssessed: [HEAD, FOUND_LATER, released(10, '[[8]]'), text(8, 'j')],
  CommitmentMade: [HEAD, FOLLOWED, releasedFrom(8, 9), text(7, 'c')],
  CommitmentSettled: [HEAD, FOLLOWED, releasedFrom(7, 9), text(7, 'Het convenant is getekend.')],
  FindingCorrected: [
    `~ approach_years ${JSON.stringify(year('M--M'))}`,
    HEAD,
    FOUND,
    `~ improvement_points ${KEY},4] null`,
    releasedFrom(7, 8),
    text(6, 'better', 'Verkeerd overgenomen.'),
  ],
  FindingWithdrawn: [
    `~ approach_years ${JSON.stringify(year('M---'))}`,
    HEAD,
    FOUND,
    `~ improvement_points ${KEY},4] null`,
    releasedFrom(7, 8),
    text(6, null, 'Ten onrechte.'),
  ],
  FollowUpCorrected: [HEAD, FOLLOWED, releasedFrom(7, 9), text(7, 'Afgerond.', 'Verkeerd overgenomen.')],
  AssessmentCorrected: [HEAD, releasedFrom(7, 8), text(6, 'De aanpak.', 'Verkeerd overgenomen.')],
  AttentionPointWithdrawn: [
    `~ approach_years ${JSON.stringify(year('M---'))}`,
    HEAD,
    FOUND,
    releasedFrom(6, 7),
    text(5, null, 'Ten onrechte.'),
  ],
  ImprovementPointCorrected: [
    HEAD,
    FOUND,
    releasedFrom(7, 8),
    text(6, 'Leg de afspraken vast.', 'Onjuist verwoord.'),
  ],
  CommitmentWithdrawn: [HEAD, FOLLOWED, releasedFrom(7, 9), text(7, null, 'Ten onrechte.')],
  FollowUpWithdrawn: [
    HEAD,
    FOLLOWED,
    `~ improvement_points ${KEY},4] OPEN`,
    releasedFrom(7, 9),
    text(7, null, 'Ten onrechte.'),
  ],
  TextsLeftOut: [released(1)],
};

/** Tables that are the same for every type. */
const INDEX = ['commands', 'event_streams', 'event_types', 'events', 'instants', 'log_ends'];

/** The sample events of a type in their stream, behind the framework that they are about. */
function logOf(type: EventType): { before: RecordedEvent[]; event: RecordedEvent[] } {
  const { after, event } = SAMPLES[type];
  if (type === 'TextsLeftOut')
    return { before: [], event: record([event], { stream: TEXTS_LEFT_OUT_STREAM }) };
  if (type.startsWith('Framework')) {
    const log = record([...after, event], { stream: 'framework-KADER' });
    return { before: log.slice(0, -1), event: log.slice(-1) };
  }
  const framework = record([published(KADER)], { stream: 'framework-KADER' });
  const own = record([...after, event]).map((one) => ({ ...one, position: one.position + framework.length }));
  return { before: [...framework, ...own.slice(0, -1)], event: own.slice(-1) };
}

function changesOf(before: readonly RecordedEvent[], event: readonly RecordedEvent[]) {
  const database = emptyReadModels(PROJECTIONS);
  applyTo(database, PROJECTIONS, before);
  const was = dump(database);
  applyTo(database, PROJECTIONS, event);
  const now = dump(database);
  const changes = changesBetween(was, now, keysOf(database));
  database.close();
  return { now, changes };
}

/** A change in short: large columns are looked at by themselves. */
function inShort(line: string): string {
  const json = line.slice(line.indexOf('{'));
  const { code, version, years, head, facts, id, status, ...rest } = JSON.parse(json);
  const [sign = '', table = ''] = line.split(' ');
  if (table === 'releases') {
    const { released, first, last, within, outside } = rest;
    if (sign === '~') return line;
    return `${sign} releases ${first} to ${last} from ${released}, within ${within}, outside ${outside}`;
  }
  if (table === 'release_subjects') return `${sign} release_subjects ${rest.position} ${rest.assessor}`;
  if (table === 'framework_events') return `${sign} ${table} ${code} ${version}`;
  if (table === 'approach_years') return `${sign} ${table} ${years}`;
  if (table === 'approaches') {
    return sign === '+'
      ? `+ approaches ${id}`
      : `${line.slice(0, line.indexOf('{'))}head, ${Object.keys(rest)}`;
  }
  if (table === 'history_parts') {
    return sign === '+' ? `+ history_parts ${rest.key}` : `${line.slice(0, line.indexOf('{'))}facts`;
  }
  if (table === 'improvement_points') return `${sign} ${table} ${keyOf(line, rest)} ${status}`;
  return line;
}

function keyOf(line: string, { municipality, slug, revision }: Record<string, unknown>): string {
  return line.startsWith('+') ? JSON.stringify([municipality, slug, revision]) : (line.split(' ')[2] ?? '');
}

describe.each(EVENT_TYPES.map((type) => [type]))('An event %s', (type) => {
  const { before, event } = logOf(type);
  const { changes, now } = changesOf(before, event);
  const [recorded] = event;

  it('changes these rows of the read models, and no others', () => {
    const own = changes.filter((line) => !INDEX.includes(line.split(' ')[1] ?? ''));
    expect(own.map(inShort)).toEqual(CASES[type]);
  });

  it('is indexed by position, stream and type, and leads from its instant to its position', () => {
    const place = now.events?.at(-1);
    const nameOf = (table: string, key: unknown) => now[table]?.find((row) => row.id === key)?.name;
    expect({
      position: place?.position,
      revision: place?.revision,
      stream: nameOf('event_streams', place?.stream),
      type: nameOf('event_types', place?.type),
    }).toEqual({
      position: recorded?.position,
      revision: recorded?.revision,
      stream: recorded?.stream,
      type,
    });
    expect(now.instants).toEqual([
      { recorded_at: recorded?.metadata.recordedAt, position: recorded?.position },
    ]);
    expect(now.events).toHaveLength(before.length + 1);
    const [first = recorded] = before;
    expect(now.log_ends).toEqual(
      [['first', first] as const, ['last', recorded] as const].map(([end, at]) => ({
        place: end,
        position: at?.position,
        recorded_at: at?.metadata.recordedAt,
        hash: at && leafHash(at).toString('hex'),
      })),
    );
  });

  it('leaves the whole history of its approach, and of no other', () => {
    const rows = (now.approaches ?? []).map(({ head, ...row }) => ({
      ...row,
      history: new StoredHistory(Number(row.id), String(head), (key) => {
        const facts = now.history_parts?.find((part) => part.key === key)?.facts;
        return unpackPart(key, String(facts));
      }),
    }));
    // Parts that are read when asked for are no keys of their own: this asks for all.
    const whole = rows.map(({ history, ...row }) => ({
      ...row,
      history: {
        ...history,
        followed: history.followed,
        assessments: history.assessments.map((one) => ({ ...one, found: one.found })),
      },
    }));
    const own = [...before, ...event].filter(({ stream }) => stream === STREAM);
    expect(whole).toEqual(
      own.length === 0
        ? []
        : [
            {
              id: 1,
              stream: STREAM,
              municipality: 'GM0935',
              slug: 'integrale-aanpak',
              last_position: recorded?.position,
              history: historyOf(own),
            },
          ],
    );
  });
});

describe('The status of an improvement point', () => {
  const baseline = [registered(), ...assessment('2013', '2013', null, { '2.2.1': '✗' })];
  const framework = record([published(KADER)], { stream: 'framework-KADER' });
  const log = record([...baseline, reported('r', ['point 2.2.1'])]).map((event) => ({
    ...event,
    position: event.position + 1,
  }));

  it('comes with the conclusion of its assessment, and follows the reports on it', () => {
    const statuses = [log.length - 2, log.length - 1, log.length].map((count) => {
      const { now } = changesOf([], [...framework, ...log.slice(0, count)]);
      return now.improvement_points?.map(({ status }) => status);
    });
    expect(statuses).toEqual([[null], ['OPEN'], ['REPORTED']]);
  });
});

describe('A read model', () => {
  it('refuses events of an approach in a stream that is not named like one', () => {
    const strange = record([registered()], { stream: 'aanpak-1' });
    expect(() => changesOf([], strange)).toThrow(/aanpak-1/);
  });

  it('refuses the same event twice', () => {
    const [first] = record([registered()]);
    expect(() => changesOf(first ? [first] : [], first ? [first] : [])).toThrow(/UNIQUE/);
  });
});
