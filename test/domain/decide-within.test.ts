import type { ApproachCommand } from '../../src/domain/approach-commands';
import { type Audience, EVERYTHING } from '../../src/domain/audience';
import { decideWithin } from '../../src/domain/decide-within';
import type { DomainEvent } from '../../src/domain/events';
import {
  concluded,
  corrected,
  found,
  historyOf,
  id,
  identified,
  judged,
  opened,
  promised,
  promiseWithdrawn,
  record,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  withdrawn,
} from '../support/events';
import { frameworks } from '../support/frameworks';
import { attempt, recordAssessment, step } from '../support/given';

const OWN = 'Eigen inspectie';
const OTHERS = 'Andere inspectie';
const limits: Audience = [{ ...EVERYTHING, inspectorates: [OWN] }];

const assessed = (name: string, assessor: string, reference: string, isConcluded: boolean): DomainEvent[] => [
  opened(name, { assessor, reference }),
  found(`${name} f`, name, { verdict: 'IMPROVEMENT_NEEDED' }),
  identified(`${name} p`, `${name} f`),
  ...(isConcluded ? [concluded(name)] : []),
];
const history = historyOf(
  record([
    registered(),
    ...assessed('own', OWN, '2010', true),
    ...assessed('hidden', OTHERS, '2011', false),
    reported('hidden r', ['hidden p']),
    promised('hidden c', ['hidden p']),
    reported('r', ['own p']),
    reportCorrected('r2', 'r', ['own p']),
    // One that speaks of what is hidden since it was corrected.
    reported('s', ['own p']),
    reportCorrected('s2', 's', ['hidden p']),
    promised('c', ['own p']),
    opened('own 2', { assessor: OWN, kind: 'FOLLOW_UP', reference: '2012' }),
    judged('j', 'own 2', { followUpId: id('hidden r'), improvementPointIds: [id('own p')] }),
  ]),
);
const says = (command: ApproachCommand): unknown => {
  const result = attempt(() => decideWithin(limits, 'GM0935', command, history, frameworks));
  return Array.isArray(result) ? result.map(({ event }) => event) : result;
};

describe('What is decided for who does not see all', () => {
  it('is decided on reports and promises as they are seen', () => {
    expect(says(step(reportWithdrawn('r2')))).toEqual([reportWithdrawn('r2')]);
    expect(says(step(promiseWithdrawn('c')))).toEqual([promiseWithdrawn('c')]);
    expect(says(step(reportWithdrawn('r')))).toMatchObject({
      code: 'FOLLOW_UP_CORRECTED',
      message: expect.stringContaining(id('r2')),
    });
  });

  it('is that they are not there, where they speak of what is hidden, in any reading', () => {
    for (const name of ['hidden r', 's', 's2', 'nobody']) {
      expect(says(step(reportWithdrawn(name)))).toMatchObject({
        code: 'FOLLOW_UP_UNKNOWN',
        message: `there is no report ${id(name)}`,
      });
    }
    for (const name of ['hidden c', 'nobody']) {
      expect(says(step(promiseWithdrawn(name)))).toMatchObject({ code: 'COMMITMENT_UNKNOWN' });
    }
  });

  it('names no hidden report where a judgement on it is corrected beside another', () => {
    const { data: report } = reportCorrected('r3', 'r2', ['own p']);
    const { data } = corrected('j2', 'j', { basis: 'REPORTED' });
    const result = says({ type: 'CorrectFollowUp', report, judgements: [{ data, improvementPoint: null }] });
    expect(result).toMatchObject({ code: 'JUDGEMENT_UNKNOWN' });
    expect(String(result)).not.toContain(id('hidden r'));
  });

  it('is told no day on which something of a hidden assessment was changed', () => {
    const changed = historyOf(
      record([
        registered(),
        ...assessed('hidden', OTHERS, '2011', false),
        {
          type: 'AssessmentConcluded',
          data: { ...concluded('hidden', null).data, public: false },
        },
        corrected('g', 'hidden f', { publishedOn: '2015' }),
        withdrawn('g', '2019'),
      ]),
    );
    const withdrawal = (name: string) =>
      attempt(() => decideWithin(limits, 'GM0935', step(withdrawn(name, '2016')), changed, frameworks));
    expect(withdrawal('hidden f')).toMatchObject({
      code: 'FINDING_UNKNOWN',
      message: `there is no finding ${id('hidden f')}`,
    });
    expect(withdrawal('nobody')).toMatchObject({ code: 'FINDING_UNKNOWN' });
    const others: Audience = [{ ...EVERYTHING, inspectorates: [OTHERS] }];
    expect(
      attempt(() => decideWithin(others, 'GM0935', step(withdrawn('hidden f', '2016')), changed, frameworks)),
    ).toMatchObject({ code: 'VALUE_NOT_ACCEPTED', accepted: 'a date from 2019 on' });
  });

  it('is refused where a hidden assessment has the place, of a document with the line', () => {
    const opening = opened('new', { assessor: OWN, reference: '2011' });
    const exists = { code: 'ASSESSMENT_EXISTS', field: 'reference' };
    expect(says(step(opening))).toMatchObject({ ...exists, line: null });
    const document = recordAssessment(null, [registered(), opening]);
    expect(says(document)).toMatchObject({ ...exists, line: 3 });
  });
});
