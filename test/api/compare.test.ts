import type { ApproachStep } from '../../src/domain/approach-commands';
import type { RecordedEvent } from '../../src/domain/events';
import { handleApproachCommand } from '../../src/handle-command';
import { APPROACH, corrected, id, withdrawn } from '../support/events';
import { step } from '../support/given';
import { textOf, tokenIn } from '../support/questions';
import { appendAll } from '../support/temporary-log';
import { level, maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

const DIFFERENCES = `
  verdicts {
    indicator { code } before { ...V } after { ...V } events { type position sentence nl: sentence(language: NL) }
  }
  improvementPoints { before { id status } after { id status } events { type position } }
  attentionPoints { before { text } after { text } events { type position } }
`;
const COMPARE = `query ($from: AsOf, $to: AsOf, $slug: String! = "integrale-aanpak") {
  compare(municipality: "GM0935", slug: $slug, from: $from, to: $to) { ${DIFFERENCES} }
} fragment V on IndicatorVerdict { status basis assessedIn carriedForward findings { id } explanation { type } }`;

interface Difference {
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly events: readonly { type: string; sentence: string; nl: string; position: string }[];
}
interface Compared {
  readonly compare: {
    readonly verdicts: readonly (Difference & { indicator: { code: string } })[];
    readonly improvementPoints: readonly Difference[];
    readonly attentionPoints: readonly Difference[];
  } | null;
}

describe('compare', () => {
  let server: TestServer;
  let asImported: string;

  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
    asImported = tokenIn(await textOf(server, '{ snapshot { token } }'));
    const { approach } = await server.ask<{ approach: { verdicts: { findings: { id: string }[] }[] } }>(
      maastricht('verdicts { findings { id } }'),
    );
    const finding = (index: number) => approach.verdicts[index]?.findings[0]?.id ?? '';
    const correction = corrected('c', '', { indicators: ['1.1.1'], verdict: 'IMPROVEMENT_NEEDED' });
    await handle({ ...step(correction), data: { ...correction.data, corrects: finding(0) } } as ApproachStep);
    const withdrawal = withdrawn('');
    await handle({
      ...step(withdrawal),
      data: { ...withdrawal.data, findingId: finding(1) },
    } as ApproachStep);
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  async function handle(command: ApproachStep): Promise<void> {
    const { position } = await handleApproachCommand(server.register.store, APPROACH, command, {
      actor: 'inspecteur Jansen',
      correlationId: id(JSON.stringify(command)),
      key: JSON.stringify(command),
      document: null,
    });
    await server.register.projector.waitFor(position, 5_000);
  }
  const compare = async (from: object | null, to: object | null) => {
    const { compare: comparison } = await server.ask<Compared>(COMPARE, { from, to });
    if (comparison === null) throw new Error('there is nothing to compare');
    return comparison;
  };

  it('shows of the two factsheets that one indicator differs, by the follow-up', async () => {
    const { verdicts, improvementPoints, attentionPoints } = await compare(
      { publishedBy: '2014-12-31' },
      { snapshot: asImported },
    );
    const caused = [
      'FactsheetImported',
      'AssessmentOpened',
      'FollowUpReported',
      'FollowUpAssessed',
      'CommitmentMade',
      'AssessmentConcluded',
    ];
    expect(verdicts).toMatchObject([
      {
        indicator: { code: '4.2.2' },
        before: { status: 'IMPROVEMENT_NEEDED', basis: 'ASSESSED', assessedIn: 2013, carriedForward: false },
        after: { status: 'MET', basis: 'REPORTED', assessedIn: 2014, carriedForward: false },
      },
    ]);
    expect(verdicts[0]?.events.map(({ type }) => type)).toEqual(caused);
    expect(improvementPoints).toMatchObject([{ before: { status: 'OPEN' }, after: { status: 'RESOLVED' } }]);
    expect(improvementPoints[0]?.events.map(({ type }) => type)).toEqual(caused);
    expect(attentionPoints).toEqual([]);
  });

  it('shows since a snapshot what was corrected and withdrawn, by whom and why', async () => {
    const { verdicts, improvementPoints } = await compare({ snapshot: asImported }, null);
    expect(
      verdicts.map(({ indicator, before, after }) => [indicator.code, before?.status, after?.status]),
    ).toEqual([
      ['1.1.1', 'MET', 'IMPROVEMENT_NEEDED'],
      ['1.1.2', 'MET', undefined],
    ]);
    const today = new Date().toISOString().slice(0, 10);
    const [correction, opened] = verdicts[0]?.events ?? [];
    expect([correction?.type, opened?.type]).toEqual(['FindingCorrected', 'ImprovementPointIdentified']);
    expect(correction?.nl).toMatch(
      /^Het oordeel van Samenwerkend Toezicht Jeugd over indicator 1\.1\.1 \(.+\) voor 2013 is gecorrigeerd en luidt niet meer: voldoet, maar: verbetering nodig, op grond van eigen onderzoek; openbaar vanaf \d+ [a-z]+ \d{4}; reden: “Verkeerd overgenomen\.”; vastgelegd op \d+ [a-z]+ \d{4} door inspecteur Jansen\.$/,
    );
    expect(correction?.sentence).toContain(`recorded on ${Number(today.slice(8))} `);
    expect(verdicts[1]?.events.map(({ type }) => type)).toEqual(['FindingWithdrawn']);
    expect(improvementPoints).toMatchObject([
      {
        before: null,
        after: { status: 'OPEN' },
        events: [{ type: 'FindingCorrected' }, { type: 'ImprovementPointIdentified' }],
      },
    ]);
  });

  it.each([
    [{ publishedBy: '2014-12-31' }, null],
    [{ reference: '2013' }, { reference: '2014', publishedBy: '2016' }],
    [{ publishedBy: '2013-11' }, { publishedBy: '2013-12' }],
  ])('is the same the other way round, and nothing between a point and itself: %j, %j', async (from, to) => {
    const [there, back] = [await compare(from, to), await compare(to, from)];
    expect(there.verdicts.length).toBeGreaterThan(0);
    for (const part of ['verdicts', 'improvementPoints', 'attentionPoints'] as const) {
      const mirrored = back[part].map((one) => ({ ...one, before: one.after, after: one.before }));
      expect(mirrored).toEqual(there[part]);
      for (const { events } of there[part]) expect(events.length).toBeGreaterThan(0);
    }
    expect(await compare(to, to)).toEqual({ verdicts: [], improvementPoints: [], attentionPoints: [] });
  });

  it('is null where the approach is at neither point, and has all of it where it is at one', async () => {
    const before = { recordedBy: '2000-01-01T00:00:00Z' };
    const nothing = { compare: null };
    expect(await server.ask(COMPARE, { from: before, to: before })).toEqual(nothing);
    expect(await server.ask(COMPARE, { slug: 'elders' })).toEqual(nothing);
    const { verdicts, attentionPoints } = await compare(before, { snapshot: asImported });
    expect([verdicts.length, attentionPoints.length]).toEqual([30, 6]);
    expect(verdicts.every((one) => one.before === null)).toBe(true);
  });

  it('says which of its points is not accepted', async () => {
    expect(await server.refusal(COMPARE, { to: { reference: '2999' } })).toMatch(
      /^AS_OF_IN_FUTURE: to\.reference 2999 lies in the future/,
    );
    expect(await server.refusal(COMPARE, { from: { snapshot: 'x' } })).toMatch(/^SNAPSHOT_MALFORMED: /);
  });
});

describe('The passage behind an event', () => {
  it('has no text where a copy of the log leaves that out, and the sentence says so', async () => {
    const whole = await startServer(SAMPLE_2013);
    const copy = (await startServer()).asAuditor();
    try {
      const events: RecordedEvent[] = [];
      for await (const page of whole.register.store.readAll()) events.push(...page.map(withoutTexts));
      await appendAll(copy.register.store, events);
      await level(copy.register);
      const asked = maastricht(`verdicts { explanation { source { name line text } } }
        attentionPoints { finding { source { line text } } }
        history(first: 100) { nodes { type sentence } }`);
      const { approach } = await copy.ask<{
        approach: {
          verdicts: { explanation: { source: { name: string; line: number; text: string } }[] }[];
          history: { nodes: { type: string; sentence: string }[] };
        };
      }>(asked);
      const passages = approach.verdicts.flatMap(({ explanation }) =>
        explanation.map(({ source }) => source),
      );
      expect(new Set(passages.map((passage) => passage.text))).toEqual(new Set(['']));
      expect(passages[0]).toMatchObject({ name: 'maastricht-integrale-aanpak-2013.txt', line: 1 });
      const warning = approach.history.nodes.find(({ type }) => type === 'AttentionPointRaised');
      expect(warning?.sentence).toContain(': [text left out]; recorded');
    } finally {
      await whole.close();
      await copy.close();
    }
  });
});

function withoutTexts(event: RecordedEvent): RecordedEvent {
  const isText = (value: unknown) => typeof value === 'object' && value !== null && 'salt' in value;
  const left = Object.entries(event.data).map(([key, value]) => [
    key,
    isText(value) ? { digest: '00'.repeat(32) } : value,
  ]);
  return { ...event, data: Object.fromEntries(left) } as RecordedEvent;
}
