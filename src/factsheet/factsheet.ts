import type { Edtf } from '../domain/edtf';
import type { AssessmentKind, SourceKind, Verdict } from '../domain/events';

/** Something that the document says, and the line (from 1) on which it begins to say it. */
export interface Said<T> {
  readonly value: T;
  readonly line: number;
}

/** A ✓ or ✗ with what is said of it, up to the next mark. */
export interface Mark {
  readonly line: number;
  readonly verdict: Verdict;
  readonly narrative: string;
  /** The notes (LET OP) behind this mark, without the words LET OP. */
  readonly attentionPoints: readonly Said<string>[];
  /** What is promised for a day to come: the sentence and the day. */
  readonly commitments: readonly Said<{ readonly text: string; readonly dueOn: Edtf }>[];
}

/** A row of the table: every mark in it speaks of every indicator in it. */
export interface FactsheetRow {
  readonly line: number;
  /** Codes in the framework, in document order. */
  readonly indicators: readonly string[];
  readonly marks: readonly [Mark, ...Mark[]];
  /** In a follow-up: the marks of the baseline's column, as the follow-up quotes them. */
  readonly quoted: readonly Mark[];
}

/** What a factsheet says, and nothing that it does not say: what is missing is null. */
export interface Factsheet {
  readonly kind: AssessmentKind;
  /** The municipality's name as written. */
  readonly municipality: Said<string> | null;
  /** The approach's name as written. */
  readonly approach: Said<string>;
  /** The reference year of this assessment, as `YYYY`. */
  readonly reference: Said<string> | null;
  /** In a follow-up: the reference year of the assessment that it follows, as `YYYY`. */
  readonly baselineReference: Said<string> | null;
  readonly publishedOn: Said<Edtf> | null;
  /** Full name of the inspectorate. */
  readonly assessor: Said<string> | null;
  readonly description: Said<string> | null;
  readonly familiesReached: Said<number> | null;
  readonly sources: readonly Said<{
    readonly kind: SourceKind;
    readonly name: string;
    readonly consultedOn: Edtf | null;
  }>[];
  /** In a follow-up: what the municipality stated, and when. */
  readonly statement: Said<{ readonly by: string; readonly on: Edtf }> | null;
  /** In a follow-up: what else changed in the approach, a paragraph each. */
  readonly developments: readonly Said<string>[];
  readonly rows: readonly [FactsheetRow, ...FactsheetRow[]];
  /** Names of criteria and indicators that are misspelt, and what they were read as. */
  readonly misspelt: readonly Said<string>[];
  /** Lines that are neither understood nor known boilerplate; never a verdict. */
  readonly notUnderstood: readonly Said<string>[];
}

/** One thing wrong with a document: where, and what was expected there. */
export interface FactsheetProblem {
  /** From 1; null where the document as a whole is meant. */
  readonly line: number | null;
  readonly message: string;
}

/** The document cannot be read; nothing of it is used. All that is wrong is listed, in order of lines. */
export class FactsheetError extends Error {
  override readonly name = 'FactsheetError';
  constructor(readonly problems: readonly [FactsheetProblem, ...FactsheetProblem[]]) {
    super(
      problems.map(({ line, message }) => (line === null ? message : `line ${line}: ${message}`)).join('\n'),
    );
  }
}
