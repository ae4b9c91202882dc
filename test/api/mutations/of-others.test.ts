import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { APPROACH } from '../../support/events';
import { SAMPLE_2013, SAMPLE_2014, type TestClient, type TestServer } from '../support';
import { type CommandAnswer, IGJ, type Input, opening, Sender, STJ, startWritable } from './support';

const FINDING = { indicators: ['1.1.1'], narrative: 'Er is iets.' };

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

interface Shown {
  readonly approach: {
    readonly verdicts?: unknown;
    readonly drafts?: unknown;
    readonly improvementPoints?: unknown;
    readonly revision?: unknown;
  };
}
/** The approach, as far as it is selected. */
const read = async (client: Pick<TestClient, 'ask'>, selection: string): Promise<Shown['approach']> =>
  (await client.ask<Shown>(`{ approach(municipality: "GM0935", slug: "integrale-aanpak") { ${selection} } }`))
    .approach;

/** Sends a mutation to the approach, which is accepted. */
const does = (client: TestClient, mutation: string, input: Input, selection = ''): Promise<CommandAnswer> =>
  new Sender(client).accepted(mutation, { ...APPROACH, ...input }, selection);
/** The answer, or the code of the error. */
const says = async (client: TestClient, mutation: string, input: Input, selection = '') => {
  const { data, errors } = await new Sender(client).post(mutation, { ...APPROACH, ...input }, selection);
  return errors === undefined ? data[mutation] : String(errors[0]?.extensions.code);
};
/** The same with another id in it, so that answers about two ids can be compared. */
const about = (answer: unknown, id: string) => JSON.stringify(answer).replaceAll(id, 'ID');

/** Without the point of the log that it is told of, which everybody knows. */
const untimed = ({ position, snapshot, ...answer }: CommandAnswer) => answer;

const opens = async (client: TestClient, changes: Input): Promise<string> =>
  (await does(client, 'openAssessment', opening(changes), 'assessment { id }')).assessment.id;
const finds = async (client: TestClient, assessmentId: string, verdict: string): Promise<string> =>
  (await does(client, 'recordFinding', { assessmentId, ...FINDING, verdict }, 'finding { id }')).finding.id;
const concludes = (client: TestClient, assessmentId: string, changes: Input = {}) =>
  does(client, 'concludeAssessment', { assessmentId, partial: true, ...changes });

/** An assessment with one ✗ and its improvement point. */
async function assesses(client: TestClient, changes: Input, conclusion: Input | null) {
  const assessmentId = await opens(client, changes);
  const findingId = await finds(client, assessmentId, 'IMPROVEMENT_NEEDED');
  const input = { findingId, text: 'Leg het vast.' };
  const { improvementPoint } = await does(
    client,
    'identifyImprovementPoint',
    input,
    'improvementPoint { id }',
  );
  if (conclusion !== null) await concludes(client, assessmentId, conclusion);
  return { assessmentId, findingId, point: improvementPoint.id as string };
}

describe('Who withdraws a report', () => {
  let point: string;
  let followUpId: string;
  const judges = async (followUp: string) => {
    const input = { assessmentId: followUp, ...FINDING, verdict: 'MET', basis: 'REPORTED', followUpId };
    const judgement = { ...input, improvementPointIds: [point] };
    return (await does(igj, 'assessFollowUp', judgement, 'finding { id }')).finding.id as string;
  };
  beforeEach(async () => {
    point = (await assesses(stj, {}, {})).point;
    const reported = { improvementPointIds: [point], reportedBy: 'de gemeente' };
    followUpId = (await does(stj, 'reportFollowUp', reported, 'followUp { id }')).followUp.id;
  });
  const verdicts = async () => (await read(server, 'verdicts { status assessedIn }')).verdicts;

  it('does not take along how others have judged it in public', async () => {
    const followUp = await opens(igj, { kind: 'FOLLOW_UP', year: 2015, assessor: IGJ });
    await judges(followUp);
    await concludes(igj, followUp);
    const before = await server.register.store.lastPosition();
    expect(await says(stj, 'withdrawFollowUp', { followUpId, reason: 'Niet gemeld.' })).toBe('FORBIDDEN');
    expect(await server.register.store.lastPosition()).toBe(before);
    expect(await verdicts()).toEqual([{ status: 'MET', assessedIn: 2015 }]);
    await does(admin, 'withdrawFollowUp', { followUpId, reason: 'Niet gemeld.' });
    expect(await verdicts()).toEqual([{ status: 'IMPROVEMENT_NEEDED', assessedIn: 2013 }]);
  });

  it('is told nothing of a draft of others that judges it, and leaves it as it is', async () => {
    const followUp = await opens(igj, { kind: 'FOLLOW_UP', year: 2015, assessor: IGJ });
    await judges(followUp);
    const { events } = await does(stj, 'withdrawFollowUp', { followUpId, reason: 'Niet gemeld.' });
    expect(events?.map(({ type }) => type)).toEqual(['FollowUpWithdrawn']);
    await concludes(igj, followUp);
    expect(await verdicts()).toEqual([{ status: 'MET', assessedIn: 2015 }]);
  });

  it('is told nothing either of when others have corrected it in their draft', async () => {
    const followUp = await opens(igj, { kind: 'FOLLOW_UP', year: 2015, assessor: IGJ });
    const judgement = await judges(followUp);
    const correction = { ...FINDING, verdict: 'IMPROVEMENT_NEEDED', basis: 'REPORTED', reason: 'Verkeerd.' };
    await does(igj, 'correctFinding', { findingId: judgement, ...correction });
    const withdrawal = { followUpId, reason: 'Niet gemeld.', publishedOn: '2016' };
    const { events } = await does(stj, 'withdrawFollowUp', withdrawal);
    expect(events?.map(({ type }) => type)).toEqual(['FollowUpWithdrawn']);
  });
});

describe('A command of others that is sent again', () => {
  const SHOWN = 'assessment { state description findings { narrative } }';

  it('is refused by its id alone, whatever it is about', async () => {
    const assessmentId = await opens(stj, { description: 'Geheim.' });
    await finds(stj, assessmentId, 'MET');
    const command = { commandId: randomUUID(), assessmentId, public: false, partial: true };
    const first = await does(stj, 'concludeAssessment', command, SHOWN);
    expect(await says(stj, 'concludeAssessment', command, SHOWN)).toEqual(first);
    const nobody = randomUUID();
    const unknown = await says(igj, 'concludeAssessment', { ...command, assessmentId: nobody });
    expect(unknown).toMatchObject({ reason: 'COMMAND_ID_REUSED' });
    for (const other of [{}, { publishedOn: '2014' }]) {
      const answer = await says(igj, 'concludeAssessment', { ...command, ...other }, SHOWN);
      expect(answer).toEqual(unknown);
    }
  });

  it('is refused without a word of what it reached that is hidden', async () => {
    const { point } = await assesses(igj, { assessor: IGJ }, {});
    const reported = { improvementPointIds: [point], reportedBy: 'de gemeente' };
    const { followUp } = await does(igj, 'reportFollowUp', reported, 'followUp { id }');
    const draft = await opens(stj, { kind: 'FOLLOW_UP', year: 2015 });
    const judging = { assessmentId: draft, ...FINDING, verdict: 'MET', basis: 'REPORTED' };
    const about = { improvementPointIds: [point], followUpId: followUp.id };
    const judged = await does(stj, 'assessFollowUp', { ...judging, ...about }, 'finding { id }');
    // The judgement in the draft goes with the report, in one command.
    const withdrawal = { followUpId: followUp.id, reason: 'Niet gemeld.' };
    const { commandId, events } = await does(admin, 'withdrawFollowUp', withdrawal);
    expect(events?.map(({ type }) => type)).toEqual(['FindingWithdrawn', 'FollowUpWithdrawn']);
    const reused = {
      __typename: 'CommandRejected',
      reason: 'COMMAND_ID_REUSED',
      message: `a command with the id ${commandId} and other content was accepted before`,
    };
    for (const [mutation, input] of [
      ['openAssessment', opening({ assessor: IGJ, year: 2016 })],
      ['withdrawFollowUp', withdrawal],
      ['withdrawFinding', { findingId: judged.finding.id, reason: 'Niet gemeld.' }],
    ] as const) {
      const answer = await says(igj, mutation, { ...input, commandId });
      expect(answer).toMatchObject(reused);
      expect(JSON.stringify(answer)).not.toContain(judged.finding.id);
    }
  });

  it('is forbidden where the first would be', async () => {
    const command = { commandId: randomUUID(), ...opening({ description: 'Geheim.' }) };
    await does(stj, 'openAssessment', command, SHOWN);
    const elsewhere = server.as({ roles: ['integration'], frameworks: ['F9'] });
    for (const other of [igj, elsewhere]) {
      expect(await says(other, 'openAssessment', command, SHOWN)).toBe('FORBIDDEN');
    }
  });
});

it('A report that is hidden cannot be judged, and is refused as one that is not there', async () => {
  const { point } = await assesses(stj, {}, {});
  const draft = await opens(stj, { kind: 'FOLLOW_UP', year: 2014 });
  const reported = { assessmentId: draft, improvementPointIds: [point], reportedBy: 'de gemeente' };
  const { followUp } = await does(stj, 'reportFollowUp', reported, 'followUp { id }');
  const own = await opens(igj, { kind: 'FOLLOW_UP', year: 2015, assessor: IGJ });
  const judging = (followUpId: string) =>
    says(igj, 'assessFollowUp', {
      assessmentId: own,
      ...FINDING,
      verdict: 'MET',
      basis: 'REPORTED',
      improvementPointIds: [point],
      followUpId,
    });
  const nobody = randomUUID();
  const unknown = await judging(nobody);
  expect(unknown).toMatchObject({ reason: 'FOLLOW_UP_UNKNOWN' });
  expect(about(await judging(followUp.id), followUp.id)).toBe(about(unknown, nobody));
});

it('A report and a commitment about a point that is hidden are not there, also with one that is public', async () => {
  const shown = await assesses(stj, {}, {});
  const hidden = await assesses(igj, { year: 2014, assessor: IGJ }, { public: false });
  const both = { improvementPointIds: [shown.point, hidden.point] };
  await does(admin, 'reportFollowUp', { ...both, reportedBy: 'de gemeente', narrative: 'Geheim.' });
  await does(admin, 'makeCommitment', { ...both, madeBy: 'de gemeente', text: 'Geheim.' });
  const followedFor = async (client: Pick<TestClient, 'ask'>) =>
    (await read(client, 'improvementPoints { status followUps { narrative } commitments { text } }'))
      .improvementPoints;
  const nothing = { status: 'OPEN', followUps: [], commitments: [] };
  expect(await followedFor(server)).toEqual([nothing]);
  expect(await followedFor(stj)).toEqual([nothing]);
  const all = {
    status: 'REPORTED',
    followUps: [{ narrative: 'Geheim.' }],
    commitments: [{ text: 'Geheim.' }],
  };
  expect(await followedFor(igj)).toEqual([all, all]);
});

describe('A draft that is corrected to be of another inspectorate', () => {
  let assessmentId: string;
  beforeEach(async () => {
    assessmentId = await opens(stj, {});
    const corrected = { assessmentId, assessor: IGJ, sources: [], notes: [], reason: 'Verkeerde inspectie.' };
    await does(admin, 'correctAssessment', corrected);
  });

  it('is seen and written by that one from then on, and no longer by the other', async () => {
    const drafts = async (client: TestClient) => (await read(client, 'drafts { id }')).drafts;
    expect(await drafts(igj)).toEqual([{ id: assessmentId }]);
    expect(await drafts(stj)).toEqual([]);
    const note = { assessmentId, text: 'Er is iets.' };
    expect(await says(stj, 'noteDevelopment', note)).toMatchObject({ reason: 'ASSESSMENT_UNKNOWN' });
    expect(await says(igj, 'noteDevelopment', note)).toMatchObject({ __typename: 'DevelopmentNoted' });
  });

  it('comes to that one as a whole among the events, and no more of it to the other', async () => {
    await does(igj, 'noteDevelopment', { assessmentId, text: 'Er is iets.' });
    const types = async (client: TestClient) => {
      const { events } = await client.ask<{ events: { nodes: { type: string }[] } }>(
        '{ events(first: 100) { nodes { type } } }',
      );
      return events.nodes.map(({ type }) => type).filter((type) => !/Framework|Registered/.test(type));
    };
    expect(await types(igj)).toEqual(['AssessmentOpened', 'AssessmentCorrected', 'DevelopmentNoted']);
    expect(await types(stj)).toEqual(['AssessmentOpened']);
  });
});

it('A follow-up of a baseline that is hidden is refused as where there is none, by a document too', async () => {
  const follows = () => says(stj, 'openAssessment', opening({ kind: 'FOLLOW_UP', year: 2014 }));
  const imports = async () => {
    const input = { commandId: randomUUID(), name: 'opvolging.txt', text: readFileSync(SAMPLE_2014, 'utf8') };
    return (await new Sender(stj).post('importFactsheet', input)).data.importFactsheet;
  };
  const refused = [await follows(), await imports()].map((answer) => untimed(answer as CommandAnswer));
  for (const answer of refused) expect(answer).toMatchObject({ reason: 'BASELINE_MISSING' });
  await assesses(igj, { year: 2010, assessor: IGJ }, { public: false });
  const text = readFileSync(SAMPLE_2013, 'utf8');
  await new Sender(admin).accepted('importFactsheet', {
    name: 'elders.txt',
    text: text.replaceAll('Integrale Aanpak', 'Andere Aanpak'),
  });
  await assesses(igj, { framework: 'GGSR', year: 2010, assessor: IGJ }, { public: false });
  const later = [await follows(), await imports()].map((answer) => untimed(answer as CommandAnswer));
  expect(later).toEqual(refused);
  await assesses(stj, { year: 2011 }, { public: false });
  expect(await follows()).toMatchObject({ __typename: 'AssessmentOpened' });
});

describe('A draft of others', () => {
  const place = { year: 2013, assessor: STJ };

  it('keeps its place taken until it is abandoned, and then counts nowhere', async () => {
    const draft = await assesses(igj, { assessor: IGJ }, null);
    expect(await says(stj, 'openAssessment', opening(place))).toMatchObject({
      reason: 'ASSESSMENT_EXISTS',
      field: 'year',
      message: expect.not.stringContaining(IGJ),
    });
    const reason = 'Niemand maakt het af.';
    await does(admin, 'abandonAssessment', { assessmentId: draft.assessmentId, reason });
    const { assessmentId } = await assesses(stj, place, {});
    for (const client of [server, stj, igj, admin]) {
      expect(await read(client, 'assessments { id } improvementPoints { openedIn }')).toEqual({
        assessments: [{ id: assessmentId }],
        improvementPoints: [{ openedIn: 2013 }],
      });
    }
    for (const client of [stj, igj, admin]) expect((await read(client, 'drafts { id }')).drafts).toEqual([]);
  });

  it('that was abandoned is in the events of those who saw it, with why, and of no others', async () => {
    const { assessmentId } = await assesses(igj, { assessor: IGJ }, null);
    await does(igj, 'abandonAssessment', { assessmentId, reason: 'Niemand maakt het af.' });
    const sentences = async (client: TestClient) => {
      const { events } = await client.ask<{ events: { nodes: { sentence: string }[] } }>(
        '{ events(first: 100, types: ["AssessmentAbandoned"]) { nodes { sentence(language: EN) } } }',
      );
      return events.nodes.map(({ sentence }) => sentence);
    };
    const told = [expect.stringMatching(/^The assessment for 2013 was abandoned .*“Niemand maakt het af\.”/)];
    expect(await sentences(igj)).toEqual(told);
    expect(await sentences(admin)).toEqual(told);
    expect(await sentences(stj)).toEqual([]);
  });
});

describe('A document that is issued again', () => {
  const text = readFileSync(SAMPLE_2013, 'utf8');
  const imports = (changes: Input = {}) => {
    const input = { commandId: randomUUID(), name: 'factsheet.txt', text, reissue: true, ...changes };
    return new Sender(stj).post('importFactsheet', input);
  };

  it('is refused alike whether others have such an assessment under way or not', async () => {
    const refused = async () => untimed((await imports()).data.importFactsheet as CommandAnswer);
    const where = await refused();
    expect(where).toMatchObject({ __typename: 'FactsheetNotRead' });
    await new Sender(admin).accepted('importFactsheet', {
      name: 'elders.txt',
      text: readFileSync(SAMPLE_2013, 'utf8').replaceAll('Integrale Aanpak', 'Andere Aanpak'),
    });
    const assessmentId = await opens(igj, { framework: 'GGSR', assessor: IGJ });
    expect(await refused()).toEqual(where);
    await does(igj, 'abandonAssessment', { assessmentId, reason: 'Niemand maakt het af.' });
    expect(await refused()).toEqual(where);
    expect((await imports({ reissue: false })).data.importFactsheet).toMatchObject({
      __typename: 'FactsheetImported',
    });
  });
});

it('The revision of an approach, which counts what others have under way, is for who may write to it', async () => {
  const revision = async (client: TestClient) => (await read(client, 'revision')).revision;
  await assesses(stj, {}, {});
  const before = (await revision(igj)) as number;
  await opens(stj, { year: 2016 });
  expect(await revision(igj)).toBe(before + 1);
  const here = server.as({ roles: ['integration'], municipalities: ['GM0935'] });
  expect(await revision(here)).toBe(before + 1);
  expect(await revision(server.as({ roles: ['integration'], municipalities: ['GM0363'] }))).toBeNull();
});
