import { readFileSync } from 'node:fs';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

interface Verdict {
  readonly indicator: { readonly code: string };
  readonly status: string;
  readonly basis: string;
  readonly assessedIn: number;
  readonly carriedForward: boolean;
}

/** The answers that others rely on, for the two factsheets. */
describe('The API answers over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2014, SAMPLE_2013);
  });
  afterAll(() => server.close());

  const verdicts = async (asOf = '', selection = 'verdicts'): Promise<readonly Verdict[]> => {
    const query = maastricht(
      `verdicts: ${selection} { indicator { code } status basis assessedIn carriedForward }`,
      asOf,
    );
    return (await server.ask<{ approach: { verdicts: Verdict[] } }>(query)).approach.verdicts;
  };

  it('30 verdicts in framework order, all met: one tested in 2014, 29 standing from 2013', async () => {
    const found = await verdicts();
    expect(found).toHaveLength(30);
    const codes = found.map(({ indicator }) => indicator.code);
    expect(codes).toEqual([...codes].sort());
    for (const { indicator, ...verdict } of found) {
      expect({ [indicator.code]: verdict }).toEqual({
        [indicator.code]:
          indicator.code === '4.2.2'
            ? { status: 'MET', basis: 'REPORTED', assessedIn: 2014, carriedForward: false }
            : { status: 'MET', basis: 'ASSESSED', assessedIn: 2013, carriedForward: true },
      });
    }
  });

  it('verdicts of a theme, of a status, and of neither where null', async () => {
    expect(await verdicts('', 'verdicts(theme: "4")')).toHaveLength(6);
    expect(await verdicts('', 'verdicts(theme: "9")')).toEqual([]);
    expect(await verdicts('', 'verdicts(status: IMPROVEMENT_NEEDED)')).toEqual([]);
    expect(await verdicts('', 'verdicts(status: MET, theme: "1")')).toHaveLength(4);
    expect(await verdicts('', 'verdicts(status: null, theme: null)')).toHaveLength(30);
  });

  it('what was known at the end of 2014', async () => {
    const found = await verdicts('publishedBy: "2014-12-31"');
    expect(found).toHaveLength(30);
    expect(found.filter(({ status }) => status === 'IMPROVEMENT_NEEDED')).toEqual([
      {
        indicator: { code: '4.2.2' },
        status: 'IMPROVEMENT_NEEDED',
        basis: 'ASSESSED',
        assessedIn: 2013,
        carriedForward: false,
      },
    ]);
  });

  it('how 2013 developed into 2014', async () => {
    const { approach } = await server.ask<{
      approach: { development: { summary: unknown; rows: { indicator: { code: string } }[] } };
    }>(
      maastricht(`development(from: 2013, to: 2014) {
        from to summary { change count }
        rows { indicator { code } change before { status assessedIn } after { status assessedIn basis } }
      }`),
    );
    const { rows, ...development } = approach.development;
    expect(development).toEqual({
      from: 2013,
      to: 2014,
      summary: expect.arrayContaining([
        { change: 'RESOLVED', count: 1 },
        { change: 'NOT_RETESTED', count: 29 },
      ]),
    });
    expect(development.summary).toHaveLength(2);
    expect(rows).toHaveLength(30);
    expect(rows.find(({ indicator }) => indicator.code === '4.2.2')).toEqual({
      indicator: { code: '4.2.2' },
      change: 'RESOLVED',
      before: { status: 'IMPROVEMENT_NEEDED', assessedIn: 2013 },
      after: { status: 'MET', assessedIn: 2014, basis: 'REPORTED' },
    });
    expect(rows[0]).toEqual({
      indicator: { code: '1.1.1' },
      change: 'NOT_RETESTED',
      before: { status: 'MET', assessedIn: 2013 },
      after: null,
    });
  });

  it('the trend of theme 4 in 2013 and 2014', async () => {
    const { trend } = await server.ask<{ trend: { code: string }[] }>(
      '{ trend(framework: "GGSR") { year code name approaches tested met improvementNeeded carriedForward attentionPoints } }',
    );
    const common = { code: '4', name: 'Samenwerking', approaches: 1 };
    expect(trend.filter(({ code }) => code === '4')).toEqual([
      {
        ...common,
        year: 2013,
        tested: 6,
        met: 5,
        improvementNeeded: 1,
        carriedForward: 0,
        attentionPoints: 1,
      },
      {
        ...common,
        year: 2014,
        tested: 1,
        met: 1,
        improvementNeeded: 0,
        carriedForward: 5,
        attentionPoints: 0,
      },
    ]);
  });

  it('the figures of the two documents', async () => {
    expect(
      await server.ask(
        maastricht(`name description assessments {
          year kind assessor publishedOn familiesReached findings { verdict indicators { code } } sources { kind } notes
        }
        attentionPoints { raisedIn } improvementPoints { status }`),
      ),
    ).toMatchObject({
      approach: {
        name: 'Integrale Aanpak',
        description: expect.stringMatching(/^De Integrale Aanpak is er voor/),
        assessments: [
          {
            year: 2013,
            kind: 'BASELINE',
            assessor: 'Samenwerkend Toezicht Jeugd',
            publishedOn: '2013-12',
            familiesReached: 316,
            findings: { length: 27 },
            sources: { length: 5 },
            notes: [],
          },
          {
            year: 2014,
            kind: 'FOLLOW_UP',
            publishedOn: '2015-06',
            findings: { length: 1 },
            notes: { length: 2 },
          },
        ],
        attentionPoints: Array(6).fill({ raisedIn: 2013 }),
        improvementPoints: [{ status: 'RESOLVED' }],
      },
    });
  });

  it('many indicators for one finding, and many findings for one indicator', async () => {
    const { approach } = await server.ask<{
      approach: { verdicts: { findings: { indicators: { code: string }[] }[] }[] };
    }>(maastricht('verdicts(theme: "3") { findings { indicators { code } } }'));
    const covered = approach.verdicts.map(({ findings }) =>
      findings.map(({ indicators }) => indicators.length),
    );
    expect(covered.slice(0, 8)).toEqual([[3, 3], [3, 3], [3, 3], [4, 4], [4, 4], [4, 4], [4, 4], [1]]);
  });

  it('what became of the improvement point', async () => {
    const { improvementPoints } = await server.ask<{ improvementPoints: { nodes: unknown[] } }>(
      `{ improvementPoints { nodes {
        text status openedIn indicators { code } finding { verdict assessedIn }
        followUps { reportedBy reportedOn verdict basis narrative assessedIn findings { verdict } }
        commitments { text dueOn status madeBy }
      } } }`,
    );
    expect(improvementPoints.nodes).toEqual([
      {
        text: 'Er zijn samenwerkingsafspraken gemaakt over de aanpak',
        status: 'RESOLVED',
        openedIn: 2013,
        indicators: [{ code: '4.2.2' }],
        finding: { verdict: 'IMPROVEMENT_NEEDED', assessedIn: 2013 },
        followUps: [
          {
            reportedBy: 'Gemeente Maastricht',
            reportedOn: '2015-03-02',
            verdict: 'MET',
            basis: 'REPORTED',
            narrative: expect.stringMatching(/^De afspraken over de samenwerking/),
            assessedIn: 2014,
            findings: [{ verdict: 'MET' }],
          },
        ],
        commitments: [
          {
            text: expect.stringContaining('convenant'),
            dueOn: '2015-05-01~',
            status: 'OPEN',
            madeBy: 'Gemeente Maastricht',
          },
        ],
      },
    ]);
  });

  it('why a verdict is what it is: the events behind it, in the order of the log', async () => {
    const { approach } = await server.ask<{
      approach: { verdicts: { explanation: { type: string; revision: number }[] }[] };
    }>(maastricht('verdicts(theme: "4") { explanation { type revision } }'));
    const explanation = approach.verdicts[3]?.explanation ?? [];
    expect(explanation.map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'AssessmentOpened',
      'FindingRecorded',
      'ImprovementPointIdentified',
      'AssessmentConcluded',
      'FactsheetImported',
      'AssessmentOpened',
      'FollowUpReported',
      'FollowUpAssessed',
      'CommitmentMade',
      'AssessmentConcluded',
    ]);
    const revisions = explanation.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(approach.verdicts[0]?.explanation.map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'AssessmentOpened',
      'FindingRecorded',
      'AssessmentConcluded',
    ]);
  });

  it('every finding and every event with the line of the document that it was read from', async () => {
    const lines = new Map(
      [SAMPLE_2013, SAMPLE_2014].map((path) => [
        path.split('/').at(-1),
        readFileSync(path, 'utf8').split(/\r?\n/),
      ]),
    );
    const source = 'source { document name line text }';
    const { approach } = await server.asAuditor().ask<{
      approach: {
        assessments: { findings: { narrative: string; source: Passage }[] }[];
        history: { nodes: { type: string; source: Passage }[] };
      };
    }>(
      maastricht(
        `assessments { findings { narrative ${source} } } history(first: 100) { nodes { type ${source} } }`,
      ),
    );
    const findings = approach.assessments.flatMap((assessment) => assessment.findings);
    const passages = [...findings, ...approach.history.nodes].map((one) => one.source);
    expect(passages).toHaveLength(28 + 52);
    for (const { document, name, line, text } of passages) {
      expect(document).toMatch(/^[0-9a-f]{64}$/);
      expect(text).toBe(lines.get(name)?.[line - 1]);
    }
    for (const finding of findings) expect(finding.source.text).toContain(finding.narrative.slice(0, 40));
  });

  it('the same to a GET as to a POST', async () => {
    const query = maastricht('verdicts { indicator { code } status findings { narrative } }');
    const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: await server.ask(query) });

    const parameters = new URLSearchParams({
      query: 'query Named($code: String!) { municipality(code: $code) { name } }',
      variables: '{"code":"GM0612"}',
      operationName: 'Named',
    });
    const named = await fetch(`${server.url}/graphql?${parameters}`);
    expect(await named.json()).toMatchObject({ data: { municipality: { name: 'Spijkenisse' } } });
  });
});

interface Passage {
  readonly document: string;
  readonly name: string;
  readonly line: number;
  readonly text: string;
}
