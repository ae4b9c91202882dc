import type { DomainEvent } from '../../src/domain/events';
import { standingAssessments } from '../../src/domain/verdicts';
import {
  assessment,
  attention,
  concluded,
  followUp,
  found,
  id,
  judged,
  opened,
  registered,
  withdrawn,
} from '../support/events';
import { frameworks } from '../support/frameworks';
import { reading, shortOf, statuses, verdicts } from '../support/reading';

const ALL = ['1.1.1', '1.1.2', '2.1.1', '2.2.1'];
const first = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1 1.1.2': '✓', '2.1.1': '✓', '2.2.1': '✗' }),
];

describe('A verdict', () => {
  it('stands, for each indicator, in framework order', () => {
    const backwards = [
      registered(),
      ...assessment('a', '2013', null, { '2.2.1': '✗', '1.1.2': '✓', '1.1.1': '✓' }),
    ];
    expect(Object.entries(verdicts(backwards))).toEqual([
      ['1.1.1', '✓ 2013'],
      ['1.1.2', '✓ 2013'],
      ['2.2.1', '✗ 2013'],
    ]);
  });

  it('stands until the indicator is tested again, and is carried forward meanwhile', () => {
    expect(verdicts([...first, ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' })])).toEqual({
      '1.1.1': '(✓ 2013)',
      '1.1.2': '(✓ 2013)',
      '2.1.1': '(✓ 2013)',
      '2.2.1': '✓ 2014 r',
    });
  });

  it('is carried forward to the year asked about, where that is later than the last test', () => {
    expect(verdicts(first, { reference: '2016' })['1.1.1']).toBe('(✓ 2013)');
    expect(verdicts(first, { reference: '2013' })['1.1.1']).toBe('✓ 2013');
  });

  it('does not count where its assessment was concluded as confidential', () => {
    const confidential = first.map((event) =>
      event.type === 'AssessmentConcluded' ? { ...event, data: { ...event.data, public: false } } : event,
    );
    expect(verdicts(first)).not.toEqual({});
    expect(verdicts(confidential)).toEqual({});
  });

  it('does not count before its assessment is concluded', () => {
    const underWay = [registered(), opened('a'), found('f', 'a', { indicators: ALL })];
    expect(verdicts(underWay)).toEqual({});
    expect(reading(underWay)).toMatchObject({ year: null, assessments: [], tests: [], attentionPoints: [] });
    expect(Object.keys(verdicts([...underWay, concluded('a')]))).toEqual(ALL);
  });

  it('is met where every finding that covers the indicator is', () => {
    const bundled = { '1.1.1 1.1.2 2.1.1': '✓', '2.1.1 1.1.2': '✗', '1.1.1 2.2.1': '✓' } as const;
    expect(verdicts([registered(), ...assessment('a', '2013', null, bundled)])).toEqual({
      '1.1.1': '✓ 2013',
      '1.1.2': '✗ 2013',
      '2.1.1': '✗ 2013',
      '2.2.1': '✓ 2013',
    });
  });

  it('rests on every finding of the latest assessment that covers it, and on no earlier one', () => {
    const events = [...first, ...followUp('2014', '2014', null, { '2.2.1': '✓', '2.1.1 2.2.1': '✓' })];
    const standing = reading(events).standings.find(({ indicator }) => indicator.code === '2.2.1');
    expect(standing?.tests.map((test) => test.reading.id)).toEqual([
      id('2014 2.2.1'),
      id('2014 2.1.1 2.2.1'),
    ]);
    expect(standing?.status).toBe('MET');
  });

  it('is reported where any finding that it rests on is', () => {
    const both = [
      ...first,
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      judged('own', '2014', { basis: 'ASSESSED', indicators: ['1.1.1', '2.2.1'] }),
      judged('said', '2014', { basis: 'REPORTED', indicators: ['2.2.1'] }),
      concluded('2014'),
    ];
    expect(verdicts(both)).toMatchObject({ '1.1.1': '✓ 2014', '2.2.1': '✓ 2014 r' });
  });

  it('is not changed by an attention point', () => {
    const [start = registered(), open = registered(), ...rest] = first;
    const raised = [
      start,
      open,
      ...rest.slice(0, 1),
      attention('LET OP', '2013 1.1.1 1.1.2'),
      ...rest.slice(1),
    ];
    expect(verdicts(raised)).toEqual(verdicts(first));
    expect(reading(raised).attentionPoints.map(({ fact }) => fact.id)).toEqual([id('LET OP')]);
  });
});

describe('The order of tests', () => {
  // A follow-up and a baseline of one year, so that publication and log decide.
  const baseline2012 = [registered(), ...assessment('2012', '2012', '2012-12', { '1.1.1': '✓' })];
  const inOrder = (judgedOn: string | null, assessedOn: string | null) => [
    ...baseline2012,
    ...followUp('judged', '2013', judgedOn, { '1.1.1': '✗' }),
    ...assessment('assessed', '2013', assessedOn, { '1.1.1': '✓' }),
  ];

  it('goes by reference year first, however late a document was published or loaded', () => {
    const late = [...first, ...assessment('2012', '2012', '2020', { '1.1.1 1.1.2 2.1.1 2.2.1': '✓' })];
    expect(verdicts(late)).toEqual(verdicts(first));
    expect(verdicts(late, { reference: '2012' })['2.2.1']).toBe('✓ 2012');
  });

  it('then goes by publication, an imprecise date by its last day', () => {
    expect(verdicts(inOrder('2014-03-31', '2014-03'))['1.1.1']).toBe('✓ 2013');
    expect(verdicts(inOrder('2014', '2014-11'))['1.1.1']).toBe('✗ 2013 r');
    expect(verdicts(inOrder('2014-05-02', '2014-05-01~'))['1.1.1']).toBe('✗ 2013 r');
  });

  it('puts an unknown publication before every known one of that year', () => {
    expect(verdicts(inOrder('2014-03', null))['1.1.1']).toBe('✗ 2013 r');
    expect(verdicts(inOrder(null, '2014-03'))['1.1.1']).toBe('✓ 2013');
  });

  it('then goes by the log', () => {
    expect(verdicts(inOrder('2014-03', '2014-03'))['1.1.1']).toBe('✓ 2013');
    expect(verdicts(inOrder(null, null))['1.1.1']).toBe('✓ 2013');
    expect(verdicts(inOrder('2014-12-31', '2014'))['1.1.1']).toBe('✓ 2013');
  });

  it('is that of the assessments too', () => {
    const years = reading([...first, ...assessment('2012', '2012', null, { '1.1.1': '✓' })]).assessments;
    expect(years.map(({ year }) => year)).toEqual([2012, 2013]);
  });
});

describe('A revised framework', () => {
  const after = [
    ...first,
    ...assessment('2015', '2015', '2016', { '1.1.1': '✓', '2.1.1': '✗' }, { frameworkVersion: 2 }),
  ];

  it('carries a verdict along the line of its indicator, not along its code', () => {
    expect(verdicts(after)).toEqual({ '1.1.1': '✓ 2015', '1.1.2': '(✓ 2013)', '2.1.1': '✗ 2015' });
    const [, carried] = reading(after).standings;
    expect(carried?.indicator.name).toBe('Bereik van de aanpak');
  });

  it('no longer asks what has no equivalent in it, and still did in the years before', () => {
    expect(Object.keys(verdicts(after, { reference: '2014' }))).toEqual(ALL);
    expect(verdicts(after, { reference: '2014' })['2.2.1']).toBe('(✗ 2013)');
  });

  it('is in force again only once an assessment against it stands', () => {
    const gone = [...after, withdrawn('2015 1.1.1'), withdrawn('2015 2.1.1')];
    expect(Object.keys(verdicts(gone))).toEqual(ALL);
    // The assessment itself is still there, so 2015 is still the year asked about.
    expect(verdicts(gone)['1.1.1']).toBe('(✓ 2013)');
  });
});

describe('The assessments that verdicts can rest on', () => {
  const WHOLE = { '1.1.1': '✓', '1.1.2': '✓', '2.1.1': '✓', '2.2.1': '✓' } as const;
  const v2 = { frameworkVersion: 2 };
  const yearsOf = (...events: DomainEvent[]) =>
    standingAssessments(reading([registered(), ...events]).assessments, frameworks).map(({ year }) => year);

  it('begin with the latest that tested everything', () => {
    const early = [...assessment('a', '2010', null, WHOLE), ...followUp('b', '2011', null, { '1.1.1': '✗' })];
    const whole = assessment('c', '2012', null, WHOLE);
    const late = followUp('d', '2013', null, { '2.2.1': '✓' });
    expect(yearsOf(...early, ...whole, ...late)).toEqual([2012, 2013]);
    expect(yearsOf(...early, ...late)).toEqual([2010, 2011, 2013]);
    expect(yearsOf(...early, ...whole, ...late, withdrawn('c 1.1.1'))).toEqual([2010, 2011, 2012, 2013]);
  });

  it('are looked for in each framework apart', () => {
    const other = assessment('o', '2012', null, { '1.1.1 1.1.2': '✓' }, { framework: 'ANDER' });
    expect(yearsOf(...assessment('a', '2010', null, WHOLE), ...other)).toEqual([2010, 2012]);
  });

  it('go back behind one that tested everything in another version', () => {
    const back = [
      ...assessment('a', '2010', null, WHOLE, v2),
      ...assessment('b', '2011', null, WHOLE),
      ...assessment('c', '2012', null, { '2.1.1': '✗' }, v2),
    ];
    expect(yearsOf(...back)).toEqual([2010, 2011, 2012]);
    expect(verdicts([registered(), ...back])).toEqual({
      '1.1.1': '(✓ 2010)',
      '1.1.2': '(✓ 2011)',
      '2.1.1': '✗ 2012',
      '2.2.1': '(✓ 2010)',
    });
  });

  it('go back no further than to one that tested everything in each version', () => {
    const each = [
      ...assessment('a', '2008', null, WHOLE),
      ...assessment('b', '2009', null, WHOLE),
      ...assessment('c', '2010', null, WHOLE, v2),
      ...followUp('d', '2011', null, { '1.1.1': '✗' }),
    ];
    expect(yearsOf(...each)).toEqual([2009, 2010, 2011]);
    // What only version 1 asks still stands when it is in force again.
    expect(verdicts([registered(), ...each])).toMatchObject({ '1.1.1': '✗ 2011 r', '2.2.1': '(✓ 2009)' });
  });
});

describe('Two frameworks in one approach', () => {
  const both = [
    ...first,
    ...assessment('other', '2014', null, { '1.1.1': '✗', '1.1.2': '✓' }, { framework: 'ANDER' }),
  ];

  it('stand beside each other, though their codes are alike', () => {
    expect(Object.entries(verdicts(both))).toEqual([
      ['ANDER 1.1.1', '✗ 2014'],
      ['ANDER 1.1.2', '✓ 2014'],
      ['1.1.1', '(✓ 2013)'],
      ['1.1.2', '(✓ 2013)'],
      ['2.1.1', '(✓ 2013)'],
      ['2.2.1', '(✗ 2013)'],
    ]);
  });

  it('do not judge each other’s improvement points, nor develop into each other', () => {
    const met = [
      ...first,
      ...assessment('other', '2014', null, { '1.1.1': '✓', '1.1.2': '✓' }, { framework: 'ANDER' }),
    ];
    expect(statuses(reading(met).improvementPoints, 'point 2.2.1')).toEqual(['OPEN']);
    const rows = reading(met).development(2013, 2014);
    expect(
      rows.map(({ framework, indicator, change }) => `${framework} ${indicator.code} ${change}`),
    ).toEqual([
      'ANDER 1.1.1 NEWLY_ASSESSED',
      'ANDER 1.1.2 NEWLY_ASSESSED',
      ...ALL.map((code) => `KADER ${code} NOT_RETESTED`),
    ]);
  });

  it('are each judged in their own baseline', () => {
    const standings = reading(both).standings.map((one) => `${one.framework} ${shortOf(one)}`);
    expect(standings).toContain('ANDER ✗ 2014');
    expect(statuses(reading(both).improvementPoints, 'point 2.2.1', 'point 1.1.1')).toEqual(['OPEN', 'OPEN']);
  });
});
