import { EARLIEST_YEAR, isBeforeYear, isEdtf } from '../domain/edtf';
import {
  type Municipality,
  resolveMunicipality,
  UnresolvedMunicipalityError,
} from '../domain/municipalities';
import { LONGEST_SLUG, slugOf } from '../domain/streams';
import { type Factsheet, FactsheetError, type FactsheetProblem, type Said } from './factsheet';

/** What the reader of a document is told beside it; each fills only what the document does not say. */
export interface ImportFlags {
  /** Name or CBS code. */
  readonly municipality: string | null;
  /** Reference year, `YYYY`. */
  readonly year: string | null;
  /** When it was published, EDTF. */
  readonly published: string | null;
  /** A baseline need not cover all indicators. */
  readonly partial: boolean;
}

/** What a document is about, once what it does not say was filled in. */
export interface FactsheetSubject {
  readonly municipality: Municipality;
  readonly slug: string;
  readonly year: string;
  readonly publishedOn: string | null;
  /** Where flags were given that the document answers otherwise: the document stands. */
  readonly warnings: readonly Said<string>[];
}

/**
 * What the document is about.
 * @param today `YYYY-MM-DD`: nothing is about a time to come
 * @throws FactsheetError where something is neither in the document nor given, or cannot be.
 */
export function subjectOf(factsheet: Factsheet, flags: ImportFlags, today: string): FactsheetSubject {
  const problems: FactsheetProblem[] = [];
  const warnings: Said<string>[] = [];
  const problem = (said: Said<unknown> | null, message: string): null => {
    problems.push({ line: said?.line ?? null, message });
    return null;
  };

  const year = yearOf(factsheet, flags, today, problem);
  const publishedOn = publicationOf(factsheet, flags, year, today, problem);
  const municipality = municipalityOf(factsheet, flags, year, problem, warnings);
  const slug = slugOf(factsheet.approach.value);
  if (slug === '') {
    problem(
      factsheet.approach,
      `the name of the approach, "${factsheet.approach.value}", has no letter or digit`,
    );
  } else if (slug.length > LONGEST_SLUG) {
    problem(
      factsheet.approach,
      `the name of the approach is ${slug.length} characters long; expected at most ${LONGEST_SLUG}`,
    );
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new FactsheetError([first, ...rest]);
  if (municipality === null || year === null)
    throw new RangeError('a document without problems is about something');
  return { municipality, slug, year, publishedOn, warnings };
}

type Problem = (said: Said<unknown> | null, message: string) => null;

function yearOf(
  { reference }: Factsheet,
  flags: ImportFlags,
  today: string,
  problem: Problem,
): string | null {
  const latest = today.slice(0, 4);
  const accepted = `expected a year from ${EARLIEST_YEAR} to ${latest}`;
  if (flags.year !== null && !/^\d{4}$/.test(flags.year))
    return problem(null, `--year is "${flags.year}"; ${accepted}`);
  const year = reference?.value ?? flags.year;
  if (year === null)
    return problem(null, 'the document does not say its reference year: give it with --year YYYY');
  if (Number(year) >= EARLIEST_YEAR && year <= latest) return year;
  return problem(reference, `${year} cannot be the reference year; ${accepted}`);
}

function publicationOf(
  factsheet: Factsheet,
  flags: ImportFlags,
  year: string | null,
  today: string,
  problem: Problem,
): string | null {
  if (flags.published !== null && !isEdtf(flags.published)) {
    return problem(
      null,
      `--published is "${flags.published}"; expected a date such as 2015, 2015-06 or 2015-06-01`,
    );
  }
  const publishedOn = factsheet.publishedOn?.value ?? flags.published;
  if (publishedOn === null) return null;
  const day = publishedOn.replace('~', '');
  if (day > today.slice(0, day.length)) {
    return problem(
      factsheet.publishedOn,
      `published on ${publishedOn} lies in the future; today is ${today}`,
    );
  }
  if (year !== null && isBeforeYear(publishedOn, Number(year))) {
    return problem(
      factsheet.publishedOn,
      `published on ${publishedOn}, before the year ${year} that it is about`,
    );
  }
  return publishedOn;
}

/** The document's municipality; where its name fits none or several, the flag decides, as it does without one. */
function municipalityOf(
  factsheet: Factsheet,
  flags: ImportFlags,
  year: string | null,
  problem: Problem,
  warnings: Said<string>[],
): Municipality | null {
  const { municipality: named } = factsheet;
  if (named === null && flags.municipality === null) {
    return problem(
      null,
      'the document does not name its municipality: give it with --municipality NAME or CODE',
    );
  }
  // Which municipalities there were depends on the year.
  if (year === null) return null;
  try {
    const flagged =
      flags.municipality === null ? null : resolveMunicipality(flags.municipality, Number(year));
    const own = named === null ? null : resolved(named.value, Number(year));
    if (named !== null && own instanceof UnresolvedMunicipalityError && flagged === null) {
      return problem(named, `${own.message} (with --municipality CODE)`);
    }
    if (own === null || own instanceof UnresolvedMunicipalityError) return flagged;
    if (named !== null && flagged !== null && flagged.code !== own.code) {
      const value = `is about ${own.name} (${own.code}); --municipality ${flags.municipality ?? ''} is not used`;
      warnings.push({ value, line: named.line });
    }
    return own;
  } catch (error) {
    if (error instanceof UnresolvedMunicipalityError)
      return problem(null, `--municipality: ${error.message}`);
    throw error;
  }
}

function resolved(name: string, year: number): Municipality | UnresolvedMunicipalityError {
  try {
    return resolveMunicipality(name, year);
  } catch (error) {
    if (error instanceof UnresolvedMunicipalityError) return error;
    throw error;
  }
}
