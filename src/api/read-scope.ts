import DataLoader from 'dataloader';
import {
  type ApproachPage,
  type ApproachRow,
  approachesByKey,
  approachKey,
  approachPage,
  readWhole,
} from '../../projections/approaches';
import { confidentialApproaches } from '../../projections/confidential';
import type { ReadDatabase } from '../../projections/database';
import {
  type EventFilter,
  type EventPlace,
  eventPlaces,
  lastRecordedAt,
  positionRecordedBy,
  revisionAt,
} from '../../projections/event-index';
import { frameworkCodes, frameworkLine } from '../../projections/frameworks';
import { type ImprovementPointFilter, improvementPointPlaces } from '../../projections/improvement-points';
import {
  type ReleaseFilter,
  type ReleaseRow,
  releasePage,
  releasesOfEvent,
  subjectsAt,
} from '../../projections/releases';
import { followedKey, type PartFacts, type PartKey } from '../../projections/stored-history';
import { yearsOfApproaches } from '../../projections/trend';
import type { AsOf } from '../domain/as-of';
import type { Audience } from '../domain/audience';
import { documentLine, documentLines } from '../domain/document-lines';
import type { Position, RecordedEvent } from '../domain/events';
import type { FactsheetFact } from '../domain/facts';
import type { FrameworkLine } from '../domain/framework';
import type { ApproachHistory } from '../domain/history';
import type { ReleaseSubject } from '../domain/releases';
import type { ApproachYear } from '../domain/trend';
import { type Bounds, holdFacts, NO_BOUNDS, readEvents, readParts, readTexts } from './bounded-reads';
import { logMark } from './log-mark';
import type { ReadSources } from './read-sources';
import { type Snapshot, Snapshots } from './snapshots';
import { beginWork, nextStep } from './steps';
import { Texts } from './texts';

/**
 * What one request reads, all of it as of one position: what is appended while the request runs is not
 * seen, so an answer never mixes two states of the register. Reads are batched and made once a request.
 */
export class ReadScope {
  readonly #sources: ReadSources;
  readonly #bounds: Bounds;
  readonly #snapshots: Snapshots;
  readonly #work = beginWork();
  readonly #frameworks = new Map<Position, Map<string, FrameworkLine>>();
  readonly #documentLines = new Map<FactsheetFact, readonly string[]>();
  #upTo: Position;
  #isPinned = false;
  #cameAt: Position;
  #logMark: string | null = null;
  /** Which drafts and confidential assessments this request sees. */
  readonly audience: Audience;

  readonly approach: DataLoader<string, ApproachRow | null>;
  /** Parts of histories; null where a history has no such part. */
  readonly part: DataLoader<PartKey, PartFacts | null>;
  readonly event: DataLoader<Pick<EventPlace, 'stream' | 'revision'>, RecordedEvent, string>;
  /** Free texts of all events but those of {@link documents}. */
  readonly texts: Texts;
  /** The texts of factsheets: long, and seldom asked for. */
  readonly documents: Texts;

  constructor(
    sources: ReadSources,
    audience: Audience,
    snapshots = new Snapshots(sources),
    bounds: Bounds = NO_BOUNDS,
  ) {
    this.#sources = sources;
    this.#bounds = bounds;
    this.audience = audience;
    this.#snapshots = snapshots;
    this.#cameAt = sources.position();
    this.#upTo = this.#cameAt;
    const { database } = sources;
    this.approach = new DataLoader(async (keys: readonly string[]) => {
      bounds.check();
      const rows = approachesByKey(database, keys);
      this.hold([...rows.values()]);
      return keys.map((key) => rows.get(key) ?? null);
    });
    this.part = new DataLoader(async (keys) => readParts(database, keys, bounds));
    const texts = (positions: readonly Position[]) => readTexts(database, positions, bounds);
    this.texts = new Texts(texts);
    this.documents = new Texts(texts);
    this.event = new DataLoader((places) => readEvents(sources, places, bounds), {
      cacheKeyFn: ({ stream, revision }) => `${stream}/${revision}`,
    });
  }

  /** The position that the read models had reached when the request came, or what it waited for. */
  get cameAt(): Position {
    return this.#cameAt;
  }

  /** Lets the request see what came while it waited, but where it reads a snapshot; before anything is read. */
  catchUp(): void {
    this.#cameAt = this.#sources.position();
    if (!this.#isPinned) this.#upTo = this.#cameAt;
  }

  /** The last position that this request sees. */
  get upTo(): Position {
    return this.#upTo;
  }

  /** True where the request reads a snapshot that it named. */
  get isPinned(): boolean {
    return this.#isPinned;
  }

  /**
   * Lets the request see what that snapshot holds and nothing else; before anything is read.
   * @throws GraphQLError as {@link Snapshots.positionOf}
   */
  async pin(token: string): Promise<void> {
    this.#upTo = await this.#snapshots.positionOf(token);
    this.#isPinned = true;
  }

  /** The snapshot that is all the request sees up to a position. */
  snapshotAt(position: Position = this.#upTo): Promise<Snapshot> {
    return this.#snapshots.at(Math.min(position, this.#upTo));
  }

  /** @throws GraphQLError as {@link Snapshots.positionOf} */
  positionOfSnapshot(token: string): Promise<Position> {
    return this.#snapshots.positionOf(token);
  }

  /** The same for another request of the same sender, as of now. */
  anew(): ReadScope {
    return new ReadScope(this.#sources, this.audience, this.#snapshots);
  }

  /** What the same one sees up to another position, read anew. */
  at(upTo: Position): ReadScope {
    const scope = new ReadScope(this.#sources, this.audience, this.#snapshots, this.#bounds);
    scope.#upTo = upTo;
    return scope;
  }

  /** What cursors of this log are marked with. */
  get logMark(): string | null {
    this.#logMark ??= logMark(this.#sources.database);
    return this.#logMark;
  }

  now(): Date {
    return this.#sources.now();
  }

  /** Between the steps of longer work: lets others be served, and throws where no further step is to be made. */
  async breathe(): Promise<void> {
    await nextStep(this.#work);
    this.#bounds.check();
  }

  /** True where the read models stand at what this request sees, and nothing is left out by a clock. */
  isCurrent(asOf: AsOf): boolean {
    return asOf.reference === null && asOf.publishedBy === null && asOf.upTo === this.#sources.position();
  }

  /** When the last event was recorded; empty before the first. */
  lastRecordedAt(): string {
    return lastRecordedAt(this.#sources.database);
  }

  positionRecordedBy(instant: string): Position {
    return positionRecordedBy(this.#sources.database, instant);
  }

  /** The framework with the versions that are there up to a position. */
  framework(code: string, upTo: Position = this.#upTo): FrameworkLine {
    const lines = this.#frameworks.get(upTo) ?? new Map<string, FrameworkLine>();
    this.#frameworks.set(upTo, lines);
    const line = lines.get(code) ?? frameworkLine(this.#sources.database, code, upTo);
    lines.set(code, line);
    return line;
  }

  /** A line of a document that was imported, from 1; empty where the document is shorter or was left out. */
  documentLine(factsheet: FactsheetFact, line: number): string {
    let lines = this.#documentLines.get(factsheet);
    if (lines === undefined) {
      lines = documentLines(this.documents.of(factsheet));
      this.#documentLines.set(factsheet, lines);
    }
    return documentLine(lines, line);
  }

  /** The codes of the frameworks that are there up to a position, in order. */
  frameworkCodes(upTo: Position = this.#upTo): string[] {
    return frameworkCodes(this.#sources.database, upTo);
  }

  /**
   * To be told of rows that the request goes on to hold; those that {@link approach} gives it is told of already.
   * @throws GraphQLError where they are more than it may hold
   */
  hold(rows: readonly ApproachRow[]): void {
    holdFacts(
      this.#bounds,
      rows.reduce((sum, { characters }) => sum + characters, 0),
    );
  }

  approachPage(page: ApproachPage): ApproachRow[] {
    this.#bounds.check();
    return approachPage(this.#sources.database, page);
  }

  /** Approaches with all parts of their histories at hand. */
  wholeApproachPage(page: ApproachPage): ApproachRow[] {
    const rows = this.approachPage(page);
    readWhole(this.#sources.database, rows);
    return rows;
  }

  /** The history of an approach with all its parts at hand; null where there is none. */
  async wholeHistory(key: string): Promise<ApproachHistory | null> {
    const row = await this.approach.load(key);
    if (row === null) return null;
    const { id, history } = row;
    await this.readParts(row, [...history.assessments.map(({ position }) => position), followedKey(id)]);
    return history;
  }

  /** Reads those parts of a history together; a part that is missed here is read when it is asked for. */
  async readParts({ history }: ApproachRow, keys: readonly PartKey[]): Promise<void> {
    const missing = keys.filter((key) => !history.partsAtHand().has(key));
    const parts = await Promise.all(missing.map((key) => this.part.load(key)));
    missing.forEach((key, index) => {
      const facts = parts[index];
      if (facts != null) history.setPart(key, facts);
    });
  }

  /**
   * These approaches with all parts of their histories at hand, to be let go of again; those that are not there are
   * left out.
   */
  wholeApproaches(keys: readonly string[]): ApproachRow[] {
    this.#bounds.check();
    // Not by the loader, which would hold on to all of them.
    const rows = [...approachesByKey(this.#sources.database, keys).values()];
    readWhole(this.#sources.database, rows);
    return rows;
  }

  improvementPointPlaces(filter: ImprovementPointFilter): ReturnType<typeof improvementPointPlaces> {
    this.#bounds.check();
    return improvementPointPlaces(this.#sources.database, filter);
  }

  /** The revision that a stream is at by a position. */
  revisionAt(stream: string, upTo: Position): number {
    return revisionAt(this.#sources.database, stream, upTo);
  }

  eventPlaces(filter: EventFilter): EventPlace[] {
    this.#bounds.check();
    return eventPlaces(this.#sources.database, filter);
  }

  releasePage(filter: ReleaseFilter): ReleaseRow[] {
    this.#bounds.check();
    return releasePage(this.#sources.database, filter);
  }

  /** What else is read of the read models, in one step. */
  read<Result>(query: (database: ReadDatabase) => Result): Result {
    this.#bounds.check();
    return query(this.#sources.database);
  }

  releasesOfEvent(place: EventPlace): ReleaseRow[] {
    return releasesOfEvent(this.#sources.database, place);
  }

  releaseSubjects(positions: readonly Position[]): ReleaseSubject[] {
    return subjectsAt(this.#sources.database, positions);
  }

  /** The keys of the approaches with a confidential assessment, in order of municipality and slug. */
  confidentialApproaches(): string[] {
    return confidentialApproaches(this.#sources.database).map(approachKey);
  }

  /** As everybody sees them now; of one municipality, or of all. */
  yearsOfApproaches(
    framework: string,
    municipality: string | null,
  ): Iterable<{ municipality: string; slug: string; years: ApproachYear[] }> {
    return yearsOfApproaches(this.#sources.database, framework, municipality);
  }
}
