import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LOCAL_ISSUER } from '../../../src/api/local-issuer';
import type { SignedIn } from '../../../src/api/principal';
import { APPROACH } from '../../support/events';
import { SAMPLE_2013, startServer, type TestServer } from '../support';
import { IGJ, type Input, MUTATIONS, opening, PUBLISH_KADER, Sender, STJ } from './support';

const FINDING = { indicators: ['1.1.1'], verdict: 'IMPROVEMENT_NEEDED', narrative: 'Er is iets.' };

let server: TestServer;
/** Ids in a draft of STJ, and in one of IGJ. */
let draft: { assessmentId: string; findingId: string };
let other: { assessmentId: string; findingId: string };
let point: string;
const as = (principal: Partial<SignedIn> & Pick<SignedIn, 'roles'>) => new Sender(server.as(principal));
const stj = () => as({ roles: ['inspector'], inspectorates: [STJ] });
const igj = () => as({ roles: ['inspector'], inspectorates: [IGJ] });

beforeAll(async () => {
  server = await startServer();
  const admin = as({ roles: ['admin'] });
  await admin.accepted('publishFramework', PUBLISH_KADER);
  await stj().accepted('registerApproach', { municipality: 'GM0935', name: 'Integrale aanpak' });
  const open = async (sender: Sender, changes: Input) => {
    const opened = await sender.accepted(
      'openAssessment',
      { ...APPROACH, ...opening(changes) },
      'assessment { id }',
    );
    const assessmentId: string = opened.assessment.id;
    const found = await sender.accepted(
      'recordFinding',
      { ...APPROACH, assessmentId, ...FINDING },
      'finding { id }',
    );
    return { assessmentId, findingId: found.finding.id as string };
  };
  draft = await open(stj(), {});
  other = await open(igj(), { year: 2012, assessor: IGJ });
  const input = { ...APPROACH, findingId: other.findingId, text: 'Verbeter dit.' };
  const identified = await igj().accepted('identifyImprovementPoint', input, 'improvementPoint { id }');
  point = identified.improvementPoint.id;
});
afterAll(() => server.close());

/** An input that the schema accepts, whatever the domain would say. */
const ANY: Readonly<Record<string, Input>> = {
  publishFramework: { ...PUBLISH_KADER, code: 'ANDER' },
  reviseFramework: { ...PUBLISH_KADER, version: 2, equivalents: [] },
  registerApproach: { municipality: 'GM0363', name: 'Aanpak' },
  openAssessment: { ...APPROACH, ...opening({ year: 2015 }) },
  consultSource: { ...APPROACH, assessmentId: 'a', kind: 'DOCUMENT', name: 'Iets' },
  noteDevelopment: { ...APPROACH, assessmentId: 'a', text: 'Iets' },
  recordFinding: { ...APPROACH, assessmentId: 'a', ...FINDING },
  raiseAttentionPoint: { ...APPROACH, findingId: 'a', text: 'Iets' },
  identifyImprovementPoint: { ...APPROACH, findingId: 'a', text: 'Iets' },
  concludeAssessment: { ...APPROACH, assessmentId: 'a' },
  abandonAssessment: { ...APPROACH, assessmentId: 'a', reason: 'Iets' },
  reportFollowUp: { ...APPROACH, improvementPointIds: ['a'], reportedBy: 'Iemand' },
  assessFollowUp: { ...APPROACH, assessmentId: 'a', improvementPointIds: [], ...FINDING, basis: 'REPORTED' },
  makeCommitment: { ...APPROACH, improvementPointIds: ['a'], madeBy: 'Iemand', text: 'Iets' },
  settleCommitment: { ...APPROACH, commitmentId: 'a', outcome: 'KEPT', settledOn: '2015' },
  correctFinding: { ...APPROACH, findingId: 'a', ...FINDING, basis: 'ASSESSED', reason: 'Iets' },
  withdrawFinding: { ...APPROACH, findingId: 'a', reason: 'Iets' },
  correctFollowUp: { ...APPROACH, reason: 'Iets' },
  withdrawFollowUp: { ...APPROACH, followUpId: 'a', reason: 'Iets' },
  correctAssessment: {
    ...APPROACH,
    assessmentId: 'a',
    assessor: STJ,
    sources: [],
    notes: [],
    reason: 'Iets',
  },
  correctImprovementPoint: { ...APPROACH, improvementPointId: 'a', text: 'Iets', reason: 'Iets' },
  withdrawAttentionPoint: { ...APPROACH, attentionPointId: 'a', reason: 'Iets' },
  withdrawCommitment: { ...APPROACH, commitmentId: 'a', reason: 'Iets' },
  importFactsheet: { name: 'factsheet.txt', text: readFileSync(SAMPLE_2013, 'utf8') },
};

describe.each(MUTATIONS)('%s', (mutation) => {
  const input = ANY[mutation] ?? {};

  it('is not for who is not signed in, nor for who may only read', async () => {
    const before = await server.register.store.lastPosition();
    const refused = async (sender: Sender) => {
      const { status, data, errors } = await sender.post(mutation, input);
      return [status, data, errors?.map(({ extensions }) => extensions.code)];
    };
    expect(await refused(new Sender(server))).toEqual([401, undefined, ['UNAUTHENTICATED']]);
    for (const roles of [['reader'], ['auditor'], ['reader', 'auditor']] as const) {
      expect(await refused(as({ roles }))).toEqual([403, undefined, ['FORBIDDEN']]);
    }
    expect(await server.register.store.lastPosition()).toBe(before);
  });

  it('is not for an integration of another municipality and framework', async () => {
    const before = await server.register.store.lastPosition();
    const elsewhere = as({ roles: ['integration'], municipalities: ['GM0014'], frameworks: ['ELDERS'] });
    const { status, data, errors = [] } = await elsewhere.post(mutation, input);
    // The request is let in and run: that nothing came of it is an error of this field.
    expect([status, data]).toEqual([200, { [mutation]: null }]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(await server.register.store.lastPosition()).toBe(before);
  });
});

describe('Several mutations in one request', () => {
  it('each have their own answer, where one of them is refused', async () => {
    const {
      status,
      data,
      errors = [],
    } = await server
      .as({ roles: ['integration'], municipalities: ['GM0363'] })
      .post<Record<string, { __typename: string } | null>>(
        `mutation ($a: RegisterApproachInput!, $b: RegisterApproachInput!) {
          a: registerApproach(input: $a) { __typename } b: registerApproach(input: $b) { __typename } }`,
        {
          a: { commandId: randomUUID(), municipality: 'GM0363', name: 'Naast elkaar' },
          b: { commandId: randomUUID(), municipality: 'GM0014', name: 'Naast elkaar' },
        },
      );
    expect([status, data]).toEqual([200, { a: { __typename: 'ApproachRegistered' }, b: null }]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });
});

describe('An inspector', () => {
  it('opens assessments of its own inspectorate, and no others', async () => {
    const { errors = [] } = await stj().post('openAssessment', {
      ...APPROACH,
      ...opening({ year: 2016, assessor: IGJ }),
    });
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) }),
    ]);
    expect(errors[0]?.message).toContain(IGJ);
  });

  it('publishes no framework, as that concerns all inspectorates', async () => {
    for (const mutation of ['publishFramework', 'reviseFramework']) {
      const { errors = [] } = await stj().post(mutation, ANY[mutation] ?? {});
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
  });

  const to = (ids: () => { assessmentId: string; findingId: string }) =>
    [
      ['ASSESSMENT_UNKNOWN', 'noteDevelopment', () => ({ assessmentId: ids().assessmentId, text: 'Iets.' })],
      ['ASSESSMENT_UNKNOWN', 'recordFinding', () => ({ assessmentId: ids().assessmentId, ...FINDING })],
      ['ASSESSMENT_UNKNOWN', 'concludeAssessment', () => ({ assessmentId: ids().assessmentId })],
      ['ASSESSMENT_UNKNOWN', 'abandonAssessment', () => ({ assessmentId: ids().assessmentId, reason: 'x' })],
      ['FINDING_UNKNOWN', 'raiseAttentionPoint', () => ({ findingId: ids().findingId, text: 'Iets.' })],
      ['FINDING_UNKNOWN', 'withdrawFinding', () => ({ findingId: ids().findingId, reason: 'Iets.' })],
      [
        'ASSESSMENT_UNKNOWN',
        'correctAssessment',
        () => ({ assessmentId: ids().assessmentId, assessor: STJ, sources: [], notes: [], reason: 'Iets.' }),
      ],
      [
        'FINDING_UNKNOWN',
        'correctFinding',
        () => ({ findingId: ids().findingId, ...FINDING, basis: 'ASSESSED', reason: 'Iets.' }),
      ],
    ] as const;
  it.each(to(() => other))(
    'is told %s by %s of a draft of others, in the words for what is not there',
    async (reason, mutation, input) => {
      const before = await server.register.store.lastPosition();
      const answer = await stj().send(mutation, { ...APPROACH, ...input() });
      const nothing = randomUUID();
      const ids: Input = input();
      const key = 'assessmentId' in ids ? 'assessmentId' : 'findingId';
      const unknown = await stj().send(mutation, { ...APPROACH, ...ids, [key]: nothing });
      expect(answer).toMatchObject({ reason });
      const inOtherWords = JSON.stringify(answer).replaceAll(String(ids[key]), nothing);
      expect(JSON.parse(inOtherWords)).toEqual(unknown);
      expect(await server.register.store.lastPosition()).toBe(before);
    },
  );

  it('is told that points in drafts of others are not there', async () => {
    const answer = await stj().send('reportFollowUp', {
      ...APPROACH,
      improvementPointIds: [point],
      reportedBy: 'x',
    });
    expect(answer).toMatchObject({ reason: 'IMPROVEMENT_POINT_UNKNOWN' });
  });

  it('writes to its own', async () => {
    const answer = await stj().send('noteDevelopment', {
      ...APPROACH,
      assessmentId: draft.assessmentId,
      text: 'Iets.',
    });
    expect(answer).toMatchObject({
      __typename: 'DevelopmentNoted',
      events: [{ actor: `${LOCAL_ISSUER}#jansen` }],
    });
  });
});

describe('An integration', () => {
  it('of a municipality that is named otherwise than by its code is told how it is named', async () => {
    const own = as({ roles: ['integration'], municipalities: ['GM0935'] });
    expect(await own.send('registerApproach', { municipality: 'Maastricht', name: 'Aanpak' })).toMatchObject({
      reason: 'MUNICIPALITY_UNKNOWN',
      accepted: expect.stringContaining('GM and four digits'),
    });
  });

  it('of the municipality reports and promises about points of any inspectorate', async () => {
    const own = as({ roles: ['integration'], municipalities: ['GM0935'] });
    const about = { ...APPROACH, improvementPointIds: [point] };
    expect(await own.send('reportFollowUp', { ...about, reportedBy: 'de gemeente' })).toMatchObject({
      __typename: 'FollowUpReported',
    });
    expect(
      await own.send('makeCommitment', { ...about, madeBy: 'de gemeente', text: 'Het komt goed.' }),
    ).toMatchObject({
      __typename: 'CommitmentMade',
    });
  });

  it('of the framework revises it, and writes against it and no other', async () => {
    const own = as({ roles: ['integration'], frameworks: ['KADER'] });
    expect(
      await own.send('noteDevelopment', { ...APPROACH, assessmentId: draft.assessmentId, text: 'Iets.' }),
    ).toMatchObject({ __typename: 'DevelopmentNoted' });
    const { errors = [] } = await own.post('openAssessment', {
      ...APPROACH,
      ...opening({ framework: 'ELDERS', year: 2015 }),
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(await own.send('publishFramework', PUBLISH_KADER)).toMatchObject({ reason: 'FRAMEWORK_EXISTS' });
  });
});
