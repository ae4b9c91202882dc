import type { DomainEvent } from '../../src/domain/events';
import { assessment, followUp } from '../factsheet/builder';
import * as events from '../support/events';
import { EQUIVALENTS, KADER, KADER_2 } from '../support/frameworks';
import { appendAll } from '../support/temporary-log';
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

  it('is of one municipality where that is asked, within its own years, by any clock and as a resource', async () => {
    const own = ['GM0193 2014: 1 | 30 29 1 0 | 0'];
    expect(await trend(', by: MUNICIPALITY, municipality: "GM0193"')).toEqual(own);
    expect(await trend(', by: MUNICIPALITY, municipality: "GM0193", asOf: { reference: "2020" }')).toEqual(
      own,
    );
    expect(await trend(', municipality: "GM0363"')).toEqual([]);
    const response = await fetch(
      `${server.url}/v1/trends?framework=GGSR&by=MUNICIPALITY&municipality=GM0344`,
    );
    const { results } = (await response.json()) as { results: { code: string; year: number }[] };
    expect(results.map(({ code, year }) => `${code} ${year}`)).toEqual([
      'GM0344 2013',
      'GM0344 2014',
      'GM0344 2015',
    ]);
    const refused = [
      await server.refusal('{ trend(framework: "GGSR", municipality: "Zwolle") { year } }'),
      await (await fetch(`${server.url}/v1/trends?framework=ggsr`)).text(),
    ];
    expect(refused[0]).toMatch(/^BAD_USER_INPUT: municipality "Zwolle" is not a CBS code/);
    expect(refused[1]).toMatch(/"status":400.*expected one of GGSR/);
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

/** Utrecht: version 1 in 2011. Maastricht and Zwolle: version 2 in 2013. Almere: both in 2014. */
describe('The trend over a revision of the framework', () => {
  /** As in the domain's tests, and its second theme has become another one. */
  const revision = {
    ...KADER_2,
    themes: KADER_2.themes.map((theme) => (theme.code === '2' ? { ...theme, name: 'Uitvoering' } : theme)),
  };
  const v2 = { frameworkVersion: 2 };
  const MET = { '1.1.1': '✓', '1.1.2': '✓', '2.1.1': '✓', '2.2.1': '✓' } as const;
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await append('framework-KADER', events.published(KADER), events.revised(revision, EQUIVALENTS));
    await approach('GM0344', events.assessment('u', '2011', '2012', { ...MET, '1.1.2': '✗' }));
    await approach('GM0935', events.assessment('m', '2013', '2014', MET, v2));
    await approach('GM0193', events.assessment('z', '2013', '2014', { ...MET, '1.1.1': '✗' }, v2));
    const almere = events.assessment('a', '2014', '2015', MET);
    await approach('GM0034', [
      ...almere.slice(0, -1),
      events.attention('LET OP', 'a 2.2.1'),
      ...almere.slice(-1),
      ...events.assessment('b', '2014', '2016', MET, v2),
    ]);
    const { projector, store } = server.register;
    await projector.waitFor((await store.lastPosition()) ?? 0, 10_000);
  });
  afterAll(() => server.close());

  function append(stream: string, ...own: DomainEvent[]): Promise<void> {
    return appendAll(server.register.store, events.record(own, { stream }));
  }

  function approach(municipality: string, own: readonly DomainEvent[]): Promise<void> {
    const slug = 'aanpak';
    return append(`approach-${municipality}-${slug}`, events.registered({ municipality, slug }), ...own);
  }

  /** `code name: approaches | tested met improvementNeeded carriedForward | attentionPoints` */
  async function trend(by: string, year: number, asOf = ''): Promise<string[]> {
    const data = await server.ask<{ trend: Record<string, number | string>[] }>(
      `{ trend(framework: "KADER", by: ${by}, from: ${year}, to: ${year}${asOf}) {
        code name approaches tested met improvementNeeded carriedForward attentionPoints
      } }`,
    );
    return data.trend.map(
      (point) =>
        `${point.code} ${point.name}: ${point.approaches} | ${point.tested} ${point.met} ${point.improvementNeeded} ${point.carriedForward} | ${point.attentionPoints}`,
    );
  }

  it('is told in the newest version that was in force for any approach by that year', async () => {
    const then = [
      '1.1.1 Bereik: 1 | 1 1 0 0 | 0',
      '1.1.2 Toeleiding: 1 | 1 0 1 0 | 0',
      '2.1.1 Regie: 1 | 1 1 0 0 | 0',
      '2.2.1 Afspraken: 1 | 1 1 0 0 | 0',
    ];
    expect(await trend('INDICATOR', 2011)).toEqual(then);
    expect(await trend('INDICATOR', 2012)).toEqual(
      then.map((point) => point.replace(/\| . . . . \|/, '| 0 0 0 1 |')),
    );
  });

  it('adds up indicators along their lines, and keeps what was dropped apart, behind the others', async () => {
    expect(await trend('INDICATOR', 2013)).toEqual([
      '1.1.1 Vroegsignalering: 2 | 2 1 1 0 | 0',
      '1.1.2 Bereik van de aanpak: 3 | 2 2 0 1 | 0',
      '2.1.1 Regie: 3 | 2 2 0 1 | 0',
      '2.2.1 Nazorg: 2 | 2 2 0 0 | 0',
      '1.1.2 Toeleiding: 1 | 0 0 0 1 | 0',
      '2.2.1 Afspraken: 1 | 0 0 0 1 | 0',
    ]);
  });

  it('counts what was dropped in its theme and criterion where these are still there by code and name', async () => {
    expect(await trend('THEME', 2013)).toEqual([
      '1 Thema 1: 3 | 4 3 1 2 | 0',
      '2 Uitvoering: 3 | 4 4 0 1 | 0',
      '2 Thema 2: 1 | 0 0 0 1 | 0',
    ]);
    expect(await trend('CRITERION', 2013)).toEqual([
      '1.1 Criterium 1.1: 3 | 4 3 1 2 | 0',
      '2.1 Criterium 2.1: 3 | 2 2 0 1 | 0',
      '2.2 Criterium 2.2: 3 | 2 2 0 1 | 0',
    ]);
  });

  it('counts an attention point where it was raised, though the version in force does not ask that', async () => {
    const points = await trend('INDICATOR', 2014);
    expect(points).toContain('2.2.1 Nazorg: 3 | 1 1 0 2 | 0');
    expect(points).toContain('2.2.1 Afspraken: 2 | 0 0 0 1 | 1');
  });

  it('names the version that each point is told in: with its year and code that tells all points apart', async () => {
    interface Point {
      readonly year: number;
      readonly code: string;
      readonly frameworkVersion: number;
    }
    const points = async (args: string) => {
      const query = `{ trend(framework: "KADER", ${args}) { year code frameworkVersion } }`;
      return (await server.ask<{ trend: Point[] }>(query)).trend;
    };
    const inYear = async (args: string, year: number) =>
      (await points(`${args}, from: ${year}, to: ${year}`)).map(
        ({ code, frameworkVersion }) => `${code} v${frameworkVersion}`,
      );
    expect(await inYear('by: INDICATOR', 2012)).toEqual(['1.1.1 v1', '1.1.2 v1', '2.1.1 v1', '2.2.1 v1']);
    expect(await inYear('by: INDICATOR', 2013)).toEqual([
      ...['1.1.1 v2', '1.1.2 v2', '2.1.1 v2', '2.2.1 v2'],
      ...['1.1.2 v1', '2.2.1 v1'],
    ]);
    expect(await inYear('by: THEME', 2013)).toEqual(['1 v2', '2 v2', '2 v1']);
    expect(await inYear('by: CRITERION', 2013)).toEqual(['1.1 v2', '2.1 v2', '2.2 v2']);
    expect(await inYear('by: MUNICIPALITY', 2013)).toEqual(['GM0193 v2', 'GM0344 v2', 'GM0935 v2']);
    // Of one municipality: what that was assessed against.
    expect(await inYear('by: THEME, municipality: "GM0034"', 2014)).toEqual(['1 v2', '2 v2', '2 v1']);
    expect(await inYear('by: INDICATOR, municipality: "GM0344"', 2011)).toEqual(
      await inYear('by: INDICATOR', 2011),
    );
    for (const by of ['THEME', 'CRITERION', 'INDICATOR', 'MUNICIPALITY']) {
      const all = await points(`by: ${by}`);
      expect(new Set(all.map((point) => JSON.stringify(point))).size).toBe(all.length);
    }
  });

  it('adds up by municipality as before, in order of their codes', async () => {
    expect(await trend('MUNICIPALITY', 2014)).toEqual([
      'GM0034 Almere: 1 | 4 4 0 0 | 1',
      'GM0193 Zwolle: 1 | 0 0 0 4 | 0',
      'GM0344 Utrecht: 1 | 0 0 0 4 | 0',
      'GM0935 Maastricht: 1 | 0 0 0 4 | 0',
    ]);
  });

  it('is drawn from the histories alike', async () => {
    for (const by of ['THEME', 'CRITERION', 'INDICATOR', 'MUNICIPALITY']) {
      expect(await trend(by, 2014, ', asOf: { reference: "2020" }')).toEqual(await trend(by, 2014));
    }
  });
});
