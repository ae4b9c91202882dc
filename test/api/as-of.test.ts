import { setTimeout as sleep } from 'node:timers/promises';
import type { ApproachStep } from '../../src/domain/approach-commands';
import { approachStream } from '../../src/domain/streams';
import { handleApproachCommand } from '../../src/handle-command';
import { APPROACH, corrected, id, promised, reported, settled, withdrawn } from '../support/events';
import { step } from '../support/given';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

/** An instant that lies between what was recorded before and what is recorded after. */
async function between(): Promise<string> {
  await sleep(3);
  const now = new Date().toISOString();
  await sleep(3);
  return now;
}

const ALL = `
  assessments { year notes findings { verdict } }
  verdicts(theme: "4") { indicator { code } status assessedIn carriedForward basis explanation { type } }
  development(from: 2013, to: 2014) { summary { change count } }
  improvementPoints { status followUps { reportedOn } commitments { status } }
  attentionPoints { raisedIn }
  history(first: 100) { nodes { type revision } }
`;

interface Picture {
  readonly assessments: readonly { year: number; findings: unknown[] }[];
  readonly verdicts: readonly {
    indicator: { code: string };
    status: string;
    assessedIn: number;
    carriedForward: boolean;
    explanation: { type: string }[];
  }[];
  readonly development: { summary: { change: string; count: number }[] };
  readonly improvementPoints: readonly unknown[];
  readonly attentionPoints: readonly unknown[];
  readonly history: { nodes: { type: string; revision: number }[] };
}

describe('asOf', () => {
  let server: TestServer;
  let beforeAllOfIt: string;
  let afterBaseline: string;
  let afterFollowUp: string;
  let afterCorrection: string;

  beforeAll(async () => {
    server = (await startServer()).asAuditor();
    beforeAllOfIt = await between();
    await server.import(SAMPLE_2013);
    afterBaseline = await between();
    await server.import(SAMPLE_2014);
    afterFollowUp = await between();
    const { approach } = await server.ask<{ approach: { verdicts: { findings: { id: string }[] }[] } }>(
      maastricht('verdicts(theme: "4") { findings { id } }'),
    );
    const found = (index: number) => approach.verdicts[index]?.findings[0]?.id ?? '';
    const correction = corrected('nu te verbeteren', '', {
      indicators: ['4.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
    });
    await handle({
      ...step(correction),
      data: { ...correction.data, corrects: found(0), publishedOn: '2016-05-01' },
    } as ApproachStep);
    const withdrawal = withdrawn('', '2016-06-01');
    await handle({ ...step(withdrawal), data: { ...withdrawal.data, findingId: found(1) } } as ApproachStep);
    afterCorrection = await between();
  });
  afterAll(() => server.close());

  async function handle(command: ApproachStep): Promise<void> {
    const { position } = await handleApproachCommand(server.register.store, APPROACH, command, {
      actor: 'tester',
      correlationId: id(JSON.stringify(command)),
      key: JSON.stringify(command),
      document: null,
    });
    await server.register.projector.waitFor(position, 5_000);
  }
  const read = async (asOf: string): Promise<Picture | null> =>
    (await server.ask<{ approach: Picture | null }>(maastricht(ALL, asOf))).approach;
  const inShort = (picture: Picture | null) =>
    picture && {
      years: picture.assessments.map(({ year, findings }) => `${year}: ${findings.length}`),
      verdicts: picture.verdicts.map(
        ({ indicator, status, assessedIn, carriedForward }) =>
          `${indicator.code} ${status === 'MET' ? '✓' : '✗'} ${carriedForward ? `(${assessedIn})` : assessedIn}`,
      ),
      changes: picture.development.summary,
      points: picture.improvementPoints,
      attentionPoints: picture.attentionPoints.length,
      events: picture.history.nodes.length,
    };

  const BASELINE = {
    years: ['2013: 27'],
    verdicts: [
      '4.1.1 ✓ 2013',
      '4.1.2 ✓ 2013',
      '4.2.1 ✓ 2013',
      '4.2.2 ✗ 2013',
      '4.2.3 ✓ 2013',
      '4.3.1 ✓ 2013',
    ],
    changes: [{ change: 'NOT_RETESTED', count: 30 }],
    points: [{ status: 'OPEN', followUps: [], commitments: [] }],
    attentionPoints: 6,
    events: 43,
  };
  const WITH_FOLLOW_UP = {
    years: ['2013: 27', '2014: 1'],
    verdicts: [
      '4.1.1 ✓ (2013)',
      '4.1.2 ✓ (2013)',
      '4.2.1 ✓ (2013)',
      '4.2.2 ✓ 2014',
      '4.2.3 ✓ (2013)',
      '4.3.1 ✓ (2013)',
    ],
    changes: expect.arrayContaining([
      { change: 'RESOLVED', count: 1 },
      { change: 'NOT_RETESTED', count: 29 },
    ]),
    points: [
      { status: 'RESOLVED', followUps: [{ reportedOn: '2015-03-02' }], commitments: [{ status: 'OPEN' }] },
    ],
    attentionPoints: 6,
    events: 52,
  };

  it.each([
    ['reference: "2013", publishedBy: "2016-04"', BASELINE],
    ['reference: "2013~", publishedBy: "2016-04"', BASELINE],
    ['reference: 2013, publishedBy: "2016-04"', BASELINE],
    [
      'reference: "2014-11", publishedBy: "2016-04"',
      { ...BASELINE, verdicts: BASELINE.verdicts.map((one) => one.replace('2013', '(2013)')) },
    ],
    ['publishedBy: "2013-12"', BASELINE],
    ['publishedBy: "2013-12-31"', BASELINE],
    ['publishedBy: "2014-12-31"', BASELINE],
    ['publishedBy: "2015-06-29"', BASELINE],
    ['publishedBy: "2015-06"', WITH_FOLLOW_UP],
    ['publishedBy: "2015-06-30~"', WITH_FOLLOW_UP],
    ['publishedBy: "2016-04"', WITH_FOLLOW_UP],
  ])('%s governs everything nested below it', async (asOf, expected) => {
    expect(inShort(await read(asOf))).toEqual(expected);
  });

  it('recordedBy governs everything nested below it', async () => {
    expect(await read(`recordedBy: "${beforeAllOfIt}"`)).toBeNull();
    expect(inShort(await read(`recordedBy: "${afterBaseline}"`))).toEqual(BASELINE);
    expect(inShort(await read(`recordedBy: "${afterFollowUp}"`))).toEqual(WITH_FOLLOW_UP);
  });

  it('combines its clocks: each takes away what it does not know', async () => {
    const followUp = `recordedBy: "${afterFollowUp}"`;
    expect(inShort(await read(`${followUp}, publishedBy: "2014"`))).toEqual(BASELINE);
    expect(inShort(await read(`${followUp}, reference: "2014", publishedBy: "2015"`))).toEqual(
      WITH_FOLLOW_UP,
    );
    expect(inShort(await read(`reference: "2013", publishedBy: "2015", ${followUp}`))).toEqual(BASELINE);
    expect(inShort(await read(`recordedBy: "${afterBaseline}", publishedBy: "2015"`))).toEqual(BASELINE);
  });

  it('has no approach before something of it was public, and no verdict before the first year', async () => {
    expect(await read('publishedBy: "2013-11-30"')).toBeNull();
    expect(await read('reference: "2013", publishedBy: "2013-11-30"')).toBeNull();
    for (const others of [
      '',
      ', publishedBy: "2013-12"',
      `, publishedBy: "2016", recordedBy: "${afterBaseline}"`,
    ]) {
      expect(inShort(await read(`reference: "2012"${others}`))).toMatchObject({
        years: [],
        verdicts: [],
        changes: [],
        points: [],
        attentionPoints: 0,
        events: 1,
      });
    }
  });

  it('has an approach in lists, comparisons and resources before its first year too, once something was public', async () => {
    const early = 'reference: "2012", publishedBy: "2013';
    const { before, after, none, compare } = await server.ask<Record<string, unknown>>(`{
      before: approaches(asOf: { ${early}-11" }) { nodes { slug } }
      after: approaches(asOf: { ${early}-12" }) { nodes { slug assessments { year } } }
      none: compare(municipality: "GM0935", slug: "integrale-aanpak", from: { ${early}-10" }, to: { ${early}-11" }) {
        verdicts { after { status } }
      }
      compare(municipality: "GM0935", slug: "integrale-aanpak", from: { ${early}-11" }, to: { ${early}-12" }) {
        verdicts { after { status } }
      }
    }`);
    expect({ before, after, none, compare }).toEqual({
      before: { nodes: [] },
      after: { nodes: [{ slug: 'integrale-aanpak', assessments: [] }] },
      none: null,
      compare: { verdicts: [] },
    });
    const slugs = async (month: string) => {
      const response = await fetch(`${server.url}/v1/approaches?reference=2012&publishedBy=2013-${month}`);
      const { results } = (await response.json()) as { results: { slug: string }[] };
      return results.map(({ slug }) => slug);
    };
    expect([await slugs('11'), await slugs('12')]).toEqual([[], ['integrale-aanpak']]);
  });

  it('shows a correction and a withdrawal from their own publication and recording on', async () => {
    const now = inShort(await read(''));
    expect(now?.verdicts).toEqual([
      '4.1.1 ✗ (2013)',
      '4.2.1 ✓ (2013)',
      '4.2.2 ✓ 2014',
      '4.2.3 ✓ (2013)',
      '4.3.1 ✓ (2013)',
    ]);
    expect(now?.points).toHaveLength(2);
    expect(inShort(await read(`recordedBy: "${afterCorrection}"`))).toEqual(now);
    expect(inShort(await read('publishedBy: "2016-07"'))).toEqual(now);
    const inMay = inShort(await read('publishedBy: "2016-05"'));
    expect(inMay?.verdicts.slice(0, 2)).toEqual(['4.1.1 ✗ (2013)', '4.1.2 ✓ (2013)']);
    expect(inMay?.points).toHaveLength(2);
  });

  it('explains a verdict by what was there at that point', async () => {
    const typesOf = async (index: number, asOf: string) =>
      (await read(asOf))?.verdicts[index]?.explanation.map(({ type }) => type);
    const tested = ['FactsheetImported', 'AssessmentOpened', 'FindingRecorded', 'AssessmentConcluded'];
    expect(await typesOf(0, 'publishedBy: "2016-04"')).toEqual(tested);
    expect(await typesOf(0, `recordedBy: "${afterFollowUp}"`)).toEqual(tested);
    expect(await typesOf(0, '')).toEqual([...tested, 'FindingCorrected', 'ImprovementPointIdentified']);
    expect(await typesOf(3, 'publishedBy: "2014"')).toEqual([
      'FactsheetImported',
      'AssessmentOpened',
      'FindingRecorded',
      'ImprovementPointIdentified',
      'AssessmentConcluded',
    ]);
  });

  it('leaves the lists and the trend on the same point', async () => {
    const query = `query ($asOf: AsOf) {
      approaches(asOf: $asOf) { nodes { verdicts(theme: "4", status: IMPROVEMENT_NEEDED) { indicator { code } } } }
      improvementPoints(asOf: $asOf) { nodes { status followUps { reportedOn } } }
      trend(framework: "GGSR", asOf: $asOf) { year code tested met improvementNeeded carriedForward }
    }`;
    expect(await server.ask(query, { asOf: { publishedBy: '2014-12-31' } })).toMatchObject({
      approaches: { nodes: [{ verdicts: [{ indicator: { code: '4.2.2' } }] }] },
      improvementPoints: { nodes: [{ status: 'OPEN', followUps: [] }] },
      trend: [{}, {}, {}, { code: '4', tested: 6, met: 5, improvementNeeded: 1, carriedForward: 0 }, {}],
    });
    expect(await server.ask(query, { asOf: { recordedBy: beforeAllOfIt } })).toEqual({
      approaches: { nodes: [] },
      improvementPoints: { nodes: [] },
      trend: [],
    });
    const unset = { reference: null, publishedBy: null, recordedBy: null };
    expect(await server.ask(query, { asOf: unset })).toEqual(await server.ask(query, { asOf: null }));
  });

  it('has the whole of the stream in the history where nothing is asked', async () => {
    const points = (
      await server.ask<{ approach: { improvementPoints: { id: string }[] } }>(
        maastricht('improvementPoints { id }'),
      )
    ).approach.improvementPoints;
    const [, , key = ''] = Buffer.from(points[0]?.id ?? '', 'base64url')
      .toString()
      .split('/');
    const report = reported('later gemeld', []);
    const promise = promised('later beloofd', []);
    await handle({ ...step(report), data: { ...report.data, improvementPointIds: [key] } } as ApproachStep);
    await handle({ ...step(promise), data: { ...promise.data, improvementPointIds: [key] } } as ApproachStep);
    await handle(step(settled('later beloofd')));

    const inLog: string[] = [];
    const stream = approachStream(APPROACH.municipality, APPROACH.slug);
    for await (const page of server.register.store.readStream(stream))
      inLog.push(...page.map(({ type }) => type));
    const now = await read('');
    expect(now?.history.nodes.map(({ type }) => type)).toEqual(inLog);
    expect(now?.history.nodes.map(({ revision }) => revision)).toEqual(inLog.map((_, index) => index));
    expect(now?.improvementPoints[0]).toMatchObject({
      status: 'REPORTED',
      commitments: [{}, { status: 'KEPT' }],
    });
    // No document tells of these three, so they have no known publication date.
    expect(inShort(await read('publishedBy: "2016-07"'))?.events).toBe(inLog.length - 3);
  });
});
