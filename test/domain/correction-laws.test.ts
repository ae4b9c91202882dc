import * as fc from 'fast-check';
import { decide } from '../../src/domain/approach';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import { correctedReading, standingReadings, supersedingReading } from '../../src/domain/corrections';
import type { CorrectableFact } from '../../src/domain/facts';
import { type ApproachHistory, evolve } from '../../src/domain/history';
import { Rejection } from '../../src/domain/rejection';
import { corrected, id, reportCorrected, reportWithdrawn, withdrawn } from '../support/events';
import { step } from '../support/given';
import { type RandomHistory, randomHistory } from '../support/random-history';
import { NOW, readingOf } from '../support/reading';

/** What stands, by the ids of the readings that it rests on. */
function standing(history: ApproachHistory, frameworks: RandomHistory['frameworks']) {
  const read = readingOf(history, NOW, frameworks);
  return {
    verdicts: read.standings.map(({ indicator, status, basis, assessedIn, tests }) => [
      indicator.code,
      status,
      basis,
      assessedIn,
      tests.map(({ reading }) => reading.id),
    ]),
    points: read.improvementPoints.map(({ fact, status, followUps }) => [
      fact.id,
      status,
      followUps.map(({ report, judgements }) => [report?.id, judgements.map((test) => test.reading.id)]),
    ]),
    attentionPoints: read.attentionPoints.map(({ fact, test }) => [fact.id, test.reading.id]),
    years: ['KADER', 'ANDER'].map((code) => read.years(code)),
  };
}

/** The history that these commands leave, each of which is allowed. */
function followedBy(
  history: ApproachHistory,
  frameworks: RandomHistory['frameworks'],
  ...commands: ApproachCommand[]
): ApproachHistory {
  const ahead = structuredClone(history);
  let revision = 10_000;
  for (const command of commands) {
    for (const { event } of decide(command, ahead, frameworks)) {
      revision += 1;
      const place = { revision, position: revision, recordedAt: '2020-01-01T00:00:00.000Z', source: null };
      evolve(ahead, event, place);
    }
  }
  return ahead;
}

/** What readings there are, of everything that may be corrected; each list stands by itself. */
function lists(history: ApproachHistory): readonly (readonly CorrectableFact[])[] {
  return [history.followed.followUps, ...history.assessments.map(({ found }) => found.findings)];
}

function everyHistory(
  check: (history: ApproachHistory, random: RandomHistory, pick: number) => void,
  numRuns = 80,
): void {
  fc.assert(
    fc.property(randomHistory, fc.nat(1_000), (random, pick) => {
      for (const history of random.histories.values()) check(history, random, pick);
    }),
    { numRuns },
  );
}

describe('For every history', () => {
  it('withdrawing a correction of a finding restores what stood before it', () => {
    let tried = 0;
    everyHistory((history, { frameworks }, pick) => {
      const tests = readingOf(history, NOW, frameworks).tests;
      const reading = tests[pick % Math.max(tests.length, 1)]?.reading;
      if (reading === undefined) return;
      tried += 1;
      const { data } = corrected('late correction', '');
      const correction = {
        ...data,
        corrects: reading.id,
        indicators: [...reading.indicators],
        verdict: reading.verdict === 'MET' ? ('IMPROVEMENT_NEEDED' as const) : ('MET' as const),
      };
      const correct = step({ type: 'FindingCorrected', data: correction });
      const withdraw = step(withdrawn('late correction'));
      expect(standing(followedBy(history, frameworks, correct), frameworks)).not.toEqual(
        standing(history, frameworks),
      );
      expect(standing(followedBy(history, frameworks, correct, withdraw), frameworks)).toEqual(
        standing(history, frameworks),
      );
    });
    expect(tried).toBeGreaterThan(50);
  });

  it('withdrawing a correction of a report restores what stood before it', () => {
    let tried = 0;
    everyHistory((history, { frameworks }, pick) => {
      const reports = standingReadings(history.followed.followUps, NOW);
      const report = reports[pick % Math.max(reports.length, 1)];
      if (report === undefined) return;
      tried += 1;
      const { data } = reportCorrected('late correction', '', []);
      const correct = step({
        type: 'FollowUpCorrected',
        data: { ...data, corrects: report.id, improvementPointIds: [...report.improvementPoints] },
      });
      const withdraw = step(reportWithdrawn('late correction'));
      const read = followedBy(history, frameworks, correct);
      expect(standingReadings(read.followed.followUps, NOW)).toContainEqual(
        expect.objectContaining({ id: id('late correction'), root: report.root }),
      );
      expect(standing(followedBy(history, frameworks, correct, withdraw), frameworks)).toEqual(
        standing(history, frameworks),
      );
    });
    expect(tried).toBeGreaterThan(20);
  });

  it('a correction or withdrawal given again is refused', () => {
    const tries = { CorrectFinding: 0, CorrectFollowUp: 0, WithdrawFinding: 0, WithdrawFollowUp: 0 };
    const isCounted = (type: string): type is keyof typeof tries => type in tries;
    fc.assert(
      fc.property(randomHistory, ({ tried }) => {
        for (const { command, outcome, retried } of tried) {
          if (!isCounted(command.type) || !Array.isArray(outcome)) continue;
          tries[command.type] += 1;
          expect(retried).toBeInstanceOf(Rejection);
        }
      }),
      { numRuns: 160 },
    );
    expect(Math.min(...Object.values(tries))).toBeGreaterThan(2);
  });

  it('readings link both ways, and the one that stands ends its chain', () => {
    everyHistory((history) => {
      for (const facts of lists(history)) {
        const stands = new Set(standingReadings(facts, NOW));
        for (const fact of facts) {
          const next = supersedingReading(facts, fact, NOW);
          if (next !== null) expect(correctedReading(facts, next, NOW)).toBe(fact);
          if (fact.corrects !== null && fact.withdrawn === null && stands.size > 0) {
            const before = correctedReading(facts, fact, NOW);
            expect(before && supersedingReading(facts, before, NOW)).toBe(fact);
          }
          if (stands.has(fact)) expect(next).toBeNull();
          else
            expect(next !== null || fact.withdrawn !== null || facts[fact.root]?.withdrawn != null).toBe(
              true,
            );
        }
      }
    });
  });
});
