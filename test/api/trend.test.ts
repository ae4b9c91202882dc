import { assessment, followUp } from '../factsheet/builder';
import { facts, startServer, type TestServer } from './support';

const UTRECHT = facts({ municipality: 'Utrecht', improve: ['1.1.1', '4.2.2'], notes: ['1.1.1', '1.1.2'] });

/** Utrecht: 2013, followed up in 2015. Zwolle: 2014. */
describe('The trend', () => {
  let server: TestServer;
  beforeAll(async () => {
    const rows = facts({ improve: ['4.2.2'] }).rows.filter(({ indicators }) =>
      indicators.some((code) => code === '1.1.1' || code === '4.2.2'),
    );
    server = await startServer(
      assessment(UTRECHT),
      followUp({ ...UTRECHT, rows }, true),
      assessment(facts({ municipality: 'Zwolle', year: 2014, improve: ['1.1.1'] })),
    );
  });
  afterAll(() => server.close());

  /** `code year: approaches | tested met improvementNeeded carriedForward | attentionPoints` */
  async function trend(args: string): Promise<string[]> {
    const data = await server.ask<{ trend: Record<string, number | string>[] }>(
      `{ trend(framework: "GGSR"${args}) { year code approaches tested met improvementNeeded carriedForward attentionPoints } }`,
    );
    return data.trend.map(
      (point) =>
        `${point.code} ${point.year}: ${point.approaches} | ${point.tested} ${point.met} ${point.improvementNeeded} ${point.carriedForward} | ${point.attentionPoints}`,
    );
  }

  it('is by theme where not said otherwise, for every year between the first and the last', async () => {
    const byTheme = await trend('');
    expect(byTheme).toEqual(await trend(', by: THEME'));
    expect(byTheme).toHaveLength(15);
    expect(byTheme.filter((point) => point.startsWith('1 '))).toEqual([
      '1 2013: 1 | 4 3 1 0 | 2',
      '1 2014: 2 | 4 3 1 4 | 0',
      '1 2015: 2 | 1 1 0 7 | 0',
    ]);
    expect(byTheme.filter((point) => point.startsWith('4 '))).toEqual([
      '4 2013: 1 | 6 5 1 0 | 0',
      '4 2014: 2 | 6 6 0 6 | 0',
      '4 2015: 2 | 1 0 1 11 | 0',
    ]);
  });

  it('is by criterion, indicator and municipality, in their order', async () => {
    const criteria = await trend(', by: CRITERION, from: 2013, to: 2013');
    expect(criteria).toHaveLength(13);
    expect(criteria[0]).toBe('1.1 2013: 1 | 2 1 1 0 | 2');
    const indicators = await trend(', by: INDICATOR, from: 2015');
    expect(indicators).toHaveLength(30);
    expect(indicators.slice(0, 2)).toEqual(['1.1.1 2015: 2 | 1 1 0 1 | 0', '1.1.2 2015: 2 | 0 0 0 2 | 0']);
    expect(await trend(', by: MUNICIPALITY')).toEqual([
      'GM0344 2013: 1 | 30 28 2 0 | 2',
      'GM0193 2014: 1 | 30 29 1 0 | 0',
      'GM0344 2014: 1 | 0 0 0 30 | 0',
      'GM0193 2015: 1 | 0 0 0 30 | 0',
      'GM0344 2015: 1 | 2 1 1 28 | 0',
    ]);
  });

  it('keeps to the years asked for', async () => {
    const years = async (args: string) =>
      [...new Set((await trend(args)).map((point) => point.slice(2, 6)))].join(' ');
    expect(await years(', from: 2014')).toBe('2014 2015');
    expect(await years(', to: 2014')).toBe('2013 2014');
    expect(await years(', from: 2014, to: 2014')).toBe('2014');
    expect(await years(', from: 1900, to: 2200')).toBe('2013 2014 2015');
    expect(await years(', from: 2016')).toBe('');
    expect(await years(', to: 2012')).toBe('');
  });

  it('is drawn from the histories alike, where a clock is asked that leaves nothing out', async () => {
    for (const by of ['THEME', 'CRITERION', 'INDICATOR', 'MUNICIPALITY']) {
      expect(await trend(`, by: ${by}, asOf: { reference: "2020" }`)).toEqual(await trend(`, by: ${by}`));
    }
    // The follow-up names no month of publication.
    expect(await trend(', by: MUNICIPALITY, asOf: { publishedBy: "2020" }')).toEqual([
      'GM0344 2013: 1 | 30 28 2 0 | 2',
      'GM0193 2014: 1 | 30 29 1 0 | 0',
      'GM0344 2014: 1 | 0 0 0 30 | 0',
    ]);
  });
});
