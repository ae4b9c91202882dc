import { carryForward } from '../../src/domain/trend';
import {
  assessment,
  attention,
  concluded,
  corrected,
  followUp,
  found,
  opened,
  registered,
  withdrawn,
} from '../support/events';
import { reading } from '../support/reading';

const raised = [
  registered(),
  opened('2013'),
  found('bundle', '2013', { indicators: ['1.1.1', '1.1.2'] }),
  attention('a', 'bundle'),
  attention('b', 'bundle'),
  found('f', '2013', { indicators: ['2.2.1'] }),
  attention('c', 'f'),
  concluded('2013', '2014-05'),
];
const events = [...raised, ...followUp('2015', '2015', '2016', { '2.2.1': '✗' })];

describe('The years of an approach', () => {
  it('are those in which something was tested, each with what was tested and what was carried forward', () => {
    expect(reading(events).years('KADER')).toEqual([
      {
        year: 2013,
        version: 1,
        cells: 'MM-M',
        attentionPoints: [0, 0, 3],
      },
      {
        year: 2015,
        version: 1,
        cells: 'CC-I',
        attentionPoints: [],
      },
    ]);
  });

  it('are in order however the documents came in', () => {
    const late = [...events, ...assessment('2012', '2012', null, { '2.1.1': '✓' })];
    expect(
      reading(late)
        .years('KADER')
        .map(({ year }) => year),
    ).toEqual([2012, 2013, 2015]);
    expect(reading(late).years('KADER')[1]?.cells).toBe('MMCM');
  });

  it('are read at the point asked about', () => {
    expect(
      reading(events, { publishedBy: '2015' })
        .years('KADER')
        .map(({ year }) => year),
    ).toEqual([2013]);
    expect(reading(events, { reference: '2013' }).years('KADER')).toHaveLength(1);
    expect(reading(events, { upTo: raised.length - 1 }).years('KADER')).toEqual([]);
  });

  it('count corrections and withdrawals in the year of their assessment', () => {
    const [year] = reading([
      ...events,
      corrected('w', 'f', { indicators: ['2.2.1'], verdict: 'IMPROVEMENT_NEEDED' }),
      withdrawn('bundle'),
    ]).years('KADER');
    expect(year).toEqual({ year: 2013, version: 1, cells: '---I', attentionPoints: [3] });
    expect(reading([...events, withdrawn('2015 2.2.1')]).years('KADER')).toHaveLength(1);
  });

  it('count each framework apart', () => {
    const other = [...events, ...assessment('o', '2014', null, { '1.1.2': '✗' }, { framework: 'ANDER' })];
    expect(reading(other).years('ANDER')).toEqual([
      { year: 2014, version: 1, cells: '-I', attentionPoints: [] },
    ]);
    expect(reading(other).years('KADER')).toEqual(reading(events).years('KADER'));
    expect(reading(events).years('ANDER')).toEqual([]);
  });

  it('are told in the codes of the framework version in force then', () => {
    const later = assessment('2016', '2016', null, { '1.1.1': '✓', '2.1.1': '✓' }, { frameworkVersion: 2 });
    const years = reading([...raised, ...later]).years('KADER');
    expect(years.map(({ version }) => version)).toEqual([1, 2]);
    expect(years[1]?.cells).toBe('MCM-');
    expect(years[0]?.attentionPoints).toEqual([0, 0, 3]);
  });

  it('count an attention point on its own indicator where the version in force does not ask that one', () => {
    const [year] = reading([
      ...raised,
      ...assessment('again', '2013', '2014-06', { '2.2.1': '✗' }, { frameworkVersion: 2 }),
    ]).years('KADER');
    expect(year).toEqual({
      year: 2013,
      version: 2,
      cells: '-M-I',
      // `Afspraken`, raised against version 1, is not the 2.2.1 of version 2.
      attentionPoints: [1, 1, '1/2.2.1'],
    });
  });
});

describe('A year without a test', () => {
  it('carries everything forward, and raises nothing', () => {
    const [first] = reading(events).years('KADER');
    expect(first && carryForward(first, 2014)).toEqual({
      year: 2014,
      version: 1,
      cells: 'CC-C',
      attentionPoints: [],
    });
  });
});
