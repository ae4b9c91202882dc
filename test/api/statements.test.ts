import { existedIn, MUNICIPALITIES } from '../../src/domain/municipalities';
import { assessment } from '../factsheet/builder';
import { IS_SECOND_ROUND } from '../support/kurrentdb';
import { facts, maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

/**
 * How many more statements lead to another point: two for its position, two for the ends of the log that a snapshot
 * is known by. Only in SQLite the positions count the events.
 */
const MORE = IS_SECOND_ROUND ? 5 : 4;

const NAMES = MUNICIPALITIES.filter((one) => existedIn(one, 2013) && !one.name.includes('('))
  .slice(0, 20)
  .map(({ name }) => name);
const DOCUMENTS = NAMES.map((municipality) =>
  assessment(facts({ municipality, improve: ['1.1.1', '4.2.2'], notes: ['1.1.1', '3.1.1', '5.1.1'] })),
);
const VERDICT = `
  indicator { code name criterion { code theme { code name } } } status basis assessedIn carriedForward
  findings { narrative indicators { code } attentionPoints { text } source { line text } }
  attentionPoints { text finding { narrative } }
`;

/** The reads behind an answer do not grow with what it holds. */
describe('The statements that a query runs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = (await startServer(SAMPLE_2013, SAMPLE_2014, ...DOCUMENTS)).asAuditor();
    // The first answer after the log has moved also finds out what its snapshot is called.
    await server.ask('{ frameworks { code } }');
  });
  afterAll(() => server.close());

  async function statements(query: string): Promise<number> {
    const { database } = server.register;
    const before = database.statementCount;
    await server.ask(query);
    return database.statementCount - before;
  }

  it('are as few for an approach with all that is nested in it as for one theme', async () => {
    const everything = (theme: string) =>
      maastricht(`name description municipality { name successor { name } }
        assessments { notes description sources { name } findings { narrative source { text } } }
        verdicts${theme} { ${VERDICT} explanation { type data source { text } } }
        development(from: 2013, to: 2014) { summary { change } rows { before { ${VERDICT} } after { ${VERDICT} } } }
        improvementPoints { text followUps { narrative findings { narrative } } commitments { text } }
        attentionPoints { text finding { narrative source { text } } }
        history(first: 100) { nodes { type data source { text } } }`);
    const all = await statements(everything(''));
    expect(await statements(everything('(theme: "5")'))).toBe(all);
    expect(all).toBeLessThanOrEqual(6);
  });

  it.each([
    ['approaches', `name description verdicts { ${VERDICT} } attentionPoints { text }`],
    [
      'approaches',
      'assessments { findings { narrative source { text } } } history(first: 5) { nodes { type } }',
    ],
    ['improvementPoints', 'text finding { narrative } followUps { narrative } commitments { text }'],
  ])('are as few for 20 %s as for 4: %s', async (list, selection) => {
    const few = await statements(`{ ${list}(first: 4) { nodes { ${selection} } } }`);
    expect(await statements(`{ ${list}(first: 20) { nodes { ${selection} } } }`)).toBe(few);
    expect(few).toBeLessThanOrEqual(6);
  });

  it.each(['publishedBy: "2014"', 'reference: "2013"', 'recordedBy: "$recordedAt"', 'snapshot: "$token"'])(
    'are hardly more for an approach as of %s than for one of now, however long the log is',
    async (point) => {
      const { snapshot } = await server.ask<{ snapshot: { token: string; recordedAt: string } }>(
        '{ snapshot { token recordedAt } }',
      );
      const asOf = point.replace('$token', snapshot.token).replace('$recordedAt', snapshot.recordedAt);
      const asked = await statements(maastricht(`verdicts { ${VERDICT} }`, asOf));
      expect(asked).toBeLessThanOrEqual((await statements(maastricht(`verdicts { ${VERDICT} }`))) + MORE);
      await server.import(assessment(facts({ municipality: 'Zwolle', approach: `Aanpak ${point}` })));
      await server.ask('{ frameworks { code } }');
      expect(await statements(maastricht(`verdicts { ${VERDICT} }`, asOf))).toBeLessThanOrEqual(asked);
    },
  );

  it('are few for a trend over all approaches, and none more for its points', async () => {
    const points = 'year code name approaches tested met improvementNeeded carriedForward attentionPoints';
    const byTheme = await statements(`{ trend(framework: "GGSR", by: THEME) { ${points} } }`);
    expect(await statements(`{ trend(framework: "GGSR", by: INDICATOR) { ${points} } }`)).toBe(byTheme);
    // One of them asks whether the framework is there.
    expect(byTheme).toBeLessThanOrEqual(4);
  });
});
