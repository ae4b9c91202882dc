import { type Static, Type as T, type TObject, type TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import {
  atLeastOne,
  Code,
  Count,
  DateText,
  FrameworkCode,
  MunicipalityCode,
  Name,
  nullable,
  object,
  ReferenceYear,
  Sha256,
  Slug,
  Text,
  Uuid,
  Version,
} from './event-fields';
import { EventMetadata } from './event-metadata';

/**
 * The event catalogue. Events are the storage format, kept for decades: a name or a field here is never
 * renamed, removed or given another meaning. What changes gets a new schema version and is brought up to
 * date where events are read ({@link parseEvent}); what was written is never rewritten.
 */

/** The version written into the metadata of every event of this catalogue. */
export const SCHEMA_VERSION = 1;

const VerdictSchema = T.Union([T.Literal('MET'), T.Literal('IMPROVEMENT_NEEDED')]);
const BasisSchema = T.Union([T.Literal('ASSESSED'), T.Literal('REPORTED')]);
const KindSchema = T.Union([T.Literal('BASELINE'), T.Literal('FOLLOW_UP')]);
const SourceKindSchema = T.Union([T.Literal('QUESTIONNAIRE'), T.Literal('DOCUMENT'), T.Literal('STATEMENT')]);
const OutcomeSchema = T.Union([T.Literal('KEPT'), T.Literal('BROKEN')]);

/** `MET` (✓) or `IMPROVEMENT_NEEDED` (✗). */
export type Verdict = Static<typeof VerdictSchema>;
/** What a test rested on: the inspectorate's own research, or the municipality's statement. */
export type VerdictBasis = Static<typeof BasisSchema>;
export type AssessmentKind = Static<typeof KindSchema>;
export type SourceKind = Static<typeof SourceKindSchema>;
export type CommitmentOutcome = Static<typeof OutcomeSchema>;

const Themes = T.Array(
  object({
    code: Code,
    name: Name,
    criteria: T.Array(
      object({
        code: Code,
        name: Name,
        indicators: T.Array(object({ code: Code, name: Name }), atLeastOne('indicator')),
      }),
      atLeastOne('criterion'),
    ),
  }),
  atLeastOne('theme'),
);
/** Themes, criteria and indicators in document order, with their stable codes (`4`, `4.2`, `4.2.2`). */
export type Themes = Static<typeof Themes>;

const schemas = {
  /** A framework enters the register: version 1, with everything that can be assessed against it. */
  FrameworkPublished: object({ framework: FrameworkCode, version: Version, name: Name, themes: Themes }),
  /** A new version. `equivalents` maps old indicators to the new ones that ask the same; others have none. */
  FrameworkRevised: object({
    framework: FrameworkCode,
    version: Version,
    name: Name,
    themes: Themes,
    equivalents: T.Array(object({ from: Code, to: Code })),
  }),

  /** A municipality's approach becomes known to the register. */
  ApproachRegistered: object({ municipality: MunicipalityCode, slug: Slug, name: Name }),
  /** A document was read, whole: SHA-256 of its bytes, its file name, its text, and what it was read as. */
  FactsheetImported: object({
    digest: Sha256,
    name: Name,
    text: Text,
    kind: KindSchema,
    reference: ReferenceYear,
    publishedOn: nullable(DateText),
    partial: T.Boolean(),
  }),
  /** An inspection of the approach against one framework version begins, for one reference year. */
  AssessmentOpened: object({
    assessmentId: Uuid,
    framework: FrameworkCode,
    frameworkVersion: Version,
    kind: KindSchema,
    reference: ReferenceYear,
    assessor: Name,
    description: nullable(Text),
    familiesReached: nullable(Count),
  }),
  /** Who was asked, or what was read. */
  SourceConsulted: object({
    assessmentId: Uuid,
    kind: SourceKindSchema,
    name: Name,
    consultedOn: nullable(DateText),
  }),
  /** What the inspectorate found, and its verdict; it speaks of one or more indicators. */
  FindingRecorded: object({
    findingId: Uuid,
    assessmentId: Uuid,
    indicators: T.Array(Code, atLeastOne('code')),
    verdict: VerdictSchema,
    narrative: Text,
  }),
  /** A warning beside a finding (LET OP); it never changes the verdict. */
  AttentionPointRaised: object({ attentionPointId: Uuid, findingId: Uuid, text: Text }),
  /** A ✗ opens an improvement point; it speaks of the indicators of its finding. */
  ImprovementPointIdentified: object({ improvementPointId: Uuid, findingId: Uuid, text: Text }),
  /** What else changed in the approach, told in a follow-up. */
  DevelopmentNoted: object({ assessmentId: Uuid, text: Text }),
  /** The assessment is complete: from here on its findings count. `public` is false for a confidential one. */
  AssessmentConcluded: object({ assessmentId: Uuid, publishedOn: nullable(DateText), public: T.Boolean() }),
  /** The assessment will not be concluded: it counts nowhere, and another may be opened in its place. */
  AssessmentAbandoned: object({ assessmentId: Uuid, reason: Text }),
  /** The municipality says what it did about improvement points; to an assessment, or before there is one. */
  FollowUpReported: object({
    followUpId: Uuid,
    assessmentId: nullable(Uuid),
    improvementPointIds: T.Array(Uuid, atLeastOne('id')),
    reportedBy: Name,
    reportedOn: nullable(DateText),
    narrative: nullable(Text),
  }),
  /** The inspectorate judges again what was to be improved. It is a finding too. */
  FollowUpAssessed: object({
    findingId: Uuid,
    assessmentId: Uuid,
    followUpId: nullable(Uuid),
    improvementPointIds: T.Array(Uuid),
    indicators: T.Array(Code, atLeastOne('code')),
    verdict: VerdictSchema,
    basis: BasisSchema,
    narrative: Text,
  }),
  /** A promise about improvement points, still open when it was made; told in an assessment, or apart. */
  CommitmentMade: object({
    commitmentId: Uuid,
    assessmentId: nullable(Uuid),
    improvementPointIds: T.Array(Uuid, atLeastOne('id')),
    madeBy: Name,
    text: Text,
    dueOn: nullable(DateText),
  }),
  /** What became of a promise. */
  CommitmentSettled: object({
    commitmentId: Uuid,
    outcome: OutcomeSchema,
    settledOn: DateText,
    narrative: nullable(Text),
  }),
  /** The finding `corrects` should have read thus. `publishedOn` null: from the day it was recorded; of a draft unused. */
  FindingCorrected: object({
    findingId: Uuid,
    corrects: Uuid,
    indicators: T.Array(Code, atLeastOne('code')),
    verdict: VerdictSchema,
    basis: BasisSchema,
    narrative: Text,
    reason: Text,
    publishedOn: nullable(DateText),
  }),
  /** This reading should not have been there: the one that it corrected stands again, or else the earlier verdict. */
  FindingWithdrawn: object({ findingId: Uuid, reason: Text, publishedOn: nullable(DateText) }),
  /** The report `corrects` should have read thus; how it was judged is corrected by {@link FindingCorrected}. */
  FollowUpCorrected: object({
    followUpId: Uuid,
    corrects: Uuid,
    improvementPointIds: T.Array(Uuid, atLeastOne('id')),
    reportedBy: Name,
    reportedOn: nullable(DateText),
    narrative: nullable(Text),
    reason: Text,
    publishedOn: nullable(DateText),
  }),
  /** The municipality did not report this, or the report was corrected wrongly; the earlier one stands again. */
  FollowUpWithdrawn: object({ followUpId: Uuid, reason: Text, publishedOn: nullable(DateText) }),
  /**
   * What an assessment says beside its findings should have read thus, all of it. `assessmentPublishedOn`
   * is when the assessment itself became public, `publishedOn` when the correction did.
   */
  AssessmentCorrected: object({
    assessmentId: Uuid,
    assessor: Name,
    description: nullable(Text),
    familiesReached: nullable(Count),
    sources: T.Array(object({ kind: SourceKindSchema, name: Name, consultedOn: nullable(DateText) })),
    developments: T.Array(Text),
    assessmentPublishedOn: nullable(DateText),
    reason: Text,
    publishedOn: nullable(DateText),
  }),
  /** The warning should not have been raised, or not in these words. */
  AttentionPointWithdrawn: object({ attentionPointId: Uuid, reason: Text, publishedOn: nullable(DateText) }),
  /** The improvement point should have been put thus. */
  ImprovementPointCorrected: object({
    improvementPointId: Uuid,
    text: Text,
    reason: Text,
    publishedOn: nullable(DateText),
  }),
  /** The promise was not made, or not in these words. */
  CommitmentWithdrawn: object({ commitmentId: Uuid, reason: Text, publishedOn: nullable(DateText) }),
  /** This log is a copy that leaves texts out: of which events, by the digests in their place, and why. */
  TextsLeftOut: object({
    texts: T.Array(object({ eventId: Uuid, digest: Sha256 }), { minItems: 1, maxItems: 1000 }),
    grounds: Name,
  }),
} as const satisfies Record<string, TSchema>;

/** What the content of each type of event must be. */
export const EVENT_SCHEMAS: Readonly<Record<EventType, TObject>> = schemas;

export type EventType = keyof typeof schemas;
export const EVENT_TYPES = Object.keys(schemas) as EventType[];

/** The content of an event of type `K`. */
export type EventData<K extends EventType> = Static<(typeof schemas)[K]>;

/** An event that has been decided but not yet appended: type and content, told apart by `type`. */
export type DomainEvent = { [K in EventType]: { readonly type: K; readonly data: EventData<K> } }[EventType];

/** Where an event lies in the whole log: ordered by `<`, otherwise opaque, and gapless only on SQLite. */
export type Position = number;

interface Envelope {
  /** UUID; the store recognises a repeated append by it. */
  readonly id: string;
  readonly stream: string;
  /** Place in the stream: from 0, gapless. */
  readonly revision: number;
  readonly metadata: EventMetadata;
}

interface Placed {
  readonly position: Position;
}

/** A recorded event without its position, which is the engine's: what is the same in every copy of the log. */
export type PortableEvent = DomainEvent & Envelope;

/** An event as it stands in the log. */
export type RecordedEvent = PortableEvent & Placed;

/** A recorded event of type `K`. */
export type Recorded<K extends EventType> = Extract<DomainEvent, { type: K }> & Envelope & Placed;

/** The event in the log is corrupt, or of a kind that this version does not know. Names the event. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

const dataChecks = new Map<string, TypeCheck<TSchema>>(
  Object.entries(schemas).map(([type, schema]) => [type, TypeCompiler.Compile(schema)]),
);
const metadataCheck = TypeCompiler.Compile(EventMetadata);

/** The metadata that was checked last: the events of one append may share theirs, which then is checked once. */
let checkedMetadata: unknown;

/**
 * The door by which events enter, the log and what is read from it: what comes out is of this catalogue.
 * @throws InvalidEventError that names the event, the field and what was expected.
 */
export function parseEvent(raw: {
  id: string;
  stream: string;
  revision: number;
  position: Position;
  type: string;
  data: unknown;
  metadata: unknown;
}): RecordedEvent {
  if (raw.metadata !== checkedMetadata) {
    if (!metadataCheck.Check(raw.metadata)) throw invalid(raw, 'metadata', metadataCheck, raw.metadata);
    const { schemaVersion } = raw.metadata;
    if (schemaVersion > SCHEMA_VERSION) {
      throw new InvalidEventError(
        `${whereIs(raw)} has schema version ${schemaVersion}; this version of Toetsspoor reads up to ${SCHEMA_VERSION}`,
      );
    }
    checkedMetadata = raw.metadata;
  }
  const check = dataChecks.get(raw.type);
  if (check === undefined) {
    throw new InvalidEventError(
      `${whereIs(raw)} has the unknown type "${raw.type}"; known are ${EVENT_TYPES.join(', ')}`,
    );
  }
  if (!check.Check(raw.data)) throw invalid(raw, raw.type, check, raw.data);
  return raw as RecordedEvent;
}

/** The first thing in an event's data that may not enter the log, and what is accepted there; null where nothing is. */
export function problemOf({ type, data }: DomainEvent): { field: string; accepted: string } | null {
  const check = dataChecks.get(type);
  let error = check?.Errors(data).First();
  // Of what may be one thing or null, the error of the thing says more.
  for (let inner = error; inner !== undefined; inner = inner.errors[0]?.First()) error = inner;
  if (error === undefined) return null;
  // A text stands in an object, with its salt.
  const field = error.path
    .slice(1)
    .replaceAll('/', '.')
    .replace(/\.text$/, '');
  return { field, accepted: error.schema.description ?? error.message.replace(/^Expected (\w)/, '$1') };
}

type EventPlace = Pick<Envelope, 'id' | 'stream' | 'revision'>;

function whereIs({ id, stream, revision }: EventPlace): string {
  return `event ${id} (${stream} revision ${revision})`;
}

function invalid(
  event: EventPlace,
  part: string,
  check: TypeCheck<TSchema>,
  value: unknown,
): InvalidEventError {
  const first = check.Errors(value).First();
  const field = first === undefined || first.path === '' ? part : `${part}${first.path}`;
  return new InvalidEventError(
    `${whereIs(event)} is corrupt: ${field}: ${first?.message ?? 'not of its schema'}`,
  );
}
