import type { AsOf } from './as-of';
import type { AssessmentFact, Fact, FindingFact } from './facts';
import type { FrameworkLine } from './framework';
import type { ApproachHistory } from './history';
import { type FrameworkLines, testsIn } from './verdicts';

/** What is shown of an approach at one point. */
export interface Shown {
  readonly asOf: AsOf;
  readonly history: ApproachHistory;
  readonly frameworks: FrameworkLines;
  /** Revisions of the events that are there. */
  readonly revisions: ReadonlySet<number>;
  /** The assessments that count, from the earliest to the latest test. */
  readonly assessments: readonly AssessmentFact[];
}

/** Which verdict is explained: that of a line, told in a framework version, as of a reference year. */
export interface Explained {
  readonly framework: string;
  readonly line: string;
  readonly version: number;
  readonly year: number;
}

/** The events behind a verdict. */
export interface Explanation {
  /** Of the approach, in the order of the log. */
  readonly facts: readonly Fact[];
  readonly framework: string;
  /** The framework versions that came by a revision between the test and the version it is told in. */
  readonly versions: readonly number[];
}

/**
 * All that decides which verdict stands, and nothing else: the assessment that tested the line last, what was
 * found there on it, corrected and withdrawn, with the document that it was read from; for a follow-up what it
 * follows, the improvement points with the findings that opened them, the reports and the promises; what was
 * found later and withdrawn, because of which the earlier test stands again; and where the framework was
 * revised since the test, the revisions, and the assessment by which the newer version is in force.
 *
 * Attention points never change a verdict, so none is here.
 */
export function explain({ framework: code, line, version, year }: Explained, shown: Shown): Explanation {
  const { history, revisions, asOf } = shown;
  const framework = shown.frameworks(code);
  const facts = new Set<Fact | null>();
  const inTime = shown.assessments.filter((one) => one.framework === code && one.year <= year);

  const tested = inTime.findLast((assessment) => {
    const isOnLine = onLine(assessment, framework, line);
    const seen = assessment.found.findings.filter(({ revision }) => revisions.has(revision));
    for (const root of new Set(seen.filter(isOnLine).map((reading) => reading.root)))
      addAll(facts, factsOfFinding(history, assessment, root));
    const standing = testsIn(assessment, asOf).filter(({ reading }) => isOnLine(reading));
    for (const { reading } of standing) addAll(facts, factsFollowed(history, reading));
    return standing.length > 0;
  });

  const testedVersion = tested?.frameworkVersion ?? version;
  const versions = Array.from(
    { length: Math.max(0, version - testedVersion) },
    (_, n) => testedVersion + 1 + n,
  );
  if (versions.length > 0) {
    const inForce = inTime.findLast(({ frameworkVersion }) => frameworkVersion === version);
    addAll(facts, [inForce ?? null, inForce?.concluded ?? null]);
  }
  return { facts: inOrder(facts, ({ revision }) => revisions.has(revision)), framework: code, versions };
}

/** Those of the facts that are wanted, each once, in the order of the log. */
export function inOrder(facts: Iterable<Fact | null>, isWanted: (fact: Fact) => boolean): Fact[] {
  const byRevision = new Map<number, Fact>();
  for (const fact of facts) if (fact !== null && isWanted(fact)) byRevision.set(fact.revision, fact);
  return [...byRevision.values()].sort((a, b) => a.revision - b.revision);
}

/** Tells the findings of an assessment that are about a line. */
export function onLine(
  { frameworkVersion }: AssessmentFact,
  framework: FrameworkLine,
  line: string,
): (finding: FindingFact) => boolean {
  return ({ indicators }) => indicators.some((code) => framework.lineOf(frameworkVersion, code) === line);
}

/**
 * A finding in all its readings, what became of it, the improvement point that it opened, and the assessment
 * and documents that it is of.
 */
export function factsOfFinding(
  { factsheets }: ApproachHistory,
  assessment: AssessmentFact,
  root: number,
): (Fact | null)[] {
  const { findings, improvementPoints } = assessment.found;
  const readings = findings.filter((one) => one.root === root);
  return [
    assessment,
    assessment.concluded,
    ...publicationsOf(assessment),
    ...readings.flatMap((reading) => [
      reading,
      reading.withdrawn,
      (reading.source && factsheets[reading.source.factsheet]) ?? null,
    ]),
    ...improvementPoints.filter(({ finding }) => findings[finding]?.root === root),
  ];
}

/** The corrections by which the assessment became public on another day: what else it says decides no verdict. */
function publicationsOf({ concluded, corrections }: AssessmentFact): Fact[] {
  return corrections.filter(({ assessmentPublishedOn }, index) => {
    const before = index === 0 ? concluded?.publishedOn : corrections[index - 1]?.assessmentPublishedOn;
    return assessmentPublishedOn !== before;
  });
}

/** What a follow-up's judgement is about. */
function factsFollowed(history: ApproachHistory, judgement: FindingFact): (Fact | null)[] {
  const { followUps, commitments } = history.followed;
  const judged = followUps.find(({ id }) => id === judgement.followUp)?.root;
  const facts = followUps
    .filter(({ root }) => root === judged)
    .flatMap((report): (Fact | null)[] => [report, report.withdrawn]);
  for (const id of judgement.improvementPoints) {
    for (const opening of history.assessments) {
      const point = opening.found.improvementPoints.find((one) => one.id === id);
      const root = point && opening.found.findings[point.finding]?.root;
      if (root !== undefined) facts.push(...factsOfFinding(history, opening, root));
    }
    for (const commitment of commitments.filter((one) => one.improvementPoints.includes(id)))
      facts.push(commitment, commitment.settled, commitment.withdrawn);
  }
  return facts;
}

function addAll<T>(set: Set<T>, values: Iterable<T>): void {
  for (const value of values) set.add(value);
}
