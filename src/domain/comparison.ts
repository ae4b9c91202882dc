import { type Explanation, explain, factsOfFinding, inOrder, onLine, type Shown } from './explanation';
import type { Fact } from './facts';
import type { FrameworkLine, Indicator } from './framework';
import { findingAt } from './history-lookups';
import type { AttentionPointReading, ImprovementPointReading } from './improvement';
import { type Standing, type Test, versionInForce } from './verdicts';

/** All that is read of an approach at one point. */
export interface WholeReading extends Shown {
  /** The year asked about; null where nothing counts. */
  readonly year: number | null;
  readonly tests: readonly Test[];
  readonly standings: readonly Standing[];
  readonly improvementPoints: readonly ImprovementPointReading[];
  readonly attentionPoints: readonly AttentionPointReading[];
}

/** Something that differs, and the events that made it so: they are there at one of the points only. */
export interface Difference<T> {
  /** Null where it is not there. */
  readonly before: T | null;
  readonly after: T | null;
  readonly causes: readonly Explanation[];
}

export interface VerdictDifference extends Difference<Standing> {
  /** As the newer of the framework versions tells it, or the last one that asks it. */
  readonly indicator: Indicator;
}

export interface Comparison {
  /** By framework code and then in framework order. */
  readonly verdicts: readonly VerdictDifference[];
  /** In the order in which they were opened. */
  readonly improvementPoints: readonly Difference<ImprovementPointReading>[];
  /** In the order in which they were raised. */
  readonly attentionPoints: readonly Difference<AttentionPointReading>[];
}

/**
 * What differs between two readings of one approach. A verdict differs where it rests on other findings, or
 * on the same ones read otherwise; that it was carried forward to another year alone is no difference.
 * Comparing the other way round gives the same with `before` and `after` exchanged.
 */
export function compare(before: WholeReading, after: WholeReading): Comparison {
  return {
    verdicts: compareVerdicts(before, after),
    improvementPoints: compareById(before.improvementPoints, after.improvementPoints, stateOfPoint).map(
      (one) => ({ ...one, causes: causesOf(before, after, (side) => factsOfPoint(side, one)) }),
    ),
    attentionPoints: compareById(before.attentionPoints, after.attentionPoints, () => '').map((one) => ({
      ...one,
      causes: causesOf(before, after, ({ history }) => factsOfAttentionPoint(history, one)),
    })),
  };
}

function compareVerdicts(before: WholeReading, after: WholeReading): VerdictDifference[] {
  const codes = new Set([...before.standings, ...after.standings].map(({ framework }) => framework));
  return [...codes].sort().flatMap((code) => {
    const [was, is] = [byLine(before, code), byLine(after, code)];
    const newest = Math.max(inForce(before, code), inForce(after, code));
    const indicators = frameworkOf(before, after, code).indicatorsByLine(newest);
    return [...indicators].flatMap(([line, indicator]): VerdictDifference[] => {
      const [one, other] = [was.get(line) ?? null, is.get(line) ?? null];
      if (idsOf(one) === idsOf(other)) return [];
      return [{ indicator, before: one, after: other, causes: causesOfVerdict(before, after, code, line) }];
    });
  });
}

function causesOfVerdict(
  before: WholeReading,
  after: WholeReading,
  code: string,
  line: string,
): readonly Explanation[] {
  const explained = [before, after].map((side) =>
    explain({ framework: code, line, version: inForce(side, code), year: side.year ?? 0 }, side),
  );
  const facts = inOrder(
    explained.flatMap((one) => one.facts),
    isInOne(before, after),
  );
  const versions = [...new Set(explained.flatMap((one) => one.versions))].filter(
    (version) => isKnown(before, code, version) !== isKnown(after, code, version),
  );
  if (facts.length > 0 || versions.length > 0) return [{ facts, framework: code, versions }];
  // The indicator came or went with the version in force, which any finding of the latest assessment decides.
  return causesOf(before, after, (side) => {
    const latest = side.tests.findLast(({ assessment }) => assessment.framework === code)?.assessment;
    if (latest === undefined) return [];
    return latest.found.findings.flatMap(({ root }) => factsOfFinding(side.history, latest, root));
  });
}

/** Those of the facts that are there at one of the points only. */
function causesOf(
  before: WholeReading,
  after: WholeReading,
  factsOf: (side: WholeReading) => readonly (Fact | null)[],
): readonly Explanation[] {
  const facts = inOrder([...factsOf(before), ...factsOf(after)], isInOne(before, after));
  return [{ facts, framework: '', versions: [] }];
}

function isInOne(before: Shown, after: Shown): (fact: Fact) => boolean {
  return ({ revision }) => before.revisions.has(revision) !== after.revisions.has(revision);
}

function isKnown({ frameworks }: Shown, code: string, version: number): boolean {
  return frameworks(code).version(version) !== undefined;
}

/** The framework with the versions of both readings. */
function frameworkOf(before: Shown, after: Shown, code: string): FrameworkLine {
  return (before.asOf.upTo > after.asOf.upTo ? before : after).frameworks(code);
}

function inForce({ tests }: WholeReading, code: string): number {
  return versionInForce(tests.filter(({ assessment }) => assessment.framework === code));
}

function byLine({ standings, frameworks }: WholeReading, code: string): Map<string | undefined, Standing> {
  return new Map(
    standings
      .filter(({ framework }) => framework === code)
      .map((standing) => [frameworks(code).lineOf(standing.version, standing.indicator.code), standing]),
  );
}

function idsOf(standing: Standing | null): string {
  return JSON.stringify(standing?.tests.map(({ reading }) => reading.id));
}

function compareById<T extends { readonly fact: Fact & { readonly id: string } }>(
  before: readonly T[],
  after: readonly T[],
  stateOf: (thing: T) => string,
): Pick<Difference<T>, 'before' | 'after'>[] {
  const [was, is] = [before, after].map((things) => new Map(things.map((one) => [one.fact.id, one])));
  const all = new Map([...before, ...after].map(({ fact }) => [fact.id, fact]));
  return [...all.values()]
    .sort((a, b) => a.revision - b.revision)
    .map(({ id }) => ({ before: was?.get(id) ?? null, after: is?.get(id) ?? null }))
    .filter((one) => one.before === null || one.after === null || stateOf(one.before) !== stateOf(one.after));
}

/** All of an improvement point that may change. */
function stateOfPoint({ status, wording, opening, followUps, commitments }: ImprovementPointReading): string {
  return JSON.stringify([
    status,
    wording.revision,
    opening.reading.indicators,
    followUps.map(({ report, judgements }) => [report?.id, judgements.map(({ reading }) => reading.id)]),
    commitments.map(({ fact, settled }) => [fact.id, settled?.outcome]),
  ]);
}

function factsOfPoint(
  { history, frameworks }: WholeReading,
  { before, after }: Pick<Difference<ImprovementPointReading>, 'before' | 'after'>,
): (Fact | null)[] {
  return [before, after].flatMap((point) => {
    if (point === null) return [];
    const { fact, opening, followUps, commitments } = point;
    const framework = frameworks(opening.assessment.framework);
    const lines = opening.reading.indicators.map((code) =>
      framework.lineOf(opening.assessment.frameworkVersion, code),
    );
    const tested = history.assessments.filter((one) => one.framework === opening.assessment.framework);
    return [
      fact,
      ...fact.corrections,
      ...tested.flatMap((assessment) =>
        lines.flatMap((line) =>
          assessment.found.findings
            .filter(onLine(assessment, framework, line ?? ''))
            .flatMap(({ root }) => factsOfFinding(history, assessment, root)),
        ),
      ),
      ...history.followed.followUps
        .filter(({ improvementPoints }) => improvementPoints.includes(fact.id))
        .flatMap((report) => [report, report.withdrawn]),
      ...followUps.flatMap(({ judgements }) =>
        judgements.flatMap(({ reading, assessment }) => factsOfFinding(history, assessment, reading.root)),
      ),
      ...commitments.flatMap((one) => [one.fact, one.settled, one.fact.withdrawn]),
    ];
  });
}

function factsOfAttentionPoint(
  history: WholeReading['history'],
  { before, after }: Pick<Difference<AttentionPointReading>, 'before' | 'after'>,
): (Fact | null)[] {
  const point = before ?? after;
  if (point === null) return [];
  const { assessment } = point.test;
  const { root } = findingAt(assessment, point.fact.finding);
  return [point.fact, point.fact.withdrawn, ...factsOfFinding(history, assessment, root)];
}
