import * as fc from 'fast-check';
import { isThere } from '../../src/domain/corrections';
import type { DomainEvent, RecordedEvent } from '../../src/domain/events';
import type { AssessmentFact } from '../../src/domain/facts';
import {
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  corrected,
  found,
  historyOf,
  id,
  identified,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  withdrawn,
} from '../support/events';
import { randomHistory } from '../support/random-history';
import { NOW, on, reading, readingOf, verdicts } from '../support/reading';

const MET = { indicators: ['2.2.1'], verdict: 'MET' as const };
const NOT_MET = { indicators: ['2.2.1'], verdict: 'IMPROVEMENT_NEEDED' as const };
const CONCLUDED = concluded('2013', '2014-05');

/** A draft that is recorded in 2016 and concluded as what was public in May 2014. */
function backfilled(draft: readonly DomainEvent[], later: readonly DomainEvent[] = []): RecordedEvent[] {
  return on('2016-03-01', registered(), opened('2013'), ...draft, CONCLUDED, ...later);
}

describe('Of what was changed before its assessment was concluded, publishedBy shows', () => {
  const asked = (events: readonly RecordedEvent[], publishedBy = '2014-05') =>
    reading(events, { publishedBy });

  it.each([null, '2016', '2013'])('the correction of a finding, public by itself on %s', (publishedOn) => {
    const events = backfilled([found('f', '2013', NOT_MET), corrected('g', 'f', { ...MET, publishedOn })]);
    expect(verdicts(events, { publishedBy: '2014-05' })).toEqual({ '2.2.1': '✓ 2013' });
    expect(verdicts(events, { publishedBy: '2014-04' })).toEqual({});
    expect(verdicts(events)).toEqual({ '2.2.1': '✓ 2013' });
  });

  it('no finding that was withdrawn', () => {
    const events = backfilled([
      found('typo', '2013', NOT_MET),
      identified('p', 'typo'),
      withdrawn('typo'),
      found('f', '2013'),
    ]);
    expect(verdicts(events, { publishedBy: '2014-05' })).toEqual({ '1.1.1': '✓ 2013' });
    expect(asked(events).improvementPoints).toEqual([]);
    expect(asked(events).years('KADER')).toEqual(reading(events).years('KADER'));
  });

  it('what was found, where the correction was withdrawn before too', () => {
    const events = backfilled([
      found('f', '2013', NOT_MET),
      corrected('g', 'f', MET),
      withdrawn('g', '2020'),
    ]);
    expect(verdicts(events, { publishedBy: '2014-05' })).toEqual({ '2.2.1': '✗ 2013' });
  });

  it('no warning that was withdrawn, and the words of a point as they were corrected', () => {
    const events = backfilled([
      found('f', '2013', NOT_MET),
      identified('p', 'f'),
      pointCorrected('p', 'Anders.', '2016'),
      attention('a', 'f'),
      attentionWithdrawn('a'),
    ]);
    const { attentionPoints, improvementPoints } = asked(events);
    expect(attentionPoints).toEqual([]);
    expect(improvementPoints.map(({ wording }) => wording.revision)).toEqual([4]);
  });

  it('no promise or report that was withdrawn, and a report as it was corrected', () => {
    const told = { assessmentId: id('2014') };
    const events = on(
      '2016-03-01',
      ...backfilled([found('f', '2013', NOT_MET), identified('p', 'f')]),
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      reported('r', ['p'], told),
      reportCorrected('better', 'r', ['p'], { publishedOn: '2016' }),
      reported('gone', ['p'], told),
      reportWithdrawn('gone'),
      promised('c', ['p'], told),
      promiseWithdrawn('c'),
      concluded('2014', '2015-06'),
    );
    const [point] = asked(events, '2015-06').improvementPoints;
    expect(point?.followUps.map(({ report }) => report?.id)).toEqual([id('better')]);
    expect(point?.commitments).toEqual([]);
    expect(asked(events).improvementPoints[0]?.followUps).toEqual([]);
  });

  it('what the assessment says beside its findings, as it was corrected', () => {
    const events = backfilled([found('f', '2013'), assessmentCorrected('2013', { publishedOn: '2016' })]);
    const [assessment] = historyOf(events).assessments;
    expect(assessment?.corrections.map(({ publishedOn }) => publishedOn)).toEqual([null]);
  });

  it('nothing of what was changed afterwards until that was public itself', () => {
    const events = backfilled([found('f', '2013', NOT_MET)], [corrected('g', 'f', MET)]);
    expect(verdicts(events, { publishedBy: '2014-05' })).toEqual({ '2.2.1': '✗ 2013' });
    expect(verdicts(events, { publishedBy: '2016-02-29' })).toEqual({ '2.2.1': '✗ 2013' });
    expect(verdicts(events, { publishedBy: '2016-03-01' })).toEqual({ '2.2.1': '✓ 2013' });
  });
});

/** The same events of a stream, as if every assessment had been a draft until all of them were recorded. */
function concludedLast(log: readonly RecordedEvent[], stream: string): RecordedEvent[] {
  const own = log.filter((event) => event.stream === stream);
  const isConclusion = ({ type }: RecordedEvent): boolean => type === 'AssessmentConcluded';
  return [...own.filter((event) => !isConclusion(event)), ...own.filter(isConclusion)].map(
    (event, revision) => ({ ...event, revision, position: revision + 1 }),
  );
}

describe('For every history and every publishedBy', () => {
  it('what was corrected, withdrawn or added while its assessment was a draft shows as it was concluded, or not at all', () => {
    const seen = { corrected: 0, withdrawn: 0, warnings: 0, wordings: 0, unseen: 0 };
    const dates = fc.constantFrom('2013', '2014-05', '2014-12-31', '2015', '2016-01-02', '2016-02', '2030');
    fc.assert(
      fc.property(randomHistory, dates, ({ log, histories, frameworks }, publishedBy) => {
        for (const stream of histories.keys()) {
          const history = historyOf(concludedLast(log, stream));
          const [then, now] = [{ ...NOW, publishedBy }, NOW].map((asOf) => {
            const read = readingOf(history, asOf, frameworks);
            return (assessment: AssessmentFact) => ({
              isThere: read.assessments.includes(assessment),
              tests: read.tests.filter((test) => test.assessment === assessment),
              warnings: read.attentionPoints.filter(({ test }) => test.assessment === assessment),
              wordings: read.improvementPoints
                .filter(({ opening }) => opening.assessment === assessment)
                .map(({ fact, wording }) => [fact.id, wording.position]),
              corrections: assessment.corrections.filter((correction) => isThere(correction, asOf)),
            });
          });
          for (const assessment of history.assessments) {
            const { found: all } = assessment;
            if (!then?.(assessment).isThere) {
              seen.unseen += 1;
              expect(then?.(assessment)).toMatchObject({ tests: [], warnings: [], wordings: [] });
              continue;
            }
            expect(then(assessment)).toEqual(now?.(assessment));
            seen.corrected += all.findings.filter(({ corrects }) => corrects !== null).length;
            seen.withdrawn += all.findings.filter(({ withdrawn: gone }) => gone !== null).length;
            seen.warnings += all.attentionPoints.filter(({ withdrawn: gone }) => gone !== null).length;
            seen.wordings += all.improvementPoints.filter(({ corrections }) => corrections.length > 0).length;
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});
