import type { ApproachCommand } from '../../src/domain/approach-commands';
import type { DomainEvent } from '../../src/domain/events';
import { IssuedApproach } from '../support/issues';
import { SAMPLE_2013, SAMPLE_2014 } from './samples';

/** The same document, of an assessment that is not made public. */
function inConfidence(command: Extract<ApproachCommand, { type: 'RecordAssessment' }>): ApproachCommand {
  const steps = command.steps.map((step) =>
    step.type === 'ConcludeAssessment' ? { ...step, data: { ...step.data, public: false } } : step,
  );
  return { ...command, steps };
}

describe('A follow-up of a baseline that is not public', () => {
  it('is about its improvement points all the same: a document is compared with all that stands', () => {
    const approach = new IssuedApproach();
    const baseline = approach.decide(inConfidence(approach.planned(SAMPLE_2013, false).command));
    approach.import(SAMPLE_2014);
    const of = <T extends DomainEvent['type']>(type: T) =>
      approach.events.filter((event): event is Extract<DomainEvent, { type: T }> => event.type === type);
    const points = of('ImprovementPointIdentified').map(({ data }) => data.improvementPointId);
    expect(baseline.map(({ type }) => type)).toContain('ImprovementPointIdentified');
    expect(points).toHaveLength(1);
    for (const event of [...of('FollowUpReported'), ...of('FollowUpAssessed'), ...of('CommitmentMade')])
      expect([event.type, event.data.improvementPointIds]).toEqual([event.type, points]);
    expect(of('FollowUpAssessed')).toHaveLength(1);
  });
});
