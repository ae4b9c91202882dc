import type { EventType, Position } from '../src/domain/events';
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

/**
 * From where in the log on each event is there, and for whom: what those who do not see everything follow the log
 * by. `within` and `outside` are lists of lists of subjects in JSON, null where they are empty.
 */
export const releases: Derived = {
  name: 'releases',
  version: 3,
  tables: {
    releases: `CREATE TABLE releases (
      stream INTEGER NOT NULL,
      released INTEGER NOT NULL,
      position INTEGER NOT NULL,
      type INTEGER NOT NULL,
      within TEXT,
      outside TEXT,
      PRIMARY KEY (stream, released, position)
    ) WITHOUT ROWID`,
    release_subjects: `CREATE TABLE release_subjects (
      position INTEGER PRIMARY KEY,
      municipality TEXT NOT NULL,
      assessor TEXT,
      framework TEXT
    )`,
  },
  indexes: [
    'CREATE INDEX releases_by_type ON releases (type, released, position)',
    'CREATE INDEX releases_in_order ON releases (released, position)',
  ],
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
    for (const { position, municipality, assessor, framework } of releaseSubjects(history)) {
      database.run(
        `INSERT INTO release_subjects (position, municipality, assessor, framework) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET assessor = excluded.assessor, framework = excluded.framework`,
        position,
        municipality,
        assessor,
        framework,
      );
    }
    // What an event releases stays as it is, so what those before released lies in the table already.
    const later = releasesOf(history)
      .filter(({ from }) => from >= first)
      .sort((a, b) => a.from - b.from || a.fact.position - b.fact.position);
    // By position: while all is built anew there is no index by stream yet.
    const places = new Map(
      database
        .tuples<[position: Position, stream: number, type: number]>(
          'SELECT e.position, e.stream, e.type FROM json_each(?) AS r JOIN events AS e ON e.position = r.value',
          JSON.stringify([...new Set(later.map(({ fact }) => fact.position))]),
        )
        .map((place) => [place[0], place]),
    );
    const json = jsonOfLists();
    const rows = database.inserter('releases', COLUMNS);
    for (const { fact, from, within, outside } of later) {
      const [position, stream, type] = places.get(fact.position) ?? [];
      if (position === undefined || stream === undefined || type === undefined)
        throw new RangeError(`event ${fact.position} is not in the index of events`);
      rows.add(from, position, stream, type, json(within), json(outside));
    }
    rows.flush();
  },
  // What is no approach's is there for everybody as it is recorded.
  writeOther(database, stream, first) {
    database.run(
      `INSERT INTO releases (released, position, stream, type)
       SELECT position, position, stream, type FROM events
       WHERE stream = (SELECT id FROM event_streams WHERE name = ?) AND position >= ?`,
      stream,
      first,
    );
  },
};

const COLUMNS = ['released', 'position', 'stream', 'type', 'within', 'outside'];

/** Gives lists as JSON, null where they are empty; many events share theirs, which are written once. */
function jsonOfLists(): (lists: readonly AnyOf[]) => string | null {
  const known = new Map<readonly AnyOf[], string | null>();
  return (lists) => {
    let json = known.get(lists);
    if (json === undefined) {
      json = lists.length === 0 ? null : JSON.stringify(lists);
      known.set(lists, json);
    }
    return json;
  };
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

/** A page of releases in their order. */
export function releasePage(database: ReadDatabase, filter: ReleaseFilter): ReleaseRow[] {
  const { types, stream, limit } = filter;
  // Of each type a page by the index, as those of a few types may lie far from one another.
  if (types !== null && stream === null) {
    const pages = [...new Set(types)].flatMap((type) => pageOf(database, filter, [type]));
    return pages.sort((a, b) => a.from - b.from || a.position - b.position).slice(0, limit);
  }
  return pageOf(database, filter, types);
}

function pageOf(
  database: ReadDatabase,
  { after, upTo, stream, isPublic, limit }: ReleaseFilter,
  types: readonly EventType[] | null,
): ReleaseRow[] {
  const ofTypes = 'SELECT t.id FROM json_each(?) AS w JOIN event_types AS t ON t.name = w.value';
  const [onlyType] = types ?? [];
  const isOfType = types?.length === 1 ? '= (SELECT id FROM event_types WHERE name = ?)' : `IN (${ofTypes})`;
  const rows = database.all<StoredRelease>(
    `${RELEASES} WHERE (r.released, r.position) > (?, ?) AND r.released <= ?
       ${stream === null ? '' : 'AND r.stream = (SELECT id FROM event_streams WHERE name = ?)'}
       ${types === null ? '' : `AND r.type ${isOfType}`}
       ${isPublic ? 'AND r.within IS NULL' : ''}
     ORDER BY r.released, r.position LIMIT ?`,
    after.from,
    after.position,
    upTo,
    ...(stream === null ? [] : [stream]),
    ...(types === null ? [] : [types.length === 1 ? String(onlyType) : JSON.stringify(types)]),
    limit,
  );
  return rows.map(parsed);
}

/** All releases of the event at that place. */
export function releasesOfEvent(database: ReadDatabase, { stream, position }: EventPlace): ReleaseRow[] {
  return database
    .all<StoredRelease>(
      `${RELEASES} WHERE r.stream = (SELECT id FROM event_streams WHERE name = ?) AND r.position = ?
       ORDER BY r.released`,
      stream,
      position,
    )
    .map(parsed);
}

const RELEASES = `SELECT r.released AS "from", r.position, s.name AS stream, e.revision, r.within, r.outside
  FROM releases AS r JOIN events AS e ON e.position = r.position JOIN event_streams AS s ON s.id = r.stream`;

function parsed({ within, outside, ...place }: StoredRelease): ReleaseRow {
  const list = (json: string | null): Position[][] => (json === null ? [] : JSON.parse(json));
  return { ...place, within: list(within), outside: list(outside) };
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
