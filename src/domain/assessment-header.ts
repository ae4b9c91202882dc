import type { Edtf } from './edtf';
import type { DomainEvent, EventData } from './events';
import type { AssessmentFact } from './facts';
import type { FreeText } from './free-text';

/** What an assessment says beside its findings. */
export interface AssessmentHeader {
  readonly assessor: string;
  readonly description: string | null;
  readonly familiesReached: number | null;
  readonly sources: EventData<'AssessmentCorrected'>['sources'];
  readonly developments: readonly string[];
}

/** Something in which two of these differ; of a list, what is in the one only. */
export type HeaderChange =
  | { readonly part: 'assessor' | 'description'; readonly from: string | null; readonly to: string | null }
  | { readonly part: 'familiesReached'; readonly from: number | null; readonly to: number | null }
  | { readonly part: 'publishedOn'; readonly from: Edtf | null; readonly to: Edtf | null }
  | {
      readonly part: 'sources';
      readonly gone: AssessmentHeader['sources'];
      readonly added: AssessmentHeader['sources'];
    }
  | { readonly part: 'developments'; readonly gone: readonly string[]; readonly added: readonly string[] };

/** The events that tell it, by revision: a correction tells all of it. Only those before a revision count. */
export function revisionsOfHeader(assessment: AssessmentFact, before = Number.POSITIVE_INFINITY): number[] {
  const corrected = correctionBefore(assessment, before);
  if (corrected !== undefined) return [corrected.revision];
  const { revision, found } = assessment;
  return [revision, ...found.developments.map((development) => development.revision)].filter(
    (one) => one < before,
  );
}

/**
 * What it says, or said before a revision.
 * @param eventAt gives the events of {@link revisionsOfHeader}, which hold the texts
 * @param words gives the text, or what is told where it was left out
 */
export function headerOf(
  assessment: AssessmentFact,
  eventAt: (revision: number) => DomainEvent | undefined,
  words: (text: FreeText) => string,
  before = Number.POSITIVE_INFINITY,
): AssessmentHeader {
  const wordsOrNull = (text: FreeText | null): string | null => (text === null ? null : words(text));
  const corrected = eventAt(correctionBefore(assessment, before)?.revision ?? -1);
  if (corrected?.type === 'AssessmentCorrected') {
    const { assessor, description, familiesReached, sources, developments } = corrected.data;
    return {
      assessor,
      description: wordsOrNull(description),
      familiesReached,
      sources,
      developments: developments.map(words),
    };
  }
  const { assessor, familiesReached, found } = assessment;
  const opened = eventAt(assessment.revision);
  return {
    assessor,
    description: opened?.type === 'AssessmentOpened' ? wordsOrNull(opened.data.description) : null,
    familiesReached,
    sources: found.sources
      .filter(({ revision }) => revision < before)
      .map(({ kind, name, consultedOn }) => ({ kind, name, consultedOn })),
    developments: found.developments.flatMap(({ revision }) => {
      const noted = eventAt(revision);
      return noted?.type === 'DevelopmentNoted' && revision < before ? [words(noted.data.text)] : [];
    }),
  };
}

/** When the assessment was known to be published before a correction; undefined while it was not concluded. */
export function publicationBefore(assessment: AssessmentFact, revision: number): Edtf | null | undefined {
  const { concluded } = assessment;
  if (concluded === null || concluded.revision > revision) return undefined;
  const corrected = correctionBefore(assessment, revision);
  return corrected !== undefined && corrected.revision > concluded.revision
    ? corrected.assessmentPublishedOn
    : concluded.publishedOn;
}

export function headerChanges(was: AssessmentHeader, is: AssessmentHeader): HeaderChange[] {
  const changes: HeaderChange[] = [];
  for (const part of ['assessor', 'description'] as const) {
    if (was[part] !== is[part]) changes.push({ part, ...differingWords(was[part], is[part]) });
  }
  if (was.familiesReached !== is.familiesReached) {
    changes.push({ part: 'familiesReached', from: was.familiesReached, to: is.familiesReached });
  }
  const sources = { gone: without(was.sources, is.sources), added: without(is.sources, was.sources) };
  if (sources.gone.length + sources.added.length > 0) changes.push({ part: 'sources', ...sources });
  const gone = without(was.developments, is.developments);
  const added = without(is.developments, was.developments);
  if (gone.length + added.length > 0) changes.push({ part: 'developments', gone, added });
  return changes;
}

function correctionBefore({ corrections }: AssessmentFact, before: number) {
  return corrections.findLast(({ revision }) => revision < before);
}

function without<T>(all: readonly T[], others: readonly T[]): T[] {
  const known = new Set(others.map((one) => JSON.stringify(one)));
  return all.filter((one) => !known.has(JSON.stringify(one)));
}

/** Words around those that differ, by which the place is found. */
const CONTEXT = 3;

/** Of two texts the stretch in which they differ, with some words around it; what is left out is an ellipsis. */
function differingWords(
  from: string | null,
  to: string | null,
): { readonly from: string | null; readonly to: string | null } {
  if (from === null || to === null) return { from, to };
  const [was, is] = [from.split(/\s+/), to.split(/\s+/)];
  const shortest = Math.min(was.length, is.length);
  let start = 0;
  while (start < shortest && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < shortest - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const [first, last] = [Math.max(0, start - CONTEXT), Math.max(0, end - CONTEXT)];
  const stretch = (words: readonly string[]): string =>
    [first > 0 ? ['…'] : [], words.slice(first, words.length - last), last > 0 ? ['…'] : []].flat().join(' ');
  return { from: stretch(was), to: stretch(is) };
}
