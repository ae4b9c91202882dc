import type { EventType, Position } from '../src/domain/events';
import type { Fact } from '../src/domain/facts';
import {
  type AnyOf,
  type Release,
  type ReleaseSubject,
  releaseSubjects,
  releasesOf,
} from '../src/domain/releases';
import type { ReadDatabase } from './database';
import type { Derived } from './derived';
import type { EventPlace } from './event-index';

/** Where the events of a stretch are there as they are recorded: before all positions. */
const AS_RECORDED = 0;

/**
 * From where in the log on each event is there, and for whom: what those who do not see everything follow the log
 * by. `within` and `outside` are lists of lists of subjects in JSON, null where they are empty.
 */
export const releases: Derived = {
  name: 'releases',
  version: 4,
  tables: {
    releases: `CREATE TABLE releases (
      released INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      stream INTEGER NOT NULL,
      within TEXT,
      outside TEXT,
      PRIMARY KEY (released, first)
    ) WITHOUT ROWID`,
    release_subjects: `CREATE TABLE release_subjects (
      position INTEGER PRIMARY KEY,
      municipality TEXT NOT NULL,
      assessor TEXT,
      framework TEXT
    )`,
  },
  indexes: ['CREATE INDEX releases_by_stream ON releases (stream)'],
  changes: {
    FrameworkPublished: true,
    FrameworkRevised: true,
    ApproachRegistered: true,
    FactsheetImported: true,
    AssessmentOpened: true,
    SourceConsulted: true,
    FindingRecorded: true,
    AttentionPointRaised: true,
    ImprovementPointIdentified: true,
    DevelopmentNoted: true,
    AssessmentConcluded: true,
    AssessmentAbandoned: true,
    FollowUpReported: true,
    FollowUpAssessed: true,
    CommitmentMade: true,
    CommitmentSettled: true,
    FindingCorrected: true,
    FindingWithdrawn: true,
    FollowUpCorrected: true,
    FollowUpWithdrawn: true,
    AssessmentCorrected: true,
    AttentionPointWithdrawn: true,
    ImprovementPointCorrected: true,
    CommitmentWithdrawn: true,
    TextsLeftOut: true,
  },
  write(database, { history }, _frameworks, first) {
    const known = database.inserter(
      'release_subjects',
      ['position', 'municipality', 'assessor', 'framework'],
      'ON CONFLICT DO UPDATE SET assessor = excluded.assessor, framework = excluded.framework',
    );
    for (const { position, municipality, assessor, framework } of releaseSubjects(history)) {
      known.add(position, municipality, assessor, framework);
    }
    known.flush();
    const [stream] = database.tuples<[id: number]>(
      'SELECT stream FROM events WHERE position = ?',
      history.registration?.position ?? 0,
    );
    if (stream === undefined) return;
    // What an event releases stays as it is, so the rows before are there already, but that the last may go on.
    const rows = database.inserter(
      'releases',
      ['released', 'first', 'last', 'stream', 'within', 'outside'],
      'ON CONFLICT DO UPDATE SET last = excluded.last',
    );
    for (const stretch of stretchesOf(releasesOf(history))) {
      const { released, within, outside } = stretch;
      const [begin, end] = [stretch.first.position, stretch.last.position];
      if (Math.max(released, end) >= first)
        rows.add(released, begin, end, stream[0], json(within), json(outside));
    }
    rows.flush();
  },
  // What is no approach's is there for everybody as it is recorded.
  writeOther(database, stream, first, last) {
    const id = 'SELECT id FROM event_streams WHERE name = ?';
    if (database.run(`UPDATE releases SET last = ? WHERE stream = (${id})`, last, stream) > 0) return;
    database.run(
      `INSERT INTO releases (released, first, last, stream) VALUES (${AS_RECORDED}, ?, ?, (${id}))`,
      ...[first, last, stream],
    );
  },
};

/** Events of a stream, one after the other, that are released together, or each as it is recorded. */
interface Stretch extends Pick<Release, 'within' | 'outside'> {
  /** The position that releases them, or {@link AS_RECORDED}. */
  readonly released: Position;
  readonly first: Fact;
  last: Fact;
}

/** The longest stretches; that which ends with the log goes on with the next event that is released alike. */
function stretchesOf(releases: readonly Release[]): Stretch[] {
  const stretches: Stretch[] = [];
  const together = Map.groupBy(releases, ({ fact, from }) => (from === fact.position ? AS_RECORDED : from));
  for (const [released, own] of together) {
    let open: Stretch | undefined;
    for (const { fact, within, outside } of own.sort((a, b) => a.fact.revision - b.fact.revision)) {
      if (
        open !== undefined &&
        open.last.revision + 1 === fact.revision &&
        isSame(open.within, within) &&
        isSame(open.outside, outside)
      ) {
        open.last = fact;
      } else {
        open = { released, first: fact, last: fact, within, outside };
        stretches.push(open);
      }
    }
  }
  return stretches;
}

/** Most of those that are the same are the same object. */
function isSame(some: readonly AnyOf[], others: readonly AnyOf[]): boolean {
  return some === others || json(some) === json(others);
}

function json(lists: readonly AnyOf[]): string | null {
  return lists.length === 0 ? null : JSON.stringify(lists);
}

/** A release of an event, and where that lies. */
export type ReleaseRow = EventPlace & Pick<Release, 'from' | 'within' | 'outside'>;

/** Which releases are wanted; null sets no limit. */
export interface ReleaseFilter {
  /** Behind this one, in order of `from`, then of the position of the event. */
  readonly after: Pick<ReleaseRow, 'from' | 'position'>;
  readonly upTo: Position;
  readonly types: readonly EventType[] | null;
  readonly stream: string | null;
  /** Only those that are for everybody. */
  readonly isPublic: boolean;
  readonly limit: number;
}

interface StoredRelease extends EventPlace {
  readonly from: Position;
  readonly within: string | null;
  readonly outside: string | null;
}

type StoredCount = Pick<StoredRelease, 'within' | 'outside'> & { readonly count: number };

/** A page of releases in their order. */
export function releasePage(database: ReadDatabase, filter: ReleaseFilter): ReleaseRow[] {
  const { types, stream, limit } = filter;
  // Of each type a page by the index, as those of a few types may lie far from one another.
  const wanted = types !== null && stream === null ? [...new Set(types)].map((type) => [type]) : [types];
  return wanted
    .flatMap((some) => pageOf(database, filter, some))
    .sort((a, b) => a.from - b.from || a.position - b.position)
    .slice(0, limit);
}

function pageOf(
  database: ReadDatabase,
  { after, upTo, stream, isPublic, limit }: ReleaseFilter,
  types: readonly EventType[] | null,
): ReleaseRow[] {
  const [onlyType] = types ?? [];
  const isOne = types?.length === 1;
  const ofTypes = isOne
    ? '= (SELECT id FROM event_types WHERE name = ?4)'
    : 'IN (SELECT t.id FROM json_each(?4) AS w JOIN event_types AS t ON t.name = w.value)';
  const among = (table: 'e' | 'r'): string => `
    ${stream === null ? '' : `AND ${table}.stream = (SELECT id FROM event_streams WHERE name = ?5)`}
    ${isPublic ? 'AND r.within IS NULL' : ''}`;
  const rowsOf = (sql: string, last: Position): ReleaseRow[] =>
    database
      .all<StoredRelease>(
        `${sql} LIMIT ?6`,
        ...[after.from, after.position, last],
        ...[isOne ? (onlyType ?? null) : JSON.stringify(types), stream, limit],
      )
      .map(parsed);
  // Most stretches hold none of a type that is rare, which the index by type tells.
  const mayHold =
    stream === null
      ? `AND (SELECT min(position) FROM events WHERE type ${ofTypes} AND position >= r.first) <= r.last`
      : '';
  const later = rowsOf(
    `${LATER} WHERE r.released BETWEEN max(?1, 1) AND ?3 AND (r.released > ?1 OR e.position > ?2) ${among('r')}
       ${types === null ? '' : `AND +e.type ${ofTypes} ${mayHold}`}
     ORDER BY r.released, r.first, e.position`,
    upTo,
  );
  // What comes behind a full page need not be looked at.
  const end = later.length < limit ? upTo : (later.at(-1)?.from ?? upTo);
  const atOnce = rowsOf(
    `${AT_ONCE} WHERE e.position BETWEEN ?1 AND ?3 AND (e.position > ?1 OR e.position > ?2) ${among('e')}
       ${types === null ? '' : `AND e.type ${ofTypes}`}
     ORDER BY e.position`,
    end,
  );
  return [...atOnce, ...later];
}

/** How many releases there are for whom. */
export type ReleaseCount = Pick<Release, 'within' | 'outside'> & { readonly count: number };

/** How many releases there are behind one in their order, up to a position, by whom they are for. */
export function countReleases(
  database: ReadDatabase,
  { after, upTo, types }: Pick<ReleaseFilter, 'after' | 'upTo' | 'types'>,
): ReleaseCount[] {
  const ofTypes =
    'AND +e.type IN (SELECT t.id FROM json_each(?4) AS w JOIN event_types AS t ON t.name = w.value)';
  const among = [
    `${LATER_FROM} WHERE r.released BETWEEN max(?1, 1) AND ?3 AND (r.released > ?1 OR e.position > ?2)`,
    `${AT_ONCE_FROM} WHERE e.position BETWEEN ?1 AND ?3 AND (e.position > ?1 OR e.position > ?2)`,
  ];
  return among.flatMap((from) =>
    database
      .all<StoredCount>(
        `SELECT count(*) AS count, r.within, r.outside ${from} ${types === null ? '' : ofTypes} GROUP BY 2, 3`,
        ...[after.from, after.position, upTo, ...(types === null ? [] : [JSON.stringify(types)])],
      )
      .map(parsed),
  );
}

/** All releases of the event at that place. */
export function releasesOfEvent(database: ReadDatabase, { stream, position }: EventPlace): ReleaseRow[] {
  return [AT_ONCE, LATER].flatMap((select) =>
    database
      .all<StoredRelease>(
        `${select} WHERE e.position = ? AND r.stream = (SELECT id FROM event_streams WHERE name = ?)
         ${select === LATER ? 'AND r.released > 0' : ''} ORDER BY r.released`,
        position,
        stream,
      )
      .map(parsed),
  );
}

const COLUMNS = `e.position, (SELECT name FROM event_streams WHERE id = e.stream) AS stream, e.revision,
  r.within, r.outside`;
const LATER_FROM = `FROM releases AS r
  CROSS JOIN events AS e ON e.stream = r.stream AND e.position BETWEEN r.first AND r.last`;
const AT_ONCE_FROM = `FROM events AS e
  CROSS JOIN releases AS r ON r.released = ${AS_RECORDED} AND r.last >= e.position AND r.first = (
    SELECT max(first) FROM releases
    WHERE stream = e.stream AND released = ${AS_RECORDED} AND first <= e.position)`;
/** In the order of releases, each with its stretch of events. */
const LATER = `SELECT r.released AS "from", ${COLUMNS} ${LATER_FROM}`;
/** In the order of events, each with the stretch that it lies in. */
const AT_ONCE = `SELECT e.position AS "from", ${COLUMNS} ${AT_ONCE_FROM}`;

/** What was read, with the lists that are stored as texts. */
function parsed<Row extends Pick<StoredRelease, 'within' | 'outside'>>({ within, outside, ...rest }: Row) {
  const list = (json: string | null): Position[][] => (json === null ? [] : JSON.parse(json));
  return { ...rest, within: list(within), outside: list(outside) };
}

/** The subjects that these positions stand for. */
export function subjectsAt(database: ReadDatabase, positions: readonly Position[]): ReleaseSubject[] {
  if (positions.length === 0) return [];
  return database.all<ReleaseSubject>(
    `SELECT position, municipality, assessor, framework FROM release_subjects
     WHERE position IN (SELECT value FROM json_each(?))`,
    JSON.stringify(positions),
  );
}
