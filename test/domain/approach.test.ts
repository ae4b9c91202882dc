import type { DomainEvent } from '../../src/domain/events';
import {
  abandoned,
  assessment,
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  consulted,
  corrected,
  found,
  id,
  identified,
  imported,
  judged,
  noted,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  settled,
  text,
  withdrawn,
} from '../support/events';
import { given, recordAssessment, step } from '../support/given';

const underWay = [registered(), opened('2013')];
const withBaseline = [registered(), ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' })];
const inFollowUp = [...withBaseline, opened('2014', { kind: 'FOLLOW_UP', reference: '2014' })];
const POINT = 'point 2.2.1';

type Case = readonly [string, Parameters<typeof step>[0], readonly DomainEvent[]];

describe('An approach', () => {
  const accepted: readonly Case[] = [
    ['is registered', registered(), []],
    ['opens a baseline', opened('2013'), [registered()]],
    ['consults a source', consulted('2013'), underWay],
    [
      'records a finding over several indicators',
      found('f', '2013', { indicators: ['1.1.1', '2.1.1'] }),
      underWay,
    ],
    ['raises an attention point beside a ✓', attention('a', 'f'), [...underWay, found('f', '2013')]],
    ['notes a development', noted('2013'), underWay],
    [
      'opens a follow-up behind its baseline',
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      withBaseline,
    ],
    ['hears a report before there is a follow-up', reported('r', [POINT]), withBaseline],
    ['hears a report in a follow-up', reported('r', [POINT], { assessmentId: id('2014') }), inFollowUp],
    [
      'judges a report',
      judged('j', '2014', { followUpId: id('r'), improvementPointIds: [id(POINT)], indicators: ['2.2.1'] }),
      [...inFollowUp, reported('r', [POINT])],
    ],
    ['judges by its own research, without a report', judged('j', '2014', { basis: 'ASSESSED' }), inFollowUp],
    ['takes a commitment apart from an assessment', promised('c', [POINT]), withBaseline],
    [
      'takes a commitment told in a follow-up',
      promised('c', [POINT], { assessmentId: id('2014') }),
      inFollowUp,
    ],
    ['settles a commitment', settled('c'), [...withBaseline, promised('c', [POINT])]],
    [
      'opens the improvement point of a ✗',
      identified('p', 'f'),
      [...underWay, found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' })],
    ],
    ['concludes a follow-up with any finding in it', concluded('2014'), [...inFollowUp, judged('j', '2014')]],
  ];
  it.each(accepted)('%s', (_, event, history) => {
    given(...history)
      .when(step(event))
      .gives(event);
  });

  it('concludes a baseline that covers every indicator', () => {
    const all = found('all', '2013', { indicators: ['1.1.1', '1.1.2', '2.1.1', '2.2.1'] });
    given(...underWay, all)
      .when(step(concluded('2013')))
      .gives(concluded('2013'));
  });

  it('concludes a baseline that covers some indicators where it is said to be partial', () => {
    given(...underWay, found('f', '2013'))
      .when(step(concluded('2013'), { partial: true }))
      .gives(concluded('2013'));
  });

  it('assesses against two frameworks in one year', () => {
    const other = opened('other', { framework: 'ANDER' });
    given(...withBaseline)
      .when(step(other))
      .gives(other);
  });

  it('assesses against a later version of its framework', () => {
    const later = opened('2015', { frameworkVersion: 2, reference: '2015' });
    given(...withBaseline)
      .when(step(later))
      .gives(later);
  });
});

describe('An assessment that was abandoned', () => {
  const notes = attention('a', 'f');
  const draft = [
    ...inFollowUp,
    found('f', '2014', { verdict: 'IMPROVEMENT_NEEDED' }),
    notes,
    identified('p', 'f'),
    reported('r', [POINT], { assessmentId: id('2014') }),
    promised('c', [POINT], { assessmentId: id('2014') }),
  ];
  const left = given(...draft, abandoned('2014'));

  it('was under way until then', () => {
    given(...draft)
      .when(step(abandoned('2014')))
      .gives(abandoned('2014'));
    given(...withBaseline)
      .when(step(abandoned('2013')))
      .isRejected('ASSESSMENT_CONCLUDED', { message: /2013|concluded/ });
  });

  it('leaves its place to another, and keeps its id', () => {
    const again = (name: string) => opened(name, { kind: 'FOLLOW_UP', reference: '2014' });
    left.when(step(again('again'))).gives(again('again'));
    left.when(step(again('2014'))).isRejected('ID_TAKEN', { message: /in use/ });
  });

  it.each<Parameters<typeof step>[0]>([
    abandoned('2014'),
    noted('2014'),
    consulted('2014'),
    found('g', '2014'),
    judged('j', '2014'),
    attention('b', 'f'),
    identified('q', 'f'),
    concluded('2014'),
    corrected('g', 'f'),
    withdrawn('f'),
    assessmentCorrected('2014'),
    attentionWithdrawn('a'),
    reportCorrected('s', 'r', [POINT]),
    reportWithdrawn('r'),
    settled('c'),
    promiseWithdrawn('c'),
  ])('is changed no more: $type', (event) => {
    left.when(step(event)).isRejected('ASSESSMENT_ABANDONED', { message: /was abandoned/ });
  });

  it('has no improvement points to follow', () => {
    for (const event of [reported('s', ['p']), pointCorrected('p', 'Anders.')])
      left.when(step(event)).isRejected('IMPROVEMENT_POINT_UNKNOWN', { message: /no improvement point/ });
  });

  it('was so for a reason', () => {
    const { type, data } = abandoned('2014');
    const event = { type, data: { ...data, reason: { text: ' ', salt: '00'.repeat(16) } } };
    given(...draft)
      .when(step(event))
      .isRejected('REASON_MISSING', { message: /reason/ });
  });
});

describe('An approach that is not registered', () => {
  const steps = [
    opened('2013'),
    consulted('2013'),
    found('f', '2013'),
    attention('a', 'f'),
    identified('p', 'f'),
    noted('2013'),
    concluded('2013'),
    reported('r', [POINT]),
    judged('j', '2014'),
    promised('c', [POINT]),
    settled('c'),
  ];
  it.each(steps.map((event) => [step(event).type, event] as const))('refuses %s', (_, event) => {
    given().when(step(event)).isRejected('APPROACH_UNKNOWN');
  });
});

describe('An approach refuses', () => {
  it('to be registered twice, also by another name', () => {
    for (const again of [registered(), registered({ name: 'Andere naam' })]) {
      given(registered())
        .when(step(again))
        .isRejected('APPROACH_EXISTS', { field: 'name', message: /registered, as "Integrale Aanpak"/ });
    }
  });

  it('a municipality that there is not and was not', () => {
    given()
      .when(step(registered({ municipality: 'GM9999' })))
      .isRejected('MUNICIPALITY_UNKNOWN', { field: 'municipality', message: /"GM9999"/ });
  });

  it('a text of more than ten pages or so, wherever it stands, and names its line in a document', () => {
    const long = 'x'.repeat(20_000);
    given(...underWay)
      .when(step(noted('2013', long)))
      .gives(noted('2013', long));
    const tooLong = noted('2013', `${long}!`);
    const accepted = 'at most 20000 characters';
    const message = /^text has 20001 characters; expected at most 20000 characters$/;
    given(...underWay)
      .when(step(tooLong))
      .isRejected('VALUE_NOT_ACCEPTED', { field: 'text', message, accepted });
    given(...underWay)
      .when(step(found('f', '2013', { narrative: text(`${long}!`) })))
      .isRejected('VALUE_NOT_ACCEPTED', { field: 'narrative' });
    given(registered())
      .when(recordAssessment(imported(), [opened('2013'), tooLong]))
      .isRejected('VALUE_NOT_ACCEPTED', { field: 'text', line: 3 });
  });

  it('to be registered as another approach', () => {
    given(registered())
      .when(step(registered({ slug: 'anders' })))
      .isRejected('APPROACH_EXISTS');
    given(registered())
      .when(step(registered({ municipality: 'GM0363' })))
      .isRejected('APPROACH_EXISTS');
  });

  it('a framework, or a version of it, that nobody published', () => {
    given(registered())
      .when(step(opened('a', { framework: 'NIEMAND' })))
      .isRejected('FRAMEWORK_UNKNOWN', { field: 'framework' });
    given(registered())
      .when(step(opened('a', { frameworkVersion: 3 })))
      .isRejected('FRAMEWORK_UNKNOWN', { field: 'frameworkVersion', accepted: 'a version from 1 to 2' });
  });

  it('a second assessment of that framework, year and kind, also while the first is under way', () => {
    const again = step(opened('again'));
    given(...withBaseline)
      .when(again)
      .isRejected('ASSESSMENT_EXISTS', { field: 'reference' });
    given(...underWay)
      .when(again)
      .isRejected('ASSESSMENT_EXISTS');
    given(...underWay)
      .when(step(opened('again', { frameworkVersion: 2 })))
      .isRejected('ASSESSMENT_EXISTS');
  });

  it.each([
    ['is not there', [registered()], '2014'],
    ['is under way', underWay, '2014'],
    ['is of the same year', withBaseline, '2013'],
    ['is of a later year', withBaseline, '2012'],
    [
      'is of another framework',
      [registered(), ...assessment('o', '2013', null, { '1.1.1': '✓' }, { framework: 'ANDER' })],
      '2014',
    ],
  ])('a follow-up whose baseline %s', (_, history, reference) => {
    given(...history)
      .when(step(opened('f', { kind: 'FOLLOW_UP', reference })))
      .isRejected('BASELINE_MISSING', { field: 'reference' });
  });

  const inAssessment = [
    consulted('2013'),
    noted('2013'),
    found('new', '2013'),
    concluded('2013'),
    promised('c', [POINT], { assessmentId: id('2013') }),
  ];
  it.each(inAssessment.map((event) => [step(event).type, event] as const))(
    'a %s in an assessment that is concluded',
    (_, event) => {
      given(...withBaseline)
        .when(step(event))
        .isRejected('ASSESSMENT_CONCLUDED', { field: 'assessmentId' });
    },
  );
  it.each([
    ['RaiseAttentionPoint', attention('a', '2013 1.1.1')],
    ['IdentifyImprovementPoint', identified('p', '2013 2.2.1')],
  ] as const)('a %s beside a finding of an assessment that is concluded', (_, event) => {
    given(...withBaseline)
      .when(step(event))
      .isRejected('ASSESSMENT_CONCLUDED');
  });
  it.each(
    [...inAssessment, reported('r', [POINT], { assessmentId: id('2013') }), judged('j', '2013')].map(
      (event) => [step(event).type, event] as const,
    ),
  )('a %s in an assessment that is not there', (_, event) => {
    given(registered()).when(step(event)).isRejected('ASSESSMENT_UNKNOWN', { field: 'assessmentId' });
  });

  it.each([
    ['report', reported('r', [POINT], { assessmentId: id('2015') })],
    ['judgement', judged('j', '2015')],
  ] as const)('a %s in a baseline', (_, event) => {
    given(...withBaseline, opened('2015', { reference: '2015' }))
      .when(step(event))
      .isRejected('ASSESSMENT_UNKNOWN', { message: /is a baseline/ });
  });

  it('an indicator that this version of the framework has not', () => {
    const refusal = { field: 'indicators', message: /9\.9\.9/ };
    const indicators = ['1.1.1', '9.9.9'];
    given(...underWay)
      .when(step(found('f', '2013', { indicators })))
      .isRejected('INDICATOR_UNKNOWN', refusal);
    given(...inFollowUp)
      .when(step(judged('j', '2014', { indicators })))
      .isRejected('INDICATOR_UNKNOWN', refusal);
  });

  it('an indicator that is named twice', () => {
    const refusal = { field: 'indicators', message: /2\.1\.1/ };
    const indicators = ['2.1.1', '1.1.1', '2.1.1'];
    const wrong = [
      found('f', '2014', { indicators }),
      judged('j', '2014', { indicators }),
      corrected('c', '2013 1.1.1', { indicators }),
    ];
    for (const event of wrong) {
      given(...inFollowUp)
        .when(step(event))
        .isRejected('INDICATOR_TWICE', refusal);
    }
  });

  it('to conclude an assessment without findings', () => {
    given(...underWay)
      .when(step(concluded('2013'), { partial: true }))
      .isRejected('ASSESSMENT_EMPTY');
    given(...inFollowUp)
      .when(step(concluded('2014')))
      .isRejected('ASSESSMENT_EMPTY');
  });

  it('to conclude a baseline that leaves indicators out, and names them', () => {
    given(...underWay, found('f', '2013', { indicators: ['1.1.1', '2.2.1'] }))
      .when(step(concluded('2013')))
      .isRejected('INDICATOR_NOT_ASSESSED', {
        message: /without a finding: 1\.1\.2 Toeleiding; 2\.1\.1 Regie$/,
      });
  });

  it('to conclude a baseline with a ✗ that opened no improvement point', () => {
    given(...underWay, found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' }))
      .when(step(concluded('2013'), { partial: true }))
      .isRejected('IMPROVEMENT_POINT_MISSING', { message: new RegExp(id('f')) });
  });

  it('an improvement point of a ✓', () => {
    given(...underWay, found('f', '2013'))
      .when(step(identified('p', 'f')))
      .isRejected('FINDING_MET', { field: 'findingId' });
  });

  it('a warning or an improvement point beside a finding that no longer stands', () => {
    const unmet = found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' });
    for (const beside of [attention('a', 'f'), identified('p', 'f')]) {
      given(...underWay, unmet, withdrawn('f'))
        .when(step(beside))
        .isRejected('FINDING_WITHDRAWN', { field: 'findingId' });
      given(...underWay, unmet, corrected('g', 'f', { verdict: 'IMPROVEMENT_NEEDED' }))
        .when(step(beside))
        .isRejected('FINDING_CORRECTED', { field: 'findingId', message: new RegExp(id('g')) });
    }
  });

  it('a second improvement point of one finding', () => {
    given(...underWay, found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' }), identified('p', 'f'))
      .when(step(identified('q', 'f')))
      .isRejected('IMPROVEMENT_POINT_EXISTS', { field: 'findingId' });
  });

  it.each([
    ['RaiseAttentionPoint', attention('a', 'nobody')],
    ['IdentifyImprovementPoint', identified('p', 'nobody')],
  ] as const)('a %s beside a finding that is not there', (_, event) => {
    given(...underWay)
      .when(step(event))
      .isRejected('FINDING_UNKNOWN', { field: 'findingId' });
  });

  it.each([
    ['ReportFollowUp', reported('r', [POINT, 'nobody'])],
    ['AssessFollowUp', judged('j', '2014', { improvementPointIds: [id('nobody')] })],
    ['MakeCommitment', promised('c', ['nobody'])],
  ] as const)('a %s about an improvement point that is not there', (_, event) => {
    given(...inFollowUp)
      .when(step(event))
      .isRejected('IMPROVEMENT_POINT_UNKNOWN', {
        field: 'improvementPointIds',
        message: new RegExp(id('nobody')),
      });
  });

  it('a judgement on a report that is not there', () => {
    given(...inFollowUp)
      .when(step(judged('j', '2014', { followUpId: id('nobody') })))
      .isRejected('FOLLOW_UP_UNKNOWN', { field: 'followUpId' });
  });

  it('to settle a commitment that is not there, or is settled', () => {
    given(...withBaseline)
      .when(step(settled('c')))
      .isRejected('COMMITMENT_UNKNOWN', { field: 'commitmentId' });
    given(...withBaseline, promised('c', [POINT]), settled('c'))
      .when(step(settled('c', { outcome: 'BROKEN' })))
      .isRejected('COMMITMENT_SETTLED', { message: /KEPT/ });
  });

  const everything = [
    ...inFollowUp,
    attention('a', '2013 1.1.1'),
    reported('r', [POINT]),
    promised('c', [POINT]),
  ];
  const takenIds = ['2013', '2013 1.1.1', 'a', POINT, 'r', 'c'];
  const withNewId = (taken: string): Parameters<typeof step>[0][] => [
    opened(taken, { reference: '2020' }),
    found(taken, '2014'),
    judged(taken, '2014'),
    reported(taken, [POINT]),
    promised(taken, [POINT]),
  ];
  it.each(takenIds)('an id that something of another kind has: %s', (taken) => {
    for (const event of withNewId(taken))
      given(...everything)
        .when(step(event))
        .isRejected('ID_TAKEN');
  });
  it('an id that is taken for an attention point or an improvement point', () => {
    const history = [...underWay, found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' })];
    given(...history)
      .when(step(attention('f', 'f')))
      .isRejected('ID_TAKEN');
    given(...history)
      .when(step(identified('2013', 'f')))
      .isRejected('ID_TAKEN');
  });
});
