import { CHANGES, countChanges, restsOnCorrection } from '../../src/domain/development';
import type { DomainEvent } from '../../src/domain/events';
import { assessment, corrected, followUp, registered, type Verdicts, withdrawn } from '../support/events';
import { reading, shortOf } from '../support/reading';

/** The rows in short: `1.1.1 RESOLVED ✗ 2013 → ✓ 2014`. */
function rows(
  events: DomainEvent[],
  from: number,
  to: number,
  asOf: Parameters<typeof reading>[1] = {},
): string[] {
  return reading(events, asOf)
    .development(from, to)
    .map(({ indicator, change, before, after }) => {
      const [was, became] = [before, after].map((standing) => (standing === null ? '-' : shortOf(standing)));
      return `${indicator.code} ${change} ${was} → ${became}`;
    });
}

const first = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '1.1.2': '✗', '2.1.1': '✓', '2.2.1': '✗' }),
];
const again = (year: string, verdicts: Verdicts) => assessment(year, year, null, verdicts);

describe('A ✗ that was corrected', () => {
  const toMet = corrected('2013 1.1.2 again', '2013 1.1.2', { indicators: ['1.1.2'], verdict: 'MET' });
  const sameVerdict = corrected('2013 2.2.1 again', '2013 2.2.1', {
    indicators: ['2.2.1'],
    verdict: 'IMPROVEMENT_NEEDED',
  });

  it('is counted apart from one that improved', () => {
    const events = [...first, toMet, sameVerdict, ...again('2014', { '1.1.2': '✓', '2.2.1': '✓' })];
    const developments = reading(events).development(2013, 2014);
    expect(developments.filter(restsOnCorrection).map(({ indicator }) => indicator.code)).toEqual(['1.1.2']);
    expect(countChanges(developments)).toEqual([
      { change: 'RESOLVED', count: 1, corrected: 0 },
      { change: 'SUSTAINED', count: 1, corrected: 1 },
      { change: 'NOT_RETESTED', count: 2, corrected: 0 },
    ]);
  });

  it('in the later year is no improvement of its own', () => {
    const events = [
      ...first,
      ...again('2014', { '1.1.2': '✗', '2.2.1': '✓' }),
      corrected('2014 1.1.2 again', '2014 1.1.2', { indicators: ['1.1.2'], verdict: 'MET' }),
    ];
    expect(countChanges(reading(events).development(2013, 2014))[0]).toEqual({
      change: 'RESOLVED',
      count: 2,
      corrected: 1,
    });
  });
});

describe('The development of an indicator', () => {
  it('is one of seven changes', () => {
    expect(CHANGES).toEqual([
      'RESOLVED',
      'PERSISTENT',
      'REGRESSED',
      'SUSTAINED',
      'NOT_RETESTED',
      'NEWLY_ASSESSED',
      'FRAMEWORK_CHANGED',
    ]);
  });

  it.each([
    ['✗', '✓', 'RESOLVED'],
    ['✗', '✗', 'PERSISTENT'],
    ['✓', '✗', 'REGRESSED'],
    ['✓', '✓', 'SUSTAINED'],
  ] as const)('from %s to %s is %s', (before, after, change) => {
    const events = [
      registered(),
      ...again('2013', { '1.1.1': before }),
      ...again('2014', { '1.1.1': after }),
    ];
    expect(rows(events, 2013, 2014)).toEqual([`1.1.1 ${change} ${before} 2013 → ${after} 2014`]);
  });

  it('is NOT_RETESTED where nothing was tested in between', () => {
    expect(rows(first, 2013, 2016)).toEqual([
      '1.1.1 NOT_RETESTED ✓ 2013 → -',
      '1.1.2 NOT_RETESTED ✗ 2013 → -',
      '2.1.1 NOT_RETESTED ✓ 2013 → -',
      '2.2.1 NOT_RETESTED ✗ 2013 → -',
    ]);
  });

  it('is NEWLY_ASSESSED where there was no verdict at the start', () => {
    const events = [registered(), ...again('2013', { '1.1.1': '✓' }), ...again('2014', { '1.1.2': '✗' })];
    expect(rows(events, 2013, 2014)).toEqual([
      '1.1.1 NOT_RETESTED ✓ 2013 → -',
      '1.1.2 NEWLY_ASSESSED - → ✗ 2014',
    ]);
    expect(rows(first, 2012, 2013)).toHaveLength(4);
  });

  it('starts from the verdict that stood at the start, and ends at the latest test up to the end', () => {
    const events = [
      ...first,
      ...again('2014', { '1.1.1': '✗' }),
      ...again('2015', { '1.1.1': '✓' }),
      ...again('2017', { '1.1.1': '✗' }),
    ];
    expect(rows(events, 2013, 2016)[0]).toBe('1.1.1 SUSTAINED ✓ 2013 → (✓ 2015)');
    expect(rows(events, 2014, 2015)[0]).toBe('1.1.1 RESOLVED ✗ 2014 → ✓ 2015');
    expect(rows(events, 2016, 2017)[0]).toBe('1.1.1 REGRESSED (✓ 2015) → ✗ 2017');
    expect(rows(events, 2010, 2012)).toEqual([]);
  });

  it('is read at the point asked about', () => {
    const events = [...first, ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' })];
    expect(rows(events, 2013, 2014)[3]).toBe('2.2.1 RESOLVED ✗ 2013 → ✓ 2014 r');
    expect(rows(events, 2013, 2014, { publishedBy: '2014' })[3]).toBe('2.2.1 NOT_RETESTED ✗ 2013 → -');
    expect(rows([...events, withdrawn('2014 2.2.1')], 2013, 2014)[3]).toBe('2.2.1 NOT_RETESTED ✗ 2013 → -');
  });

  it('is counted by change, in their order, without those that do not occur', () => {
    const events = [...first, ...again('2014', { '1.1.2': '✗', '2.2.1': '✓' })];
    expect(countChanges(reading(events).development(2013, 2014))).toEqual([
      { change: 'RESOLVED', count: 1, corrected: 0 },
      { change: 'PERSISTENT', count: 1, corrected: 0 },
      { change: 'NOT_RETESTED', count: 2, corrected: 0 },
    ]);
  });
});

describe('The development over a revision of the framework', () => {
  const events = [
    ...first,
    ...assessment('2015', '2015', null, { '1.1.1': '✓', '1.1.2': '✗' }, { frameworkVersion: 2 }),
  ];

  it('follows the lines of the indicators; what is no longer asked stands behind the others', () => {
    expect(rows(events, 2013, 2015)).toEqual([
      '1.1.1 NEWLY_ASSESSED - → ✓ 2015',
      '1.1.2 REGRESSED ✓ 2013 → ✗ 2015',
      '2.1.1 NOT_RETESTED ✓ 2013 → -',
      '1.1.2 FRAMEWORK_CHANGED ✗ 2013 → -',
      '2.2.1 FRAMEWORK_CHANGED ✗ 2013 → -',
    ]);
  });

  it('names what is no longer asked as it was when it was tested', () => {
    const dropped = reading(events)
      .development(2013, 2015)
      .filter(({ change }) => change === 'FRAMEWORK_CHANGED');
    expect(dropped.map(({ indicator }) => indicator.name)).toEqual(['Toeleiding', 'Afspraken']);
  });

  it('is FRAMEWORK_CHANGED also where it was tested in between, before the revision', () => {
    const between = [
      ...first,
      ...again('2014', { '2.2.1': '✓' }),
      ...assessment('2015', '2015', null, { '1.1.1': '✓' }, { frameworkVersion: 2 }),
    ];
    expect(rows(between, 2013, 2015)).toContain('2.2.1 FRAMEWORK_CHANGED ✗ 2013 → (✓ 2014)');
    expect(rows(between, 2013, 2014)).toContain('2.2.1 RESOLVED ✗ 2013 → ✓ 2014');
  });

  const v2 = { frameworkVersion: 2 };
  const ALL = { '1.1.1': '✓', '1.1.2': '✓', '2.1.1': '✓', '2.2.1': '✓' } as const;
  const { '2.2.1': _, ...THREE } = ALL;
  const whole2011 = [registered(), ...assessment('2011', '2011', null, ALL)];

  it.each([
    ['all', ALL],
    ['some', THREE],
  ] as const)('is not told once more after the year of the revision, where that tested %s', (_, verdicts) => {
    const revised = [...whole2011, ...assessment('2013', '2013', null, verdicts, v2)];
    expect(rows(revised, 2013, 2014)).toEqual(
      Object.keys(verdicts).map((code) => `${code} NOT_RETESTED ✓ 2013 → -`),
    );
    expect(rows(revised, 2011, 2013).slice(-2)).toEqual([
      '1.1.2 FRAMEWORK_CHANGED ✓ 2011 → -',
      '2.2.1 FRAMEWORK_CHANGED ✓ 2011 → -',
    ]);
  });

  it('is FRAMEWORK_CHANGED where it was tested in between only, against a version that is not in force at either end', () => {
    const back = [
      registered(),
      ...assessment('2013', '2013', null, { '2.1.1': '✓' }, v2),
      ...again('2014', { '2.1.1': '✗', '2.2.1': '✗' }),
      ...assessment('2015', '2015', null, { '2.1.1': '✓' }, v2),
    ];
    expect(rows(back, 2013, 2015)).toEqual([
      '2.1.1 SUSTAINED ✓ 2013 → ✓ 2015',
      '2.2.1 FRAMEWORK_CHANGED - → (✗ 2014)',
    ]);
  });
});
