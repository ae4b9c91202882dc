import type { Position, RecordedEvent } from '../src/domain/events';
import { type FreeText, textOf } from '../src/domain/free-text';
import { type ApproachHistory, emptyHistory, evolve } from '../src/domain/history';
import { approachOfStream } from '../src/domain/streams';
import type { ReadDatabase } from './database';
import type { Projection, ProjectionWriter } from './projection';

/**
 * The approaches, each with its whole history in one row: what stands now, what stood at any other point of
 * the three clocks, development and trend are all read from it by the rules of the domain. Free texts lie
 * beside it, by the revision of their event, and are read only where they are asked for.
 */
export const approaches: Projection = {
  name: 'approaches',
  version: 1,
  tables: {
    approaches: `CREATE TABLE approaches (
      id INTEGER PRIMARY KEY,
      stream TEXT NOT NULL UNIQUE,
      municipality TEXT NOT NULL,
      slug TEXT NOT NULL,
      last_position INTEGER NOT NULL,
      history TEXT NOT NULL,
      UNIQUE (municipality, slug)
    )`,
    texts: `CREATE TABLE texts (
      approach INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      text TEXT,
      reason TEXT,
      PRIMARY KEY (approach, revision)
    ) WITHOUT ROWID`,
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
  lastPosition: Position;
  dirty: boolean;
}

/** Histories kept in memory within a transaction; beyond that they are written and read again when needed. */
const MAX_KEPT = 2_000;

class ApproachesWriter implements ProjectionWriter {
  readonly #kept = new Map<string, Kept>();
  readonly #database: ReadDatabase;

  constructor(database: ReadDatabase) {
    this.#database = database;
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
    kept.dirty = true;
  }

  finish(): void {
    for (const [stream, kept] of this.#kept) this.#write(stream, kept);
  }

  #keepText(event: RecordedEvent, text: FreeText | null, reason: FreeText | null = null): void {
    if (text === null && reason === null) return;
    this.#database.run(
      'INSERT INTO texts (approach, revision, text, reason) VALUES (?, ?, ?, ?)',
      this.#load(event.stream).id,
      event.revision,
      text === null ? null : textOf(text),
      reason === null ? null : textOf(reason),
    );
  }

  #load(stream: string): Kept {
    const known = this.#kept.get(stream);
    if (known !== undefined) return known;
    if (this.#kept.size >= MAX_KEPT) {
      this.finish();
      this.#kept.clear();
    }
    const row = this.#database.get<{ id: number; history: string; last_position: number }>(
      'SELECT id, history, last_position FROM approaches WHERE stream = ?',
      stream,
    );
    const kept =
      row === undefined
        ? { id: this.#insert(stream), history: emptyHistory(), lastPosition: 0, dirty: false }
        : { id: row.id, history: JSON.parse(row.history), lastPosition: row.last_position, dirty: false };
    this.#kept.set(stream, kept);
    return kept;
  }

  #insert(stream: string): number {
    const approach = approachOfStream(stream);
    if (approach === null)
      throw new RangeError(`stream ${stream} holds events of an approach but is not named like one`);
    const row = this.#database.get<{ id: number }>(
      `INSERT INTO approaches (stream, municipality, slug, last_position, history) VALUES (?, ?, ?, 0, '') RETURNING id`,
      stream,
      approach.municipality,
      approach.slug,
    );
    if (row === undefined) throw new RangeError(`approach ${stream} could not be inserted`);
    return row.id;
  }

  #write(stream: string, kept: Kept): void {
    if (!kept.dirty) return;
    this.#database.run(
      'UPDATE approaches SET last_position = ?, history = ? WHERE stream = ?',
      kept.lastPosition,
      JSON.stringify(kept.history),
      stream,
    );
    kept.dirty = false;
  }
}

/** An approach as the read model keeps it. */
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
  readonly history: string;
}

const read = ({ history, ...row }: StoredRow): ApproachRow => ({ ...row, history: JSON.parse(history) });

/** The approaches with these keys (`GM0935/integrale-aanpak`), by key; those that are not there are left out. */
export function approachesByKey(database: ReadDatabase, keys: readonly string[]): Map<string, ApproachRow> {
  const rows = database.all<StoredRow>(
    `SELECT a.id, a.municipality, a.slug, a.history FROM json_each(?) AS wanted
     JOIN approaches AS a ON a.stream = 'approach-' || replace(wanted.value, '/', '-')`,
    JSON.stringify(keys),
  );
  return new Map(rows.map((row) => [approachKey(row), read(row)]));
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
      `SELECT id, municipality, slug, history FROM approaches
       WHERE (municipality, slug) > (?, ?) AND (?3 IS NULL OR municipality = ?3)
       ORDER BY municipality, slug LIMIT ?4`,
      after?.municipality ?? '',
      after?.slug ?? '',
      municipality,
      limit,
    )
    .map(read);
}

/** A free text, by the approach and the revision of its event; `reason` is that of a correction or withdrawal. */
export interface TextKey {
  readonly approach: number;
  readonly revision: number;
}

/** The texts with these keys, in their order. */
export function textsByKey(
  database: ReadDatabase,
  keys: readonly TextKey[],
): { text: string | null; reason: string | null }[] {
  return database.all<{ text: string | null; reason: string | null }>(
    `SELECT texts.text, texts.reason FROM json_each(?) AS wanted LEFT JOIN texts
       ON texts.approach = wanted.value ->> 0 AND texts.revision = wanted.value ->> 1
     ORDER BY wanted.key`,
    JSON.stringify(keys.map(({ approach, revision }) => [approach, revision])),
  );
}

/** The stream that a document was imported into, by its SHA-256; null where it was not. */
export function streamOfDocument(database: ReadDatabase, digest: string): string | null {
  return (
    database.get<{ stream: string }>('SELECT stream FROM documents WHERE digest = ?', digest)?.stream ?? null
  );
}
