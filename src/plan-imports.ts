import type { ApproachCommand } from './domain/approach-commands';
import { decideWithin } from './domain/decide-within';
import type { Edtf } from './domain/edtf';
import type { DomainEvent, Position } from './domain/events';
import type { AssessmentFact } from './domain/facts';
import { type Framework, FrameworkLine } from './domain/framework';
import { reasonOfNewIssue } from './domain/free-text';
import { type ApproachHistory, emptyHistory, evolve } from './domain/history';
import { assessmentInPlace } from './domain/history-lookups';
import { Rejection } from './domain/rejection';
import { approachOfStream, approachStream } from './domain/streams';
import { assertMayWriteMunicipality, historyShownTo } from './domain/write-limits';
import { type Factsheet, FactsheetError, type Said } from './factsheet/factsheet';
import { issueDate } from './factsheet/issue-date';
import {
  assertMayComeAgain,
  datesOf,
  type ImportedBefore,
  importedAs,
  isOtherDate,
  issuesOf,
} from './factsheet/issues';
import { type Reissue, redate, reissue } from './factsheet/reissue';
import type { FactsheetSubject, ImportFlags } from './factsheet/subject';
import { type FactsheetFile, toCommand } from './factsheet/to-command';
import {
  type ApproachKey,
  type CommandContext,
  type LogReader,
  loadFramework,
  reused,
  stableId,
} from './handle-command';
import { salted } from './salted';

/** A document that was read. */
export interface ReadDocument {
  readonly path: string;
  readonly file: FactsheetFile;
  readonly factsheet: Factsheet;
  readonly subject: FactsheetSubject;
}

/** What an import will append, and why. */
export interface PlannedImport {
  readonly document: ReadDocument;
  readonly approach: ApproachKey;
  /** What the ids of its events are made of. */
  readonly key: string;
  /** Id of the assessment that it tells of. */
  readonly assessmentId: string;
  /** Null where a new issue says what the register holds already. */
  readonly command: ApproachCommand | null;
  /** The revision that the approach must still be at; null where any will do. */
  readonly expectedRevision: number | null;
  readonly isReissue: boolean;
  /** Of a new issue: what it changes, in words. */
  readonly changes: readonly Said<string>[];
  readonly warnings: readonly Said<string>[];
  /** The events that it gives, by type; none where it was imported before. */
  readonly events: Readonly<Record<string, number>>;
}

export interface PlanOptions {
  readonly flags: ImportFlags;
  /** The documents are new issues of ones that were imported. */
  readonly reissue: boolean;
  /** Why what a new issue corrects was wrong; null for the usual words. */
  readonly reason: string | null;
  readonly now: () => Date;
  /** The stream that holds a document already, by its SHA-256; null where none does. */
  readonly streamOfDocument: (digest: string) => string | null;
  /** Where one document is sent as a command of its own; else the command follows from the document. */
  readonly command?: Required<
    Pick<CommandContext, 'correlationId' | 'expectedRevision' | 'limits' | 'content' | 'onRead'>
  > & {
    /** The stream that a command with this id wrote to before; null where there is none. */
    readonly usedIn: string | null;
  };
}

/** An approach with what is to be appended to it so far. */
interface Ahead {
  readonly history: ApproachHistory;
  /** By revision. */
  readonly events: DomainEvent[];
  /** Of its last event. What is planned lies behind it, in turn, as what is recorded will. */
  position: Position;
}

/**
 * Decides on every document in turn, each on what those before it would leave.
 * @throws FactsheetError or Rejection, each as `fail` makes of it, for the first that cannot be imported.
 */
export async function planImports(
  store: LogReader,
  documents: readonly ReadDocument[],
  framework: Framework,
  options: PlanOptions,
  fail: (path: string, error: unknown) => Error,
): Promise<PlannedImport[]> {
  const { line: stored } = await loadFramework(store, framework.code);
  const line = stored.latest === undefined ? new FrameworkLine().add(framework, []) : stored;
  const approaches = new Map<string, Ahead>();
  const plans: PlannedImport[] = [];
  for (const document of documents) {
    const { subject, file, path } = document;
    const approach = { municipality: subject.municipality.code, slug: subject.slug };
    const stream = approachStream(approach.municipality, approach.slug);
    const ahead = approaches.get(stream) ?? (await readApproach(store, stream));
    options.command?.onRead(ahead.position);
    approaches.set(stream, ahead);
    try {
      assertMayImport(options, approach);
      assertNotElsewhere(options.streamOfDocument(file.digest), stream, ahead.history, file.digest);
      // Of issues that are named together, an earlier one that was imported before is only passed on the way.
      const isLast = documents.findLast((other) => isOfSameAssessment(other, document)) === document;
      const shown = shownTo(options, approach, ahead);
      const known = knownAs(document, framework, shown.history, options);
      const then = known === null ? ahead : await readApproach(store, stream, known.revision);
      const before = shownTo(options, approach, then);
      const plan = planOne(document, approach, framework, shown, before, { ...options, isLast, known });
      const { limits } = options.command ?? {};
      const decided =
        plan.command === null
          ? []
          : decideWithin(limits, approach.municipality, plan.command, ahead.history, () => line);
      const counts: Record<string, number> = {};
      for (const { event, line: from } of decided) {
        const source = from === null ? null : { document: file.digest, line: from };
        ahead.position += 1;
        const place = {
          revision: ahead.events.length,
          position: ahead.position,
          recordedAt: options.now().toISOString(),
        };
        evolve(ahead.history, event, { ...place, source });
        ahead.events.push(event);
        counts[event.type] = (counts[event.type] ?? 0) + 1;
      }
      plans.push({ ...plan, document, approach, events: counts });
    } catch (error) {
      throw fail(path, error);
    }
  }
  return plans;
}

/** The approach as its sender knows it: a document is compared with nothing else. */
function shownTo({ command }: PlanOptions, { municipality }: ApproachKey, ahead: Ahead): Ahead {
  if (command === undefined) return ahead;
  return { ...ahead, history: historyShownTo(command.limits, municipality, ahead.history) };
}

function isOfSameAssessment(a: ReadDocument, b: ReadDocument): boolean {
  return (
    a.subject.municipality.code === b.subject.municipality.code &&
    a.subject.slug === b.subject.slug &&
    a.subject.year === b.subject.year &&
    a.factsheet.kind === b.factsheet.kind
  );
}

/** @param upTo only what stands before this revision */
async function readApproach(
  store: LogReader,
  stream: string,
  upTo = Number.POSITIVE_INFINITY,
): Promise<Ahead> {
  const ahead: Ahead = { history: emptyHistory(), events: [], position: 0 };
  for await (const page of store.readStream(stream)) {
    for (const event of page) {
      if (event.revision >= upTo) return ahead;
      evolve(ahead.history, event, { ...event, ...event.metadata });
      ahead.events.push(event);
      ahead.position = event.position;
    }
  }
  return ahead;
}

type Plan = Omit<PlannedImport, 'document' | 'approach' | 'events'>;

/**
 * Of a document that was imported before, what was imported then; unless it is issued again over another.
 * @param before the approach as it was before the document was imported, where it was: so what it changes and
 * what is warned of is the same, however often it is imported
 */
function planOne(
  document: ReadDocument,
  approach: ApproachKey,
  framework: Framework,
  ahead: Ahead,
  before: Ahead,
  options: PlanOptions & { readonly isLast: boolean; readonly known: ImportedBefore | null },
): Plan {
  const { factsheet, subject, file } = document;
  const { flags, known } = options;
  const issues = issuesOf(factsheet.kind, subject.year, ahead.history);
  const keyOf = (time: number): string => {
    const key = `${file.digest}/${approach.municipality}/${approach.slug}/${subject.year}`;
    return time === 1 ? key : `${key}/issue ${time}`;
  };
  if (options.reissue && (known === null || options.isLast)) {
    const times = issues.filter(({ digest }) => digest === file.digest).length;
    const revision = ahead.events.length - 1;
    const issue = planIssue(document, keyOf(times + 1), framework, ahead, issues, options, revision);
    if (known !== null && issue.command !== null) assertMayComeAgain(file.digest, issues, flags.published);
    if (known === null || issue.command !== null) return issue;
  }

  // Of one that was imported before, what was imported then: the log knows it again.
  const at = known?.at ?? 0;
  const { history } = at > 0 ? ahead : before;
  const key = keyOf(known?.time ?? 1);
  const name = (what: string) => stableId(key, what);
  const commandOf = (about: FactsheetSubject) =>
    toCommand(factsheet, about, file, framework, history, flags.partial, name);
  if (at === 0) {
    const assessmentId = name('assessment');
    return {
      ...commandOf(subject),
      key,
      assessmentId,
      expectedRevision: null,
      isReissue: false,
      changes: [],
    };
  }
  // What it changed, and what was warned of, is told as it was then.
  const then = planIssue(document, key, framework, before, issues.slice(0, at), options, null);
  const { publishedOn = null } = known ?? {};
  return { ...then, command: commandOf({ ...subject, publishedOn }).command };
}

/** @param issues the documents of the assessment so far */
function planIssue(
  { factsheet, subject, file }: ReadDocument,
  key: string,
  framework: Framework,
  { history, events }: Ahead,
  issues: ApproachHistory['factsheets'],
  options: PlanOptions,
  expectedRevision: number | null,
): Plan {
  const { flags } = options;
  const assessment = assessmentOf(factsheet, subject, framework, history);
  const commandFor = (publishedOn: Edtf | null) =>
    toCommand(factsheet, { ...subject, publishedOn }, file, framework, history, flags.partial, (name) =>
      stableId(key, name),
    );
  const why = (publishedOn: Edtf | null) => ({
    reason: () => salted(options.reason ?? reasonOfNewIssue(file.name)),
    publishedOn,
  });
  const planOf = (issue: Reissue, more: readonly Said<string>[]): Plan => ({
    key,
    assessmentId: assessment.id,
    command: issue.command,
    expectedRevision,
    isReissue: true,
    changes: issue.changes,
    warnings: [...more, ...issue.warnings].sort((a, b) => a.line - b.line),
  });

  const date = subject.publishedOn;
  if (date !== null && isOtherDate(date, assessment, issues)) {
    const { command, warnings } = commandFor(date);
    const { publishedOn: said } = factsheet;
    const because = why(said === null ? null : flags.published);
    const differs = reissue(command, assessment, history, events, because).command !== null;
    const on = { value: date, line: said?.line ?? factsheet.approach.line };
    if (!differs) return planOf(redate(command, assessment, on, because), warnings);
  }
  const issued = issueDate(factsheet, datesOf(assessment, issues), flags.published, today(options));
  const { publishedOn } = issued;
  const { command, warnings } = commandFor(publishedOn);
  const compared = reissue(command, assessment, history, events, why(publishedOn));
  return planOf(compared, [...warnings, ...issued.warnings]);
}

/** How the document was imported before; null where it was not. */
function knownAs(
  { factsheet, subject, file }: ReadDocument,
  framework: Framework,
  history: ApproachHistory,
  options: PlanOptions,
): ImportedBefore | null {
  const issues = issuesOf(factsheet.kind, subject.year, history);
  return importedAs(file.digest, subject.publishedOn, issues, (behind) => {
    const dates = datesOf(assessmentOf(factsheet, subject, framework, history), behind);
    return issueDate(factsheet, dates, options.flags.published, today(options)).publishedOn;
  });
}

function today({ now }: PlanOptions): string {
  return now().toISOString().slice(0, 10);
}

/** The assessment of which the document is a new issue. */
function assessmentOf(
  { kind, approach }: Factsheet,
  { year, municipality }: FactsheetSubject,
  framework: Framework,
  history: ApproachHistory,
): AssessmentFact {
  const place = { framework: framework.code, kind, year: Number(year) };
  const assessment = assessmentInPlace(history, place);
  const what = kind === 'BASELINE' ? 'assessment' : 'follow-up';
  if (assessment === undefined) {
    throw new FactsheetError([
      {
        line: approach.line,
        message: `there is no ${what} for ${year} of ${approach.value} in ${municipality.name} that this could be a new issue of; import it without --reissue`,
      },
    ]);
  }
  if (assessment.frameworkVersion !== framework.version) {
    throw new FactsheetError([
      {
        line: approach.line,
        message: `the ${what} for ${year} is against version ${assessment.frameworkVersion} of ${framework.code}; expected a new issue against that version`,
      },
    ]);
  }
  return assessment;
}

/** Before anything is said of what the register holds. */
function assertMayImport({ command }: PlanOptions, { municipality, slug }: ApproachKey): void {
  if (command === undefined) return;
  assertMayWriteMunicipality(command.limits, municipality);
  if (command.usedIn === null || command.usedIn === approachStream(municipality, slug)) return;
  throw reused(command.correlationId);
}

/** The same document for another approach is the same document with other flags. */
function assertNotElsewhere(
  holder: string | null,
  stream: string,
  history: ApproachHistory,
  digest: string,
): void {
  if (holder === null || holder === stream) return;
  if (history.factsheets.some((known) => known.digest === digest)) return;
  const { municipality, slug } = approachOfStream(holder) ?? {};
  const message = `this document was imported already, for approach ${slug} of ${municipality}`;
  throw new Rejection('FACTSHEET_REUSED', message, 'municipality');
}
