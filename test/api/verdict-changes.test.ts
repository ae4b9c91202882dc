import { APPROACH } from '../support/events';
import { ANDER } from '../support/frameworks';
import {
  type CommandAnswer,
  IGJ,
  type Input,
  opening,
  Sender,
  STJ,
  startWritable,
} from './mutations/support';
import type { TestClient, TestServer } from './support';

interface State {
  readonly status: string;
  readonly basis: string;
  readonly assessedIn: number;
}
type Told = readonly [type: string, ...changes: [code: string, before: State | null, after: State | null][]];

const met = (assessedIn: number): State => ({ status: 'MET', basis: 'ASSESSED', assessedIn });
const improve = (assessedIn: number, basis = 'ASSESSED'): State => ({
  status: 'IMPROVEMENT_NEEDED',
  basis,
  assessedIn,
});

describe('What is told of changed verdicts', () => {
  let server: TestServer;
  let stj: TestClient;
  let igj: TestClient;
  let admin: TestClient;
  beforeEach(async () => {
    ({ server, stj, igj, admin } = await startWritable());
  });
  afterEach(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  const does = (mutation: string, input: Input, selection = ''): Promise<CommandAnswer> =>
    new Sender(admin).accepted(mutation, { ...APPROACH, ...input }, selection);
  const opens = async (changes: Input): Promise<string> =>
    (await does('openAssessment', opening(changes), 'assessment { id }')).assessment.id;
  const finds = async (assessmentId: string, indicator: string, verdict: string): Promise<string> => {
    const input = { assessmentId, indicators: [indicator], verdict, narrative: 'Dit is gezien.' };
    return (await does('recordFinding', input, 'finding { id }')).finding.id;
  };
  const improves = async (findingId: string): Promise<string> => {
    const input = { findingId, text: 'Leg het vast.' };
    return (await does('identifyImprovementPoint', input, 'improvementPoint { id }')).improvementPoint.id;
  };
  const concludes = (assessmentId: string, changes: Input) =>
    does('concludeAssessment', { assessmentId, partial: true, ...changes });
  const corrects = (assessmentId: string, changes: Input) =>
    does('correctAssessment', {
      assessmentId,
      assessor: STJ,
      sources: [],
      notes: [],
      reason: 'Het was anders.',
      ...changes,
    });

  /** The events of the feed that changed a verdict, for who reads. */
  const told = async (client: TestClient): Promise<Told[]> => {
    const response = await fetch(`${server.url}/v1/events?first=100`, { headers: await client.headers() });
    const events = (await response.json()) as {
      type: string;
      data: { verdictChanges: { indicator: { code: string }; before: State | null; after: State | null }[] };
    }[];
    return events
      .filter(({ data }) => data.verdictChanges.length > 0)
      .map(({ type, data }) => [
        type.replace('nl.toetsspoor.', ''),
        ...data.verdictChanges.map(({ indicator, before, after }): [string, State | null, State | null] => [
          indicator.code,
          before,
          after,
        ]),
      ]);
  };
  const standing = async (client: Pick<TestClient, 'ask'>): Promise<unknown> =>
    (
      await client.ask<{ approach: { verdicts: State[] } }>(
        '{ approach(municipality: "GM0935", slug: "integrale-aanpak") { verdicts { status basis assessedIn } } }',
      )
    ).approach.verdicts;

  it('follows a confidential assessment to the inspectorate that it is given to', async () => {
    const earlier = await opens({ year: 2013 });
    await finds(earlier, '1.1.1', 'MET');
    await concludes(earlier, { publishedOn: '2013-12' });
    const hidden = await opens({ year: 2014 });
    await improves(await finds(hidden, '1.1.1', 'IMPROVEMENT_NEEDED'));
    await concludes(hidden, { public: false });
    await corrects(hidden, { assessor: IGJ });

    expect([await standing(stj), await standing(igj)]).toEqual([[met(2013)], [improve(2014)]]);
    const first: Told = ['assessment-concluded', ['1.1.1', null, met(2013)]];
    expect(await told(stj)).toEqual([first, ['assessment-concluded', ['1.1.1', met(2013), improve(2014)]]]);
    expect(await told(igj)).toEqual([first, ['assessment-corrected', ['1.1.1', met(2013), improve(2014)]]]);
    expect(await told(server.as({ roles: ['reader'] }))).toEqual([first]);
    expect(await told(admin)).toEqual([first, ['assessment-concluded', ['1.1.1', met(2013), improve(2014)]]]);
  });

  it('tells of a day of publication by which another assessment of the year is the latest', async () => {
    const earlier = await opens({ year: 2013 });
    const point = await improves(await finds(earlier, '1.1.1', 'IMPROVEMENT_NEEDED'));
    await concludes(earlier, { publishedOn: '2013-12' });
    const reported = { improvementPointIds: [point], reportedBy: 'de gemeente' };
    const followUpId = (await does('reportFollowUp', reported, 'followUp { id }')).followUp.id;
    const followUp = await opens({ kind: 'FOLLOW_UP', year: 2015 });
    await does('assessFollowUp', {
      assessmentId: followUp,
      followUpId,
      improvementPointIds: [point],
      indicators: ['1.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      basis: 'REPORTED',
      narrative: 'Het is er nog niet.',
    });
    await concludes(followUp, { publishedOn: '2015-03' });
    const baseline = await opens({ year: 2015 });
    await finds(baseline, '1.1.1', 'MET');
    await concludes(baseline, { publishedOn: '2015-06' });
    await corrects(followUp, { assessmentPublishedOn: '2015-09' });

    expect(await standing(server)).toEqual([improve(2015, 'REPORTED')]);
    expect((await told(server.as({ roles: ['reader'] }))).slice(-2)).toEqual([
      ['assessment-concluded', ['1.1.1', improve(2015, 'REPORTED'), met(2015)]],
      ['assessment-corrected', ['1.1.1', met(2015), improve(2015, 'REPORTED')]],
    ]);
  });

  it('keeps indicators of two frameworks apart that have the same code', async () => {
    await new Sender(admin).accepted('publishFramework', {
      code: 'ANDER',
      name: ANDER.name,
      themes: ANDER.themes,
    });
    const own = await opens({ year: 2013 });
    await finds(own, '1.1.1', 'MET');
    await concludes(own, { publishedOn: '2013-12' });
    const other = await opens({ year: 2014, framework: 'ANDER' });
    await improves(await finds(other, '1.1.1', 'IMPROVEMENT_NEEDED'));
    await concludes(other, { publishedOn: '2014-12' });
    expect(await told(server.as({ roles: ['reader'] }))).toEqual([
      ['assessment-concluded', ['1.1.1', null, met(2013)]],
      ['assessment-concluded', ['1.1.1', null, improve(2014)]],
    ]);
  });
});
