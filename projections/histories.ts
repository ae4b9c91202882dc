import type { Position, RecordedEvent } from '../src/domain/events';
import { type FreeText, textOf } from '../src/domain/free-text';
import { evolve } from '../src/domain/history';
import { approachOfStream } from '../src/domain/streams';
import { partOf, readWhole, type StoredApproach } from './approaches';
import type { ReadDatabase, RowInserter } from './database';
import { type Derived, DerivedRows } from './derived';
import { packPart } from './packed-facts';
import type { Projection, ProjectionWriter } from './projection';
import { StoredHistory } from './stored-history';

/** As that of a {@link Projection}: of what is written here, without what is derived. */
const VERSION = 12;

/**
 * The approaches, each with its history: what stands now, what stood at any other point of the three
 * clocks, development and trend are all read from it by the rules of the domain.
 *
 * A history lies in parts, because most questions need few of them: its head; what each assessment found;
 * and what was reported and promised since. Free texts lie beside it, by the position of their event.
 */
const TABLES = {
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
};

/** The projection that keeps them, and the read models that are derived from them while they are at hand. */
export function histories(models: readonly Derived[]): Projection {
  return {
    name: ['approaches', ...models.map(({ name }) => name)].join('+'),
    version: models.reduce((sum, { version }) => sum + version, VERSION),
    tables: Object.assign({}, TABLES, ...models.map(({ tables }) => tables)),
    indexes: models.flatMap(({ indexes = [] }) => indexes),
    writer: (database) => new ApproachesWriter(database, new DerivedRows(database, models)),
  };
}

interface Kept extends StoredApproach {
  lastPosition: Position;
}

/** New parts that are kept in memory; beyond that they are written, and read again where needed. */
const MAX_NEW_PARTS = 2_000;

class ApproachesWriter implements ProjectionWriter {
  readonly #kept = new Map<string, Kept>();
  readonly #database: ReadDatabase;
  readonly #derived: DerivedRows;
  readonly #texts: RowInserter;
  #newParts = 0;

  constructor(database: ReadDatabase, derived: DerivedRows) {
    this.#database = database;
    this.#derived = derived;
    this.#texts = database.inserter('texts', ['position', 'text', 'reason']);
  }

  apply(event: RecordedEvent): void {
    this.#derived.note(event);
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
    if (this.#newParts <= MAX_NEW_PARTS) return;
    this.#writeParts();
    // Heads are small and stay.
    for (const { history } of this.#kept.values()) history.letPartsGo();
    this.#newParts = 0;
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
    this.#derived.write((stream) => {
      const kept = this.#kept.get(stream);
      if (kept === undefined) return null;
      readWhole(this.#database, [kept]);
      return kept;
    });
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
    const approach = approachOfStream(stream);
    if (approach === null)
      throw new RangeError(`stream ${stream} holds events of an approach but is not named like one`);
    const row = this.#database.get<{ id: number; head: string; last_position: number }>(
      'SELECT id, head, last_position FROM approaches WHERE stream = ?',
      stream,
    );
    const id = row?.id ?? this.#insert(stream, approach);
    const history = new StoredHistory(id, row?.head ?? null, (key) => partOf(this.#database, key));
    const kept = { id, ...approach, history, lastPosition: row?.last_position ?? 0 };
    this.#kept.set(stream, kept);
    return kept;
  }

  #insert(stream: string, approach: Pick<StoredApproach, 'municipality' | 'slug'>): number {
    const row = this.#database.get<{ id: number }>(
      `INSERT INTO approaches (stream, municipality, slug, last_position, head) VALUES (?, ?, ?, 0, '') RETURNING id`,
      stream,
      approach.municipality,
      approach.slug,
    );
    if (row === undefined) throw new RangeError(`approach ${stream} could not be inserted`);
    return row.id;
  }

  /** Writes the parts that are at hand. */
  #writeParts(): void {
    for (const { history } of this.#kept.values()) {
      for (const [key, facts] of history.partsAtHand()) {
        this.#database.run(
          'INSERT INTO history_parts (key, facts) VALUES (?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts',
          key,
          packPart(key, facts),
        );
      }
    }
  }
}
