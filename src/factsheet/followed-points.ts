import { everythingUpTo } from '../domain/as-of';
import { EVERYTHING } from '../domain/audience';
import { standingReadings } from '../domain/corrections';
import type { AssessmentFact } from '../domain/facts';
import type { ApproachHistory } from '../domain/history';
import { isSameSet } from './match-findings';

const NOW = everythingUpTo(Number.MAX_SAFE_INTEGER, [EVERYTHING]);

/** The years of the follow-ups whose judgements are about an improvement point, each once, in order. */
export function followedIn({ assessments }: ApproachHistory, improvementPoint: string): number[] {
  const years = assessments
    .filter(({ found }) =>
      standingReadings(found.findings, NOW).some(({ improvementPoints }) =>
        improvementPoints.includes(improvementPoint),
      ),
    )
    .map(({ year }) => year);
  return [...new Set(years)].sort((a, b) => a - b);
}

/** The improvement points that went with findings on these same indicators, which do not stand any more. */
export function pointsThatWent({ found }: AssessmentFact, indicators: readonly string[]): string[] {
  const standing = new Set(standingReadings(found.findings, NOW).map(({ root }) => root));
  return found.improvementPoints
    .filter(({ finding }) => {
      const of = found.findings[finding];
      return of !== undefined && !standing.has(of.root) && isSameSet(of.indicators, indicators);
    })
    .map(({ id }) => id);
}
