import type { Position } from '../src/domain/events';
import { stretches } from '../src/domain/stretches';
import type { ReadDatabase } from './database';
import { unpackPart } from './packed-facts';
import { followedKey, type PartFacts, type PartKey, StoredHistory } from './stored-history';

// What is read of the approaches, each with its history; they are written by `histories.ts`.

/** An approach as the read model keeps it; parts of its history are read when they are first asked for. */
export interface StoredApproach {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly history: StoredHistory;
}

/** An approach as it was read. */
export interface ApproachRow extends StoredApproach {
  /** How long the head of its history is stored: that is at hand. */
  readonly characters: number;
}

interface StoredRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly head: string;
}

function toRow(database: ReadDatabase, { id, municipality, slug, head }: StoredRow): ApproachRow {
  const history = new StoredHistory(id, head, (key) => partOf(database, key));
  return { id, municipality, slug, history, characters: head.length };
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

/** Reads all parts of these histories that are not at hand, together, for questions that need all of them. */
export function readWhole(database: ReadDatabase, rows: readonly StoredApproach[]): void {
  const keys = rows.map(({ id, history }) =>
    [followedKey(id), ...history.assessments.map(({ position }) => position)].filter(
      (key) => !history.partsAtHand().has(key),
    ),
  );
  if (keys.every(({ length }) => length === 0)) return;
  const parts = partsOf(database, keys.flat()).values();
  rows.forEach(({ history }, index) => {
    for (const key of keys[index] ?? []) {
      const facts = parts.next().value;
      if (facts != null) history.setPart(key, facts);
    }
  });
}

/**
 * Parts of histories, in the order of the keys; null where there is no such part.
 * @param weigh told how many characters they are stored in, before any is made of them
 */
export function partsOf(
  database: ReadDatabase,
  keys: readonly PartKey[],
  weigh: (characters: number) => void = () => {},
): (PartFacts | null)[] {
  const stored = database.tuples<[key: PartKey, facts: string | null]>(
    `SELECT wanted.value, p.facts FROM json_each(?) AS wanted
     LEFT JOIN history_parts AS p ON p.key = wanted.value ORDER BY wanted.key`,
    JSON.stringify(keys),
  );
  weigh(stored.reduce((sum, [, facts]) => sum + (facts?.length ?? 0), 0));
  return stored.map(([key, facts]) => (facts === null ? null : unpackPart(key, facts)));
}

/** A part of a history that must be there. */
export function partOf(database: ReadDatabase, key: PartKey): PartFacts {
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
