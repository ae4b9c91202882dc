import type { Position, RecordedEvent } from '../src/domain/events';
import { type FreeText, textOf } from '../src/domain/free-text';
import { type ApproachHistory, emptyHistory, evolve } from '../src/domain/history';
import { approachOfStream } from '../src/domain/streams';
import type { ReadDatabase, RowInserter } from './database';
import type { Projection, ProjectionWriter } from './projection';
import { FOLLOWED_PART, historyInParts, readPartLater, setPart } from './stored-history';

/**
 * The approaches, each with its history: what stands now, what stood at any other point of the three
 * clocks, development and trend are all read from it by the rules of the domain.
 *
 * A history lies in parts, because most questions need few of them: its head; what each assessment found;
 * and what was reported and promised since. Free texts lie beside it, by the position of their event.
 */
export const approaches: Projection = {
  name: 'approaches',
  version: 2,
  tables: {
    approaches: `CREATE TABLE approaches (
      id INTEGER PRIMARY KEY,
      stream TEXT NOT NULL UNIQUE,
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      last_position INTEGER NOT NULL,
      head TEXT NOT NULL,
      UNIQUE (municipality, slug)
    )`,
    // part: the ordinal of an assessment for what it found, -1 for what followed.
    history_parts: `CREATE TABLE history_parts (
      approach INTEGER NOT NULL,
      part INTEGER NOT NULL,
      facts TEXT NOT NULL,
      PRIMARY KEY (approach, part)
    ) WITHOUT ROWID`,
    texts: `CREATE TABLE texts (
      position INTEGER PRIMARY KEY,
      text TEXT,
      reason TEXT
    )`,
    documents: `CREATE TABLE documents (
      digest TEXT NOT NULL,
      stream TEXT NOT NULL,
      PRIMARY KEY (digest, stream)
    ) WITHOUT ROWID`,
  },
  writer: (database) => new ApproachesWriter(database),
};

interface Kept {
  readonly id: number;
  readonly history: ApproachHistory;
  /** The parts that were read or made in this transaction, by their number. */
  readonly parts: Map<number, object>;
  lastPosition: Position;
}

/** New parts that are kept in memory; beyond that they are written, and read again where needed. */
const MAX_KEPT_PARTS = 2_000;

class ApproachesWriter implements ProjectionWriter {
  readonly #kept = new Map<string, Kept>();
  readonly #database: ReadDatabase;
  readonly #texts: RowInserter;
  #keptParts = 0;

  constructor(database: ReadDatabase) {
    this.#database = database;
    this.#texts = database.inserter('texts', ['position', 'text', 'reason']);
  }

  apply(event: RecordedEvent): void {
    switch (event.type) {
      case 'FrameworkPublished':
      case 'FrameworkRevised':
        return;
      case 'FactsheetImported':
        this.#keepText(event, event.data.text);
        this.#database.run(
          'INSERT INTO documents (digest, stream) VALUES (?, ?)',
          event.data.digest,
          event.stream,
        );
        break;
      case 'AssessmentOpened':
        this.#keepText(event, event.data.description);
        break;
      case 'FindingRecorded':
      case 'FollowUpAssessed':
      case 'FollowUpReported':
      case 'CommitmentSettled':
        this.#keepText(event, event.data.narrative);
        break;
      case 'AttentionPointRaised':
      case 'ImprovementPointIdentified':
      case 'DevelopmentNoted':
      case 'CommitmentMade':
        this.#keepText(event, event.data.text);
        break;
      case 'FindingCorrected':
        this.#keepText(event, event.data.narrative, event.data.reason);
        break;
      case 'FindingWithdrawn':
        this.#keepText(event, null, event.data.reason);
        break;
      case 'ApproachRegistered':
      case 'SourceConsulted':
      case 'AssessmentConcluded':
        break;
      default:
        event satisfies never;
    }
    const kept = this.#load(event.stream);
    evolve(kept.history, event, { ...event, ...event.metadata });
    kept.lastPosition = event.position;
    if (event.type === 'AssessmentOpened') this.#holdLatest(kept);
  }

  finish(): void {
    this.#texts.flush();
    this.#writeParts();
    for (const { id, history, lastPosition } of this.#kept.values()) {
      this.#database.run(
        'UPDATE approaches SET last_position = ?, head = ? WHERE id = ?',
        lastPosition,
        JSON.stringify(history),
        id,
      );
    }
  }

  #keepText(event: RecordedEvent, text: FreeText | null, reason: FreeText | null = null): void {
    if (text === null && reason === null) return;
    this.#texts.add(
      event.position,
      text === null ? null : textOf(text),
      reason === null ? null : textOf(reason),
    );
  }

  #load(stream: string): Kept {
    const known = this.#kept.get(stream);
    if (known !== undefined) return known;
    if (this.#keptParts >= MAX_KEPT_PARTS) this.#writeParts();
    const row = this.#database.get<{ id: number; head: string; last_position: number }>(
      'SELECT id, head, last_position FROM approaches WHERE stream = ?',
      stream,
    );
    const kept = row === undefined ? this.#begin(stream) : this.#readKept(row);
    this.#kept.set(stream, kept);
    return kept;
  }

  #begin(stream: string): Kept {
    const history = emptyHistory();
    const parts = new Map<number, object>([[FOLLOWED_PART, history.followed]]);
    setPart(history, FOLLOWED_PART, history.followed);
    return { id: this.#insert(stream), history, parts, lastPosition: 0 };
  }

  #readKept({
    id,
    head,
    last_position: lastPosition,
  }: {
    id: number;
    head: string;
    last_position: number;
  }): Kept {
    const parts = new Map<number, object>();
    const history = historyInParts(head, (part) => this.#readPart(id, part, parts));
    return { id, history, parts, lastPosition };
  }

  /** What a new assessment finds becomes a part of its own. */
  #holdLatest({ history, parts }: Kept): void {
    const part = history.assessments.length - 1;
    const found = history.assessments[part]?.found;
    if (found === undefined) return;
    parts.set(part, found);
    setPart(history, part, found);
    this.#keptParts += 1;
  }

  #insert(stream: string): number {
    const approach = approachOfStream(stream);
    if (approach === null)
      throw new RangeError(`stream ${stream} holds events of an approach but is not named like one`);
    const row = this.#database.get<{ id: number }>(
      `INSERT INTO approaches (stream, municipality, slug, last_position, head) VALUES (?, ?, ?, 0, '') RETURNING id`,
      stream,
      approach.municipality,
      approach.slug,
    );
    if (row === undefined) throw new RangeError(`approach ${stream} could not be inserted`);
    return row.id;
  }

  /** Writes the parts that are at hand and lets them go; heads are small and stay. */
  #writeParts(): void {
    for (const { id, history, parts } of this.#kept.values()) {
      for (const [part, facts] of parts) {
        this.#database.run(
          `INSERT INTO history_parts (approach, part, facts) VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET facts = excluded.facts`,
          id,
          part,
          JSON.stringify(facts),
        );
        readPartLater(history, part, () => this.#readPart(id, part, parts));
      }
      parts.clear();
    }
    this.#keptParts = 0;
  }

  #readPart(approach: number, part: number, parts: Map<number, object>): object {
    const facts = partsOf(this.#database, [{ approach, part }])[0]?.facts ?? {};
    parts.set(part, facts);
    return facts;
  }
}

/** An approach as the read model keeps it; parts of its history are read when they are first asked for. */
export interface ApproachRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly history: ApproachHistory;
}

interface StoredRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly head: string;
}

function toRow(database: ReadDatabase, { id, municipality, slug, head }: StoredRow): ApproachRow {
  const history = historyInParts(head, (part) => partsOf(database, [{ approach: id, part }])[0]?.facts ?? {});
  return { id, municipality, slug, history };
}

/** The approaches with these keys (`GM0935/integrale-aanpak`), by key; those that are not there are left out. */
export function approachesByKey(database: ReadDatabase, keys: readonly string[]): Map<string, ApproachRow> {
  const rows = database.all<StoredRow>(
    `SELECT a.id, a.municipality, a.slug, a.head FROM json_each(?) AS wanted
     JOIN approaches AS a ON a.stream = 'approach-' || replace(wanted.value, '/', '-')`,
    JSON.stringify(keys),
  );
  return new Map(rows.map((row) => [approachKey(row), toRow(database, row)]));
}

/** Reads all parts of these histories together, for questions that need all of them. */
export function readWhole(database: ReadDatabase, rows: readonly ApproachRow[]): void {
  const byId = new Map(rows.map((row) => [row.id, row.history]));
  const parts = database.all<{ approach: number; part: number; facts: string }>(
    'SELECT approach, part, facts FROM history_parts WHERE approach IN (SELECT value FROM json_each(?))',
    JSON.stringify([...byId.keys()]),
  );
  for (const { approach, part, facts } of parts) {
    const history = byId.get(approach);
    if (history !== undefined) setPart(history, part, JSON.parse(facts));
  }
}

/** A part of a history: the number of an assessment in it, or `FOLLOWED_PART`. */
export interface PartKey {
  readonly approach: number;
  readonly part: number;
}

/** Parts of histories, in the order of the keys; without facts where a history has no such part. */
export function partsOf(
  database: ReadDatabase,
  keys: readonly PartKey[],
): { readonly facts: object | null }[] {
  return database
    .all<{ facts: string | null }>(
      `SELECT p.facts FROM json_each(?) AS wanted LEFT JOIN history_parts AS p
         ON p.approach = wanted.value ->> 0 AND p.part = wanted.value ->> 1
       ORDER BY wanted.key`,
      JSON.stringify(keys.map(({ approach, part }) => [approach, part])),
    )
    .map(({ facts }) => ({ facts: facts === null ? null : JSON.parse(facts) }));
}

export function approachKey({ municipality, slug }: { municipality: string; slug: string }): string {
  return `${municipality}/${slug}`;
}

/** Where a page of approaches begins, and which ones are wanted. */
export interface ApproachPage {
  /** The last approach before the page. */
  readonly after: { readonly municipality: string; readonly slug: string } | null;
  readonly municipality: string | null;
  readonly limit: number;
}

/** A page of approaches in order of municipality code and slug. */
export function approachPage(
  database: ReadDatabase,
  { after, municipality, limit }: ApproachPage,
): ApproachRow[] {
  return database
    .all<StoredRow>(
      `SELECT id, municipality, slug, head FROM approaches
       WHERE (municipality, slug) > (?, ?) AND (?3 IS NULL OR municipality = ?3)
       ORDER BY municipality, slug LIMIT ?4`,
      after?.municipality ?? '',
      after?.slug ?? '',
      municipality,
      limit,
    )
    .map((row) => toRow(database, row));
}

/** A free text; `reason` is that of a correction or withdrawal. */
export interface StoredText {
  readonly text: string | null;
  readonly reason: string | null;
}

/** The texts of the events at these positions, in their order. */
export function textsAt(database: ReadDatabase, positions: readonly Position[]): StoredText[] {
  return database.all<StoredText>(
    `SELECT texts.text, texts.reason FROM json_each(?) AS wanted LEFT JOIN texts ON texts.position = wanted.value
     ORDER BY wanted.key`,
    JSON.stringify(positions),
  );
}

/** The stream that a document was imported into, by its SHA-256; null where it was not. */
export function streamOfDocument(database: ReadDatabase, digest: string): string | null {
  return (
    database.get<{ stream: string }>('SELECT stream FROM documents WHERE digest = ?', digest)?.stream ?? null
  );
}
