import { type ApproachRow, approachPage } from '../../projections/approaches';
import type { ReadDatabase } from '../../projections/database';
import { everythingUpTo } from '../domain/as-of';
import { PUBLIC } from '../domain/audience';
import { yearOf } from '../domain/edtf';
import type { AssessmentFact } from '../domain/facts';
import { publicationOf, visibleAssessments } from '../domain/verdicts';

/** Approaches that are looked at together for one of which something is public. */
const PAGE_SIZE = 100;

/** All that is published, as it is now. */
const PUBLISHED = everythingUpTo(Number.MAX_SAFE_INTEGER, PUBLIC);

/** What may be asked, and the query that asks it. */
interface Example {
  readonly question: string;
  readonly query: string;
}

/** Where a server is reached, and what it answers from. */
export interface Served {
  readonly database: ReadDatabase;
  readonly url: string;
  /** The name of its log. */
  readonly log: string;
  /** The file with the only documents that are answered; null: any. */
  readonly documentsFile: string | null;
  readonly hasExplorer: boolean;
}

/** One screen: what the register holds, and what to try. */
export function welcome({ database, url, log, documentsFile, hasExplorer }: Served): string {
  const count = (sql: string): number => database.get<{ count: number }>(sql)?.count ?? 0;
  const approaches = count('SELECT count(*) AS count FROM approaches');
  if (approaches === 0) {
    return `Toetsspoor serves ${url}/graphql and holds nothing yet.\nThe log: ${log}\n\nImport factsheets: npm run --silent toetsspoor -- import FILE...`;
  }
  const holds = [
    `events: ${count('SELECT count(*) AS count FROM events')}`,
    `approaches: ${approaches}`,
    `improvement points: ${count('SELECT count(*) AS count FROM improvement_points WHERE status IS NOT NULL')}, of which not resolved: ${count("SELECT count(*) AS count FROM improvement_points WHERE status <> 'RESOLVED'")}`,
  ].join('; ');
  if (documentsFile !== null)
    return `Toetsspoor serves ${url}/graphql, where only the documents of ${documentsFile} are answered. It holds ${holds}.\n\nStop with Ctrl+C.`;
  const examples = examplesOf(database);
  const toTry = examples.flatMap(({ question, query }) => [
    question,
    `  curl -s ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`,
    '',
  ]);
  return [
    `Toetsspoor serves ${url}/graphql. It holds ${holds}.`,
    `The log: ${log}`,
    '',
    ...(examples.length > 0 ? toTry : ['Nothing of it is published yet: what is not takes a token.', '']),
    ...(hasExplorer ? [`With a browser, and every field described: ${url}/explorer/`, ''] : []),
    'Stop with Ctrl+C.',
  ].join('\n');
}

/** Questions about the first approach of which something is published, each with an answer; none where there is none. */
function examplesOf(database: ReadDatabase): Example[] {
  for (const row of approachesIn(database)) {
    const assessments = visibleAssessments(row.history, PUBLISHED);
    if (assessments.length > 0) return examplesOfApproach(row, assessments);
  }
  return [];
}

function* approachesIn(database: ReadDatabase): Iterable<ApproachRow> {
  let after: ApproachRow | null = null;
  for (;;) {
    const page: ApproachRow[] = approachPage(database, { after, municipality: null, limit: PAGE_SIZE });
    yield* page;
    after = page.at(-1) ?? null;
    if (after === null) return;
  }
}

function examplesOfApproach(
  { municipality, slug }: ApproachRow,
  assessments: readonly AssessmentFact[],
): Example[] {
  const approach = `approach(municipality: "${municipality}", slug: "${slug}"`;
  const examples: Example[] = [
    {
      question: 'What stands for each indicator?',
      query: `{ ${approach}) { name verdicts { indicator { code name } status basis assessedIn carriedForward } } }`,
    },
  ];
  const years = [...new Set(assessments.map(({ year }) => year))];
  const [from, to] = years.slice(-2);
  examples.push(
    from === undefined || to === undefined
      ? {
          question: 'What is to be improved?',
          query: `{ ${approach}) { improvementPoints { text status openedIn } } }`,
        }
      : {
          question: `How did ${from} develop into ${to}?`,
          query: `{ ${approach}) { development(from: ${from}, to: ${to}) { summary { change count } } } }`,
        },
  );
  const published = yearPublished(assessments);
  if (published !== null)
    examples.push({
      question: `What was public by the end of ${published}?`,
      query: `{ ${approach}, asOf: { publishedBy: "${published}" }) { verdicts(status: IMPROVEMENT_NEEDED) { indicator { name } findings { narrative source { line } } } } }`,
    });
  return examples;
}

/** The year, as dates have it, in which the first of these was published; null where that is not known. */
function yearPublished(assessments: readonly AssessmentFact[]): string | null {
  const dates = assessments.map((one) => publicationOf(one, PUBLISHED.upTo)).filter((date) => date !== null);
  const years = dates.map(yearOf).filter((year) => year <= new Date().getUTCFullYear());
  return years.length === 0 ? null : String(Math.min(...years)).padStart(4, '0');
}
