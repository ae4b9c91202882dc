import type { Position, RecordedEvent } from '../src/domain/events';
import { type FreeText, textOf } from '../src/domain/free-text';
import { evolve } from '../src/domain/history';
import { approachOfStream } from '../src/domain/streams';
import { stretches } from '../src/domain/stretches';
import type { ReadDatabase, RowInserter } from './database';
import { packPart, unpackPart } from './packed-facts';
import type { Projection, ProjectionWriter } from './projection';
import { followedKey, type PartFacts, type PartKey, StoredHistory } from './stored-history';

/**
 * The approaches, each with its history: what stands now, what stood at any other point of the three
 * clocks, development and trend are all read from it by the rules of the domain.
 *
 * A history lies in parts, because most questions need few of them: its head; what each assessment found;
 * and what was reported and promised since. Free texts lie beside it, by the position of their event.
 */
export const approaches: Projection = {
  name: 'approaches',
  version: 12,
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
    history_parts: `CREATE TABLE history_parts (
      key INTEGER PRIMARY KEY,
      facts TEXT NOT NULL
    )`,
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
  readonly history: StoredHistory;
  lastPosition: Position;
}

/** New parts that are kept in memory; beyond that they are written, and read again where needed. */
const MAX_NEW_PARTS = 2_000;

class ApproachesWriter implements ProjectionWriter {
  readonly #kept = new Map<string, Kept>();
  readonly #database: ReadDatabase;
  readonly #texts: RowInserter;
  #newParts = 0;

  constructor(database: ReadDatabase) {
    this.#database = database;
    this.#texts = database.inserter('texts', ['position', 'text', 'reason']);
  }

  apply(event: RecordedEvent): void {
    switch (event.type) {
      case 'FrameworkPublished':
      case 'FrameworkRevised':
      case 'TextsLeftOut':
        return;
      case 'FactsheetImported':
        this.#keepText(event, event.data.text);
        this.#database.run(
          'INSERT INTO documents (digest, stream) VALUES (?, ?) ON CONFLICT DO NOTHING',
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
      case 'ImprovementPointCorrected':
        this.#keepText(event, event.data.text, event.data.reason);
        break;
      case 'AssessmentCorrected':
        this.#keepText(event, event.data.description, event.data.reason);
        break;
      case 'AttentionPointRaised':
      case 'ImprovementPointIdentified':
      case 'DevelopmentNoted':
      case 'CommitmentMade':
        this.#keepText(event, event.data.text);
        break;
      case 'FindingCorrected':
      case 'FollowUpCorrected':
        this.#keepText(event, event.data.narrative, event.data.reason);
        break;
      case 'FindingWithdrawn':
      case 'FollowUpWithdrawn':
      case 'AttentionPointWithdrawn':
      case 'CommitmentWithdrawn':
      case 'AssessmentAbandoned':
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
    const { revision, position, metadata } = event;
    evolve(kept.history, event, {
      revision,
      position,
      recordedAt: metadata.recordedAt,
      source: metadata.source,
    });
    kept.lastPosition = position;
    if (event.type !== 'AssessmentOpened') return;
    kept.history.partLatest();
    this.#newParts += 1;
    if (this.#newParts > MAX_NEW_PARTS) this.#writeParts();
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
    const row = this.#database.get<{ id: number; head: string; last_position: number }>(
      'SELECT id, head, last_position FROM approaches WHERE stream = ?',
      stream,
    );
    const id = row?.id ?? this.#insert(stream);
    const history = new StoredHistory(id, row?.head ?? null, (key) => partOf(this.#database, key));
    const kept = { id, history, lastPosition: row?.last_position ?? 0 };
    this.#kept.set(stream, kept);
    return kept;
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
    for (const { history } of this.#kept.values()) {
      for (const [key, facts] of history.partsAtHand()) {
        this.#database.run(
          'INSERT INTO history_parts (key, facts) VALUES (?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts',
          key,
          packPart(key, facts),
        );
      }
      history.letPartsGo();
    }
    this.#newParts = 0;
  }
}

/** An approach as the read model keeps it; parts of its history are read when they are first asked for. */
export interface ApproachRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly history: StoredHistory;
}

interface StoredRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly head: string;
}

function toRow(database: ReadDatabase, { id, municipality, slug, head }: StoredRow): ApproachRow {
  const history = new StoredHistory(id, head, (key) => partOf(database, key));
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
  const keys = rows.map(({ id, history }) => [
    followedKey(id),
    ...history.assessments.map(({ position }) => position),
  ]);
  const parts = partsOf(database, keys.flat()).values();
  rows.forEach(({ history }, index) => {
    for (const key of keys[index] ?? []) {
      const facts = parts.next().value;
      if (facts != null) history.setPart(key, facts);
    }
  });
}

/** Parts of histories, in the order of the keys; null where there is no such part. */
export function partsOf(database: ReadDatabase, keys: readonly PartKey[]): (PartFacts | null)[] {
  return database
    .tuples<[key: PartKey, facts: string | null]>(
      `SELECT wanted.value, p.facts FROM json_each(?) AS wanted
       LEFT JOIN history_parts AS p ON p.key = wanted.value ORDER BY wanted.key`,
      JSON.stringify(keys),
    )
    .map(([key, facts]) => (facts === null ? null : unpackPart(key, facts)));
}

function partOf(database: ReadDatabase, key: PartKey): PartFacts {
  const [facts] = partsOf(database, [key]);
  if (facts == null) throw new RangeError(`there is no part ${key} of a history`);
  return facts;
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

/** To pass over so many events that nobody asked for costs less than to look for the next one. */
const MAX_GAP = 5;

/**
 * The texts of the events at these positions, by position; those that have none are left out, and some may be
 * there that lie between them.
 */
export function textsAt(database: ReadDatabase, positions: readonly Position[]): Map<Position, string> {
  const near = stretches(
    positions.toSorted((a, b) => a - b),
    MAX_GAP,
  );
  // What belongs together was mostly recorded together, so a few stretches hold all of it.
  return new Map(
    database.tuples<[Position, string]>(
      `SELECT texts.position, texts.text FROM json_each(?) AS near
       JOIN texts ON texts.position BETWEEN near.value ->> 0 AND near.value ->> 1
       WHERE texts.text IS NOT NULL`,
      JSON.stringify(near),
    ),
  );
}

/** The stream that a document was imported into, by its SHA-256; null where it was not. */
export function streamOfDocument(database: ReadDatabase, digest: string): string | null {
  return (
    database.get<{ stream: string }>('SELECT stream FROM documents WHERE digest = ?', digest)?.stream ?? null
  );
}
