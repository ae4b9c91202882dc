import { readFileSync } from 'node:fs';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

const ISSUED = readFileSync(SAMPLE_2013, 'utf8')
  .replace('- Mondriaan', '- MEE')
  .replace('316 gezinnen', '320 gezinnen')
  .replace('✓ Bij de gemeente is bekend', '✗ Bij de gemeente is onbekend')
  .replace('LET OP: Scholen zijn geen partij in het convenant.', 'LET OP: Scholen doen niet mee.');
const ASKED = `
  description
  assessments { year publishedOn familiesReached description sources { name } notes findings { narrative } }
  verdicts(status: IMPROVEMENT_NEEDED) {
    indicator { code } assessedIn findings { narrative source { line text } } explanation { type }
  }
  development(from: 2013, to: 2014) { summary { change count } }
  improvementPoints { text status indicators { code } }
  attentionPoints { text }
  history(first: 100) { nodes { type } }
`;

interface Asked {
  readonly approach: {
    readonly description: string;
    readonly assessments: readonly {
      readonly familiesReached: number | null;
      readonly publishedOn: string;
      readonly description: string | null;
      readonly sources: readonly { readonly name: string }[];
    }[];
    readonly verdicts: readonly unknown[];
    readonly development: { readonly summary: readonly unknown[] };
    readonly improvementPoints: readonly { readonly indicators: readonly { readonly code: string }[] }[];
    readonly attentionPoints: readonly { readonly text: string }[];
    readonly history: { readonly nodes: readonly { readonly type: string }[] };
  };
}

describe('A re-issued factsheet', () => {
  let server: TestServer;
  let before: Asked['approach'];
  const ask = async (asOf?: string) => (await server.ask<Asked>(maastricht(ASKED, asOf))).approach;
  const trendOf = async (asOf = '') => {
    const { trend } = await server.ask<{ trend: unknown[] }>(
      `{ trend(framework: "GGSR", by: INDICATOR, from: 2013, to: 2014${asOf}) {
        year code met improvementNeeded carriedForward attentionPoints
      } }`,
    );
    return trend.filter((point) => ['1.1.2', '4.2.1'].includes((point as { code: string }).code));
  };

  beforeAll(async () => {
    server = (await startServer(SAMPLE_2013, SAMPLE_2014)).asAuditor();
    before = await ask();
    await server.reissue(ISSUED, '2016-02');
  });
  afterAll(() => server.close());

  it('is what stands: what the assessment says of itself, verdicts, points, warnings and development', async () => {
    const now = await ask();
    expect(now.description).toContain('320 gezinnen');
    expect(now.assessments[0]).toMatchObject({
      publishedOn: '2013-12',
      familiesReached: 320,
      description: expect.stringContaining('320 gezinnen'),
      sources: expect.arrayContaining([{ name: 'MEE' }]),
    });
    expect(now.verdicts).toEqual([
      {
        indicator: { code: '1.1.2' },
        assessedIn: 2013,
        findings: [
          {
            narrative: expect.stringContaining('is onbekend'),
            source: { line: expect.any(Number), text: expect.stringContaining('✗ Bij de gemeente') },
          },
        ],
        explanation: expect.arrayContaining([{ type: 'FindingRecorded' }, { type: 'FindingCorrected' }]),
      },
    ]);
    expect(now.improvementPoints.map(({ indicators }) => indicators)).toEqual([
      [{ code: '4.2.2' }],
      [{ code: '1.1.2' }],
    ]);
    expect(now.attentionPoints.map(({ text }) => text)).toContain('Scholen doen niet mee.');
    expect(now.attentionPoints).toHaveLength(6);
    expect(now.development).toEqual(before.development);
    expect(now.history.nodes.slice(before.history.nodes.length).map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'AssessmentCorrected',
      'FindingCorrected',
      'ImprovementPointIdentified',
      'AttentionPointWithdrawn',
      'AttentionPointRaised',
    ]);
  });

  it('is what was public from its own publication on; before that all is as it was', async () => {
    expect(await ask('publishedBy: "2016-01"')).toEqual(before);
    expect(await ask('publishedBy: "2016-02"')).toEqual(await ask());
  });

  it('counts in trends, from its own publication on', async () => {
    const of = (
      code: string,
      year: number,
      met: number,
      improvementNeeded: number,
      attentionPoints: number,
    ) => ({
      code,
      year,
      met,
      improvementNeeded,
      carriedForward: met + improvementNeeded === 0 ? 1 : 0,
      attentionPoints,
    });
    expect(await trendOf()).toEqual([
      of('1.1.2', 2013, 0, 1, 0),
      of('4.2.1', 2013, 1, 0, 1),
      of('1.1.2', 2014, 0, 0, 0),
      of('4.2.1', 2014, 0, 0, 0),
    ]);
    expect((await trendOf(', asOf: { publishedBy: "2016-01" }'))[0]).toEqual(of('1.1.2', 2013, 1, 0, 0));
  });
});

describe('A re-issued factsheet without a date of its own', () => {
  it('is public from the day it was recorded, document and corrections alike', async () => {
    const server = (await startServer(SAMPLE_2013)).asAuditor();
    try {
      await server.reissue(ISSUED);
      const typesOn = async (publishedBy: string) => {
        const asOf = `publishedBy: "${publishedBy}"`;
        const { approach } = await server.ask<Asked>(
          maastricht('history(first: 100) { nodes { type } }', asOf),
        );
        return approach.history.nodes.map(({ type }) => type);
      };
      const count = (types: readonly string[], wanted: string) =>
        types.filter((type) => type === wanted).length;
      const before = await typesOn('2015');
      const since = await typesOn(new Date().toISOString().slice(0, 10));
      expect(['FactsheetImported', 'FindingCorrected'].map((type) => count(before, type))).toEqual([1, 0]);
      expect(['FactsheetImported', 'FindingCorrected'].map((type) => count(since, type))).toEqual([2, 1]);
    } finally {
      await server.close();
    }
  });
});
