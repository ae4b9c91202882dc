import type { AsOf } from '../../src/domain/as-of';
import {
  assessment,
  attention,
  concluded,
  corrected,
  followUp,
  id,
  identified,
  judged,
  opened,
  promised,
  registered,
  reported,
  settled,
  withdrawn,
} from '../support/events';
import { on, reading, shortOf, statuses, verdicts } from '../support/reading';

const baseline = [registered(), ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' })];
const events = [...baseline, ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' })];
/** What stood for 2.2.1, asked so. */
const asked = (asOf: Parameters<typeof verdicts>[1], history: Parameters<typeof verdicts>[0] = events) =>
  verdicts(history, asOf)['2.2.1'];

describe('The reference clock', () => {
  it('leaves out what speaks of a later year', () => {
    expect(asked({ reference: '2012' })).toBeUndefined();
    expect(asked({ reference: '2013' })).toBe('✗ 2013');
    expect(asked({ reference: '2014' })).toBe('✓ 2014 r');
    expect(asked({ reference: '2020' })).toBe('(✓ 2014 r)');
  });

  it('compares by the last day: a year is later than a month in it', () => {
    expect(asked({ reference: '2014-11' })).toBe('(✗ 2013)');
    expect(asked({ reference: '2014-12' })).toBe('✓ 2014 r');
    expect(asked({ reference: '2014-12-31~' })).toBe('✓ 2014 r');
  });

  it('says nothing of when something was published or recorded', () => {
    expect(
      asked({ reference: '2013' }, [...events, ...followUp('2013f', '2012', '2030', { '2.2.1': '✓' })]),
    ).toBe('✗ 2013');
  });
});

describe('The publication clock', () => {
  it.each([
    // Published in May 2014, some day.
    ['2014-05', '2014-05-30', undefined],
    ['2014-05', '2014-05-31', '✗ 2013'],
    ['2014-05', '2014-05', '✗ 2013'],
    ['2014-05', '2014', '✗ 2013'],
    ['2014-05', '2014-04', undefined],
    // Published in 2014, some day.
    ['2014', '2014-12-30', undefined],
    ['2014', '2014-12-31', '✗ 2013'],
    ['2014', '2014-12', '✗ 2013'],
    // Around a day, month or year: by the day named, or the end.
    ['2014-05-01~', '2014-05-01', '✗ 2013'],
    ['2014-05-01~', '2014-04-30', undefined],
    ['2014-05~', '2014-05-30', undefined],
    ['2014-05~', '2014-05-31~', '✗ 2013'],
    ['2014~', '2014-12-30', undefined],
    // Unknown.
    [null, '9999', undefined],
  ])('counts what was published on %s when asked by %s: %s', (publishedOn, publishedBy, expected) => {
    const history = [registered(), ...assessment('2013', '2013', publishedOn, { '2.2.1': '✗' })];
    expect(asked({ publishedBy }, history)).toBe(expected);
  });

  it('counts what has no known publication where it is not asked', () => {
    expect(asked({}, [registered(), ...assessment('2013', '2013', null, { '2.2.1': '✗' })])).toBe('✗ 2013');
  });

  it('lets the earlier verdict stand until the later one is public', () => {
    expect(asked({ publishedBy: '2014-12-31' })).toBe('✗ 2013');
    expect(asked({ publishedBy: '2015-06' })).toBe('✓ 2014 r');
  });

  it('leaves out assessments, attention points and the year asked about alike', () => {
    const raised = [...events.slice(0, 3), attention('LET OP', '2013 1.1.1'), ...events.slice(3)];
    expect(reading(raised, { publishedBy: '2014' })).toMatchObject({ year: 2013, attentionPoints: [{}] });
    expect(reading(raised, { publishedBy: '2013' })).toMatchObject({
      year: null,
      attentionPoints: [],
      assessments: [],
    });
  });
});

describe('The recorded clock', () => {
  it('leaves out what was recorded behind a place in the log', () => {
    expect(asked({ upTo: baseline.length })).toBe('✗ 2013');
    expect(asked({ upTo: events.length - 1 })).toBe('✗ 2013');
    expect(asked({ upTo: events.length })).toBe('✓ 2014 r');
  });

  it('leaves an assessment out that was not concluded then', () => {
    expect(asked({ upTo: baseline.length - 1 })).toBeUndefined();
  });

  it('lets an attention point in from its own place', () => {
    const raised = [...baseline.slice(0, 3), attention('LET OP', '2013 1.1.1'), ...baseline.slice(3)];
    expect(reading(raised, { upTo: raised.length }).attentionPoints).toHaveLength(1);
    expect(
      reading([...baseline, attention('late', '2013 1.1.1')], { upTo: baseline.length }).attentionPoints,
    ).toEqual([]);
  });

  it('lets corrections and withdrawals in from their own place', () => {
    const changed = [
      ...baseline,
      corrected('better', '2013 2.2.1', { indicators: ['2.2.1'] }),
      withdrawn('better'),
      withdrawn('2013 2.2.1'),
    ];
    const places = [0, 1, 2, 3].map((more) => asked({ upTo: baseline.length + more }, changed));
    expect(places).toEqual(['✗ 2013', '✓ 2013', '✗ 2013', undefined]);
  });
});

describe('Three clocks together', () => {
  it('each leave out what they leave out', () => {
    expect(asked({ reference: '2014', publishedBy: '2014-12', upTo: events.length })).toBe('(✗ 2013)');
    expect(asked({ reference: '2013', publishedBy: '2020' })).toBe('✗ 2013');
    expect(asked({ publishedBy: '2020', upTo: baseline.length })).toBe('✗ 2013');
    expect(asked({ reference: '2013', publishedBy: '2014-04' })).toBeUndefined();
  });
});

describe('What was reported or promised', () => {
  const point = 'point 2.2.1';
  const apart = [...baseline, reported('r', [point]), promised('c', [point]), settled('c')];
  const of = (asOf: Parameters<typeof reading>[1]) => reading(apart, asOf).improvementPoints;

  /** The status of the point, how many promises there are, and what became of the first. */
  const stateOf = (points: ReturnType<typeof of>) => [
    ...statuses(points, point),
    points[0]?.commitments.length,
    points[0]?.commitments[0]?.settled?.outcome,
  ];

  it('apart from an assessment is public from the day on which it was recorded', () => {
    expect(stateOf(of({}))).toEqual(['REPORTED', 1, 'KEPT']);
    expect(stateOf(of({ publishedBy: '2015-12-31' }))).toEqual(['OPEN', 0, undefined]);
    expect(stateOf(of({ publishedBy: '2016-01-01' }))).toEqual(['REPORTED', 1, 'KEPT']);
  });

  it('apart from an assessment counts from the day of the report, or else on which it was recorded', () => {
    expect(stateOf(of({ reference: '2014' }))).toEqual(['OPEN', 0, undefined]);
    expect(stateOf(of({ reference: '2015' }))).toEqual(['REPORTED', 0, undefined]);
    expect(stateOf(of({ reference: '2016' }))).toEqual(['REPORTED', 1, 'KEPT']);
    const undated = [...baseline, reported('r', [point], { reportedOn: null })];
    expect(statuses(reading(undated, { reference: '2015' }).improvementPoints, point)).toEqual(['OPEN']);
    expect(statuses(reading(undated, { reference: '2016' }).improvementPoints, point)).toEqual(['REPORTED']);
  });

  it('apart from an assessment shows where it was judged, as the judgement does', () => {
    const judgedLater = [
      ...baseline,
      ...on('2016-03-01', reported('r', [point])),
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      judged('j', '2014', { followUpId: id('r'), improvementPointIds: [id(point)], indicators: ['2.2.1'] }),
      concluded('2014', '2015-06'),
    ];
    const [one] = reading(judgedLater, { publishedBy: '2015-06' }).improvementPoints;
    expect(one?.followUps.map(({ report }) => report?.id)).toEqual([id('r')]);
  });

  it('apart from an assessment is not public before all that it speaks of is', () => {
    const other = assessment('2015', '2015', '2017-03', { '1.1.2': '✗' });
    const both = [
      ...baseline,
      ...other,
      reported('r', [point, 'point 1.1.2']),
      promised('c', [point, 'point 1.1.2']),
    ];
    expect(stateOf(reading(both, { publishedBy: '2017-02' }).improvementPoints)).toEqual([
      'OPEN',
      0,
      undefined,
    ]);
    expect(stateOf(reading(both, { publishedBy: '2017-03' }).improvementPoints)).toEqual([
      'REPORTED',
      1,
      undefined,
    ]);
  });

  it('is settled in public from the day on which that was recorded, for the day on which it was', () => {
    const promisedIn2014 = [
      ...baseline,
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      judged('j', '2014', { verdict: 'IMPROVEMENT_NEEDED', indicators: ['2.2.1'] }),
      promised('c', [point], { assessmentId: id('2014') }),
      concluded('2014', '2015-06'),
      ...on('2016-03-01', settled('c', { settledOn: '2015-05-12' })),
    ];
    const at = (asOf: Partial<AsOf>) => stateOf(reading(promisedIn2014, asOf).improvementPoints).slice(1);
    expect(at({ publishedBy: '2015-05' })).toEqual([0, undefined]);
    expect(at({ publishedBy: '2016-02' })).toEqual([1, undefined]);
    expect(at({ publishedBy: '2016-03-01' })).toEqual([1, 'KEPT']);
    expect(at({ reference: '2014' })).toEqual([1, undefined]);
    expect(at({ reference: '2015-05' })).toEqual([1, 'KEPT']);
  });

  it('comes and is settled from its own place in the log', () => {
    const states = [0, 1, 2, 3].map((more) => {
      const [one] = of({ upTo: baseline.length + more });
      return [one?.status, one?.commitments.length, one?.commitments[0]?.settled?.outcome];
    });
    expect(states).toEqual([
      ['OPEN', 0, undefined],
      ['REPORTED', 0, undefined],
      ['REPORTED', 1, undefined],
      ['REPORTED', 1, 'KEPT'],
    ]);
  });
});

describe('A correction', () => {
  const better = corrected('better', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2014-09' });

  it('counts from its own publication, a finding from its assessment’s', () => {
    expect(asked({ publishedBy: '2014-08' }, [...baseline, better])).toBe('✗ 2013');
    expect(asked({ publishedBy: '2014-09' }, [...baseline, better])).toBe('✓ 2013');
  });

  it('is public by default from the day it was recorded', () => {
    const unsaid = corrected('better', '2013 2.2.1', { indicators: ['2.2.1'] });
    const late = [...baseline, ...on('2016-03-01', unsaid)];
    expect(asked({ publishedBy: '2016-02-29' }, late)).toBe('✗ 2013');
    expect(asked({ publishedBy: '2016-03-01' }, late)).toBe('✓ 2013');
  });

  it('never shows before what it corrects', () => {
    const early = corrected('better', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2013' });
    expect(asked({ publishedBy: '2014-04' }, [...baseline, early])).toBeUndefined();
    expect(asked({ publishedBy: '2014-05' }, [...baseline, early])).toBe('✓ 2013');
  });

  it('of a correction replaces it in turn, each from its own publication', () => {
    const worse = corrected('worse', 'better', {
      indicators: ['2.2.1', '1.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      publishedOn: '2015',
    });
    const chain = [...baseline, better, worse];
    const read = (publishedBy: string) => {
      const { '1.1.1': first, '2.2.1': last } = verdicts(chain, { publishedBy });
      return [first, last];
    };
    expect(read('2014-08')).toEqual(['✓ 2013', '✗ 2013']);
    expect(read('2014-09')).toEqual(['✓ 2013', '✓ 2013']);
    expect(read('2015')).toEqual(['✗ 2013', '✗ 2013']);
  });

  it('shows though an unpublished correction lies between', () => {
    const last = corrected('last', 'better', {
      indicators: ['2.2.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      publishedOn: '2014-06',
    });
    expect(asked({ publishedBy: '2014-06' }, [...baseline, better, last])).toBe('✗ 2013');
    expect(reading([...baseline, better, last], { publishedBy: '2014-06' }).tests).toHaveLength(2);
  });

  it('withdrawn leaves the reading before it standing, from the publication of the withdrawal on', () => {
    const gone = [...baseline, better, withdrawn('better', '2015-02')];
    expect(asked({ publishedBy: '2015-01' }, gone)).toBe('✓ 2013');
    expect(asked({ publishedBy: '2015-02' }, gone)).toBe('✗ 2013');
    expect(asked({}, gone)).toBe('✗ 2013');
  });

  it('moves a verdict to the indicators that it names', () => {
    const moved = corrected('moved', '2013 2.2.1', { indicators: ['2.1.1'], verdict: 'IMPROVEMENT_NEEDED' });
    expect(verdicts([...baseline, moved])).toEqual({ '1.1.1': '✓ 2013', '2.1.1': '✗ 2013' });
  });

  it('changes the basis with the verdict', () => {
    const [, standing] = reading([
      ...baseline,
      corrected('r', '2013 2.2.1', { indicators: ['2.2.1'], basis: 'REPORTED' }),
    ]).standings;
    expect(standing && shortOf(standing)).toBe('✓ 2013 r');
  });

  it('of an earlier year leaves the verdict of a later one alone', () => {
    expect(asked({}, [...events, corrected('late', '2013 2.2.1', { indicators: ['2.2.1'] })])).toBe(
      '✓ 2014 r',
    );
  });

  it('keeps the attention points of the finding', () => {
    const raised = [...baseline.slice(0, 3), attention('LET OP', '2013 1.1.1'), ...baseline.slice(3)];
    const read = reading([
      ...raised,
      corrected('c', '2013 1.1.1', { verdict: 'IMPROVEMENT_NEEDED' }),
      identified('p', 'c'),
    ]);
    expect(read.attentionPoints.map(({ test }) => test.reading.verdict)).toEqual(['IMPROVEMENT_NEEDED']);
  });
});

describe('A withdrawal', () => {
  it('lets the earlier verdict stand again, from its publication on', () => {
    const gone = [...events, withdrawn('2014 2.2.1', '2015-09')];
    expect(asked({}, gone)).toBe('(✗ 2013)');
    expect(asked({ publishedBy: '2015-08' }, gone)).toBe('✓ 2014 r');
    expect(asked({ publishedBy: '2015-09' }, gone)).toBe('(✗ 2013)');
    expect(asked({ upTo: events.length }, gone)).toBe('✓ 2014 r');
  });

  it('is public by default from the day it was recorded', () => {
    const gone = [...events, ...on('2016-03-01', withdrawn('2014 2.2.1'))];
    expect(asked({ publishedBy: '2016-02' }, gone)).toBe('✓ 2014 r');
    expect(asked({ publishedBy: '2016-03-01' }, gone)).toBe('(✗ 2013)');
  });

  it('of a first reading takes its corrections along, also those whose own withdrawal is public later', () => {
    const better = corrected('better', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2014-09' });
    const gone = [...baseline, better, withdrawn('better', '2016'), withdrawn('2013 2.2.1', '2015')];
    expect(asked({ publishedBy: '2014' }, gone)).toBe('✓ 2013');
    expect(asked({ publishedBy: '2015' }, gone)).toBeUndefined();
  });

  it('takes the attention points and the improvement point of the finding along', () => {
    const raised = [...baseline.slice(0, 3), attention('LET OP', '2013 1.1.1'), ...baseline.slice(3)];
    const gone = reading([...raised, withdrawn('2013 1.1.1'), withdrawn('2013 2.2.1')]);
    expect(gone).toMatchObject({ attentionPoints: [], improvementPoints: [], standings: [], tests: [] });
    expect(reading(raised).attentionPoints).toHaveLength(1);
    expect(reading(raised).improvementPoints).toHaveLength(1);
  });

  it('leaves no verdict where there was no earlier one', () => {
    expect(verdicts([...baseline, withdrawn('2013 2.2.1')])).toEqual({ '1.1.1': '✓ 2013' });
  });
});
