import { EVERYTHING } from '../../src/domain/audience';
import type { DomainEvent } from '../../src/domain/events';
import {
  abandoned,
  assessment,
  concluded,
  corrected,
  followUp,
  found,
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
import { given, pointOfCorrection, step } from '../support/given';
import { reading, statuses } from '../support/reading';

const POINT = 'point 2.2.1';
const OTHER = 'point 1.1.1';
const first = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1': '✗', '2.2.1': '✗', '1.1.2': '✓' }),
];
const points = (events: DomainEvent[], asOf: Parameters<typeof reading>[1] = {}) =>
  reading(events, asOf).improvementPoints;
const statusOf = (events: DomainEvent[], asOf: Parameters<typeof reading>[1] = {}) =>
  statuses(points(events, asOf), POINT)[0];
const open2014 = opened('2014', { kind: 'FOLLOW_UP', reference: '2014' });
const judgedOn = (report: string | null, verdict: 'MET' | 'IMPROVEMENT_NEEDED' = 'MET') =>
  judged('judgement', '2014', {
    followUpId: report === null ? null : id(report),
    improvementPointIds: [id(POINT)],
    indicators: ['2.2.1'],
    verdict,
  });

describe('An improvement point', () => {
  it('is OPEN until something is said of it', () => {
    expect(statuses(points(first), OTHER, POINT)).toEqual(['OPEN', 'OPEN']);
    const [one] = points(first);
    expect(one).toMatchObject({ followUps: [], commitments: [], opening: { assessment: { year: 2013 } } });
  });

  it('is REPORTED once the municipality has reported on it', () => {
    expect(statuses(points([...first, reported('r', [POINT])]), OTHER, POINT)).toEqual(['OPEN', 'REPORTED']);
  });

  it('is REPORTED with the assessment that the report was made to, not before that counts', () => {
    const events = [
      ...first,
      open2014,
      reported('r', [POINT], { assessmentId: id('2014') }),
      judged('j', '2014', { indicators: ['1.1.2'] }),
    ];
    expect(statusOf(events)).toBe('OPEN');
    expect(statusOf([...events, concluded('2014', '2015-06')])).toBe('REPORTED');
    expect(statusOf([...events, concluded('2014', '2015-06')], { publishedBy: '2014' })).toBe('OPEN');
  });

  it('knows no report that was made to an assessment that was abandoned since, though it was judged', () => {
    const events = [
      ...first,
      open2014,
      reported('r', [POINT], { assessmentId: id('2014') }),
      promised('c', [POINT], { assessmentId: id('2014') }),
      opened('2015', { kind: 'FOLLOW_UP', reference: '2015' }),
      judged('j', '2015', {
        followUpId: id('r'),
        improvementPointIds: [id(POINT)],
        indicators: ['2.2.1'],
      }),
      concluded('2015'),
    ];
    const followed = (log: DomainEvent[]) => {
      const all = points(log, { audience: [EVERYTHING] });
      const { followUps = [], commitments } = all.find(({ fact }) => fact.id === id(POINT)) ?? {};
      return { reports: followUps.map(({ report }) => report?.id), commitments };
    };
    expect(followed(events)).toEqual({ reports: [id('r')], commitments: [] });
    expect(followed([...events, abandoned('2014')])).toEqual({ reports: [undefined], commitments: [] });
  });

  it('is REPORTED where another point of the same report was judged', () => {
    const events = [...first, reported('r', [OTHER, POINT]), open2014];
    const other = judged('j', '2014', { followUpId: id('r'), improvementPointIds: [id(OTHER)] });
    expect(statuses(points([...events, other, concluded('2014')]), OTHER, POINT)).toEqual([
      'RESOLVED',
      'REPORTED',
    ]);
  });

  it.each([
    ['RESOLVED', 'MET'],
    ['PERSISTENT', 'IMPROVEMENT_NEEDED'],
  ] as const)('is %s where the latest test of its indicator is %s', (status, verdict) => {
    const events = [...first, reported('r', [POINT]), open2014, judgedOn('r', verdict), concluded('2014')];
    expect(statusOf(events)).toBe(status);
    expect(statusOf([...first, open2014, judgedOn(null, verdict), concluded('2014')])).toBe(status);
  });

  it('is judged by a later baseline too', () => {
    expect(statusOf([...first, ...assessment('2016', '2016', null, { '2.2.1': '✓' })])).toBe('RESOLVED');
  });

  it('is judged by the latest test: a ✗ again makes it PERSISTENT, a ✓ after that RESOLVED', () => {
    const resolved = [...first, ...followUp('2014', '2014', null, { '2.2.1': '✓' })];
    const back = [...resolved, ...followUp('2015', '2015', null, { '2.2.1': '✗' })];
    expect(statusOf(back)).toBe('PERSISTENT');
    expect(statusOf(back, { reference: '2014' })).toBe('RESOLVED');
    expect(statusOf([...back, ...followUp('2016', '2016', null, { '2.2.1': '✓' })])).toBe('RESOLVED');
  });

  it('is not judged, once it is RESOLVED, by a ✗ that opened a point of its own', () => {
    const resolved = [...first, ...followUp('2014', '2014', null, { '2.2.1': '✓' })];
    const worse = assessment('2015', '2015', null, { '2.1.1 2.2.1': '✗' });
    const other = 'point 2.1.1 2.2.1';
    expect(statuses(points([...resolved, ...worse]), POINT, other)).toEqual(['RESOLVED', 'OPEN']);
    const later = followUp('2016', '2016', null, { '2.2.1': '✗' });
    expect(statuses(points([...resolved, ...worse, ...later]), POINT, other)).toEqual([
      'PERSISTENT',
      'PERSISTENT',
    ]);
    // Not resolved before, so that it is still followed.
    expect(statuses(points([...first, ...worse]), POINT, other)).toEqual(['PERSISTENT', 'OPEN']);
  });

  it('is not judged by a test of an earlier year', () => {
    expect(statusOf([...first, ...assessment('2012', '2012', null, { '2.2.1': '✓' })])).toBe('OPEN');
  });

  it('is REPORTED again by a report behind the last judgement', () => {
    const judgedOnce = [...first, open2014, judgedOn(null, 'IMPROVEMENT_NEEDED'), concluded('2014')];
    expect(statusOf([...judgedOnce, reported('later', [POINT])])).toBe('REPORTED');
    expect(statusOf([...first, reported('earlier', [POINT]), ...judgedOnce.slice(first.length)])).toBe(
      'PERSISTENT',
    );
  });

  it('of several indicators is RESOLVED once the latest test of each is met', () => {
    const both = [registered(), ...assessment('2013', '2013', null, { '1.1.1 2.2.1': '✗' })];
    const half = [...both, ...followUp('2014', '2014', null, { '1.1.1': '✓' })];
    const name = 'point 1.1.1 2.2.1';
    expect(statuses(points(half), name)).toEqual(['OPEN']);
    expect(statuses(points([...half, ...followUp('2015', '2015', null, { '2.2.1': '✗' })]), name)).toEqual([
      'PERSISTENT',
    ]);
    expect(statuses(points([...half, ...followUp('2015', '2015', null, { '2.2.1': '✓' })]), name)).toEqual([
      'RESOLVED',
    ]);
  });

  it('is judged where its indicator is met in every finding of the follow-up', () => {
    expect(
      statusOf([...first, ...followUp('2014', '2014', null, { '2.2.1': '✓', '2.1.1 2.2.1': '✗' })]),
    ).toBe('PERSISTENT');
  });

  it('is judged along the line of its indicator in a revised framework', () => {
    const revised = assessment('2015', '2015', null, { '1.1.2': '✓', '2.2.1': '✓' }, { frameworkVersion: 2 });
    // 2.2.1 asks something else since the revision; 1.1.1 became 1.1.2.
    expect(statuses(points([...first, ...revised]), OTHER, POINT)).toEqual(['RESOLVED', 'OPEN']);
  });
});

describe('An improvement point goes with the finding that opened it', () => {
  const better = corrected('better', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2015' });

  it('when that is withdrawn', () => {
    expect(statusOf([...first, withdrawn('2013 2.2.1')])).toBeUndefined();
  });

  it('when that is corrected to a ✓, from the correction’s publication on', () => {
    expect(statusOf([...first, better])).toBeUndefined();
    expect(statusOf([...first, better], { publishedBy: '2014' })).toBe('OPEN');
  });

  it('and comes back when the correction is withdrawn', () => {
    expect(statusOf([...first, better, withdrawn('better')])).toBe('OPEN');
  });

  it('before it is public it is not there', () => {
    expect(points(first, { publishedBy: '2014-04' })).toEqual([]);
    expect(points(first, { upTo: first.length - 1 })).toEqual([]);
  });

  it('and speaks of the indicators of the reading that stands', () => {
    const moved = corrected('moved', '2013 2.2.1', { indicators: ['2.1.1'], verdict: 'IMPROVEMENT_NEEDED' });
    expect(statusOf([...first, moved, ...followUp('2014', '2014', null, { '2.2.1': '✓' })])).toBe('OPEN');
    expect(statusOf([...first, moved, ...followUp('2014', '2014', null, { '2.1.1': '✓' })])).toBe('RESOLVED');
  });
});

describe('A correction to ✗', () => {
  it('opens an improvement point, there from its publication on, and gone with it', () => {
    const worse = corrected('worse', '2013 1.1.2', {
      indicators: ['1.1.2'],
      verdict: 'IMPROVEMENT_NEEDED',
      publishedOn: '2015',
    });
    const name = pointOfCorrection(id('worse'));
    const events = [...first, worse, identified(name, 'worse')];
    given(...first)
      .when(step(worse))
      .gives(worse, { ...identified(name, 'worse'), data: expect.anything() });
    expect(statuses(points(events), name)).toEqual(['OPEN']);
    expect(statuses(points(events, { publishedBy: '2014' }), name)).toEqual([undefined]);
    expect(statuses(points([...events, withdrawn('worse')]), name)).toEqual([undefined]);
    expect(statuses(points([...events, ...followUp('2014', '2014', null, { '1.1.2': '✓' })]), name)).toEqual([
      'RESOLVED',
    ]);
  });
});

describe('A correction from ✗ to ✗', () => {
  const after = [...first, ...followUp('2014', '2014', '2014-06', { '1.1.2': '✗' })];
  const put = (name: string, publishedOn: string) =>
    corrected(name, '2014 1.1.2', { indicators: ['1.1.2'], verdict: 'IMPROVEMENT_NEEDED', publishedOn });

  it('that opens an improvement point does so from its own publication on', () => {
    const events = [...after, put('in other words', '2020'), identified('new', 'in other words')];
    expect(statuses(points(events), 'new')).toEqual(['OPEN']);
    expect(statuses(points(events, { publishedBy: '2016' }), 'new')).toEqual([undefined]);
  });

  it('that was withdrawn takes its improvement point with it, and another one may open its own', () => {
    const gone = [...after, put('a', '2015'), identified('point a', 'a'), withdrawn('a')];
    const again = [...gone, put('b', '2016')];
    expect(statuses(points(again), 'point a')).toEqual([undefined]);
    expect(statuses(points([...again, identified('point b', 'b')]), 'point a', 'point b')).toEqual([
      undefined,
      'OPEN',
    ]);
    given(...gone)
      .when({ ...step(put('b', '2016')), mustOpenPoint: true } as ReturnType<typeof step>)
      .gives(put('b', '2016'), {
        ...identified(pointOfCorrection(id('b')), 'b'),
        data: expect.anything(),
      });
  });
});

describe('The follow-ups of an improvement point', () => {
  it('are its reports with the judgements on them, and what was judged without one', () => {
    const [, point] = points([
      ...first,
      reported('r', [OTHER, POINT]),
      reported('unanswered', [POINT]),
      open2014,
      judgedOn('r'),
      judged('own', '2014', { improvementPointIds: [id(POINT)], indicators: ['2.2.1'], basis: 'ASSESSED' }),
      concluded('2014'),
    ]);
    const inShort = point?.followUps.map(({ report, judgements }) => [
      report?.id ?? null,
      judgements.map((one) => one.reading.id),
    ]);
    expect(inShort).toEqual([
      [id('r'), [id('judgement')]],
      [id('unanswered'), []],
      [null, [id('own')]],
    ]);
  });

  it('keep the report where only its judgement was withdrawn', () => {
    const [, point] = points([
      ...first,
      reported('r', [POINT]),
      open2014,
      judgedOn('r'),
      concluded('2014'),
      withdrawn('judgement'),
    ]);
    expect(point).toMatchObject({ status: 'REPORTED', followUps: [{ judgements: [] }] });
  });
});

describe('A commitment', () => {
  it('stands with its improvement points until it is settled, which leaves their status alone', () => {
    const made = [...first, promised('c', [POINT])];
    const read = (events: DomainEvent[]) => {
      const [other, point] = points(events);
      return [other?.commitments.length, point?.commitments[0]?.settled?.outcome, point?.status];
    };
    expect(read(made)).toEqual([0, undefined, 'OPEN']);
    expect(read([...made, settled('c', { outcome: 'KEPT' })])).toEqual([0, 'KEPT', 'OPEN']);
    expect(read([...made, settled('c', { outcome: 'BROKEN' })])).toEqual([0, 'BROKEN', 'OPEN']);
  });

  it('told in an assessment is there with it', () => {
    const told = [
      ...first,
      open2014,
      found('f', '2014'),
      promised('c', [POINT], { assessmentId: id('2014') }),
    ];
    expect(points(told)[1]?.commitments).toEqual([]);
    const public2015 = [...told, concluded('2014', '2015-06')];
    expect(points(public2015)[1]?.commitments).toHaveLength(1);
    expect(points(public2015, { publishedBy: '2015-06' })[1]?.commitments).toHaveLength(1);
    expect(points(public2015, { publishedBy: '2015-05' })[1]?.commitments).toHaveLength(0);
    expect(points(public2015, { reference: '2013' })[1]?.commitments).toHaveLength(0);
  });
});
