import type { ApproachCommand } from '../../src/domain/approach-commands';
import { type Audience, EVERYTHING } from '../../src/domain/audience';
import { Rejection } from '../../src/domain/rejection';
import { eventsAskedFor } from '../../src/domain/repeated-command';
import {
  assertMayWriteFramework,
  assertMayWriteMunicipality,
  assertWithin,
  OutsideLimitsError,
} from '../../src/domain/write-limits';
import {
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  consulted,
  corrected,
  found,
  historyOf,
  identified,
  judged,
  noted,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  record,
  registered,
  reported,
  settled,
  withdrawn,
} from '../support/events';
import { recordAssessment, step } from '../support/given';

const OWN = 'Eigen inspectie';
const OTHERS = 'Andere inspectie';
const own: Audience = [{ ...EVERYTHING, inspectorates: [OWN] }];

const ofInspectorate = (name: string, assessor: string, year: string, isConcluded: boolean) => [
  opened(name, { assessor, reference: year }),
  found(`${name} f`, name, { verdict: 'IMPROVEMENT_NEEDED' }),
  identified(`${name} p`, `${name} f`),
  attention(`${name} a`, `${name} f`),
  promised(`${name} c`, [`${name} p`]),
  ...(isConcluded ? [concluded(name)] : []),
];
const history = historyOf(
  record([
    registered(),
    ...ofInspectorate('own', OWN, '2013', false),
    ...ofInspectorate('draft', OTHERS, '2014', false),
    ...ofInspectorate('public', OTHERS, '2015', true),
  ]),
);

/** `allowed`, or why not. */
function verdictOn(command: ApproachCommand, limits: Audience = own): string {
  try {
    assertWithin(limits, 'GM0935', eventsAskedFor(command), history);
    return 'allowed';
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    if (error instanceof OutsideLimitsError) return 'OUTSIDE';
    throw error;
  }
}

describe('Within limits', () => {
  const about = (name: string) =>
    [
      ['ASSESSMENT_UNKNOWN', consulted(name)],
      ['ASSESSMENT_UNKNOWN', noted(name)],
      ['ASSESSMENT_UNKNOWN', found('new', name)],
      ['ASSESSMENT_UNKNOWN', concluded(name)],
      ['ASSESSMENT_UNKNOWN', judged('new', name)],
      [
        'ASSESSMENT_UNKNOWN',
        {
          ...reported('r', [`${name} p`]),
          data: { ...reported('r', [`${name} p`]).data, assessmentId: opened(name).data.assessmentId },
        },
      ],
      ['FINDING_UNKNOWN', attention('new', `${name} f`)],
      ['FINDING_UNKNOWN', identified('new', `${name} f`)],
      ['FINDING_UNKNOWN', corrected('new', `${name} f`)],
      ['FINDING_UNKNOWN', withdrawn(`${name} f`)],
      ['IMPROVEMENT_POINT_UNKNOWN', reported('r', [`${name} p`])],
      ['IMPROVEMENT_POINT_UNKNOWN', promised('new', [`${name} p`])],
      ['COMMITMENT_UNKNOWN', settled(`${name} c`)],
      ['COMMITMENT_UNKNOWN', promiseWithdrawn(`${name} c`)],
      ['ATTENTION_POINT_UNKNOWN', attentionWithdrawn(`${name} a`)],
      ['IMPROVEMENT_POINT_UNKNOWN', pointCorrected(`${name} p`, 'Anders.')],
      ['ASSESSMENT_UNKNOWN', assessmentCorrected(name, { assessor: OWN })],
    ] as const;

  it.each(about('own'))('what is not refused as %s is a command on what is own', (_, event) => {
    expect(verdictOn(step(event))).toBe('allowed');
  });
  it.each(about('draft'))('%s is all that is said of a draft of others', (code, event) => {
    expect(verdictOn(step(event))).toBe(code);
  });
  it.each(about('public'))('%s is all that is said of what others have published', (code, event) => {
    expect(verdictOn(step(event))).toBe(code);
  });

  it('an assessment of its own may speak of points that others have published, and of no other', () => {
    const judging = (point: string) =>
      step(
        judged('new', 'own', {
          improvementPointIds: identified(point, 'f').data.improvementPointId.split(' '),
        }),
      );
    expect(['own p', 'public p', 'draft p'].map((point) => verdictOn(judging(point)))).toEqual([
      'allowed',
      'allowed',
      'IMPROVEMENT_POINT_UNKNOWN',
    ]);
  });

  it('assessments are opened, also by a document', () => {
    const opening = (changes: object) => opened('new', { assessor: OWN, ...changes });
    const verdicts = (limits: Audience, changes: object) => [
      verdictOn(step(opening(changes)), limits),
      verdictOn(recordAssessment(null, [registered(), opening(changes)]), limits),
    ];
    expect(verdicts(own, {})).toEqual(['allowed', 'allowed']);
    expect(verdicts(own, { assessor: OTHERS })).toEqual(['OUTSIDE', 'OUTSIDE']);
    const framework: Audience = [{ ...EVERYTHING, frameworks: ['KADER'] }];
    expect(verdicts(framework, {})).toEqual(['allowed', 'allowed']);
    expect(verdicts(framework, { framework: 'ANDER' })).toEqual(['OUTSIDE', 'OUTSIDE']);
    const elsewhere: Audience = [{ ...EVERYTHING, municipalities: ['GM0363'] }];
    expect(verdicts(elsewhere, {})).toEqual(['OUTSIDE', 'OUTSIDE']);
  });

  it('an assessment stays with an inspectorate of the limits', () => {
    expect(verdictOn(step(assessmentCorrected('own', { assessor: OTHERS })))).toBe('OUTSIDE');
  });

  it('what is not there at all is left to the decider', () => {
    for (const event of [
      noted('nobody'),
      withdrawn('nobody'),
      settled('nobody'),
      promised('new', ['nobody']),
    ])
      expect(verdictOn(step(event))).toBe('allowed');
  });
});

describe('Limits', () => {
  const allows = (check: () => void): boolean => {
    try {
      check();
      return true;
    } catch (error) {
      if (error instanceof OutsideLimitsError) return false;
      throw error;
    }
  };
  it('let write frameworks who is limited to neither inspectorates nor municipalities', () => {
    const mayWrite = (limits: Audience) => allows(() => assertMayWriteFramework(limits, 'KADER'));
    expect(mayWrite([EVERYTHING])).toBe(true);
    expect(mayWrite([{ ...EVERYTHING, frameworks: ['KADER'] }])).toBe(true);
    expect(mayWrite([{ ...EVERYTHING, frameworks: ['ANDER'] }])).toBe(false);
    expect(mayWrite([{ ...EVERYTHING, frameworks: ['KADER'], municipalities: ['GM0935'] }])).toBe(false);
    expect(mayWrite(own)).toBe(false);
    expect(mayWrite([])).toBe(false);
  });

  it('let write to approaches of their municipalities', () => {
    const mayWrite = (limits: Audience) => allows(() => assertMayWriteMunicipality(limits, 'GM0935'));
    expect(mayWrite([EVERYTHING])).toBe(true);
    expect(mayWrite([{ ...EVERYTHING, municipalities: ['GM0935'] }])).toBe(true);
    expect(mayWrite([{ ...EVERYTHING, municipalities: ['GM0363'] }])).toBe(false);
    expect(mayWrite([])).toBe(false);
  });
});
