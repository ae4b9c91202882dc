import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { fromNodeId, toNodeId } from '../../../src/api/node-id';
import { APPROACH } from '../../support/events';
import type { TestClient, TestServer } from '../support';
import { IGJ, type Input, MUTATIONS, opening, Sender, STJ, startWritable } from './support';

// What may not be seen is answered as what does not exist: by every mutation, with whatever else its input says.

const FINDING = { indicators: ['1.1.1'], narrative: 'Er is iets.' };
const STATES = ['under way', 'confidential', 'abandoned'] as const;
const THINGS = ['assessment', 'followUpAssessment', 'finding', 'judgement', 'attentionPoint'] as const;
const TOLD = ['point', 'report', 'commitment'] as const;
type Thing = (typeof THINGS)[number] | (typeof TOLD)[number];
type Ids = Readonly<Record<Thing, string>>;

let server: TestServer;
/** What STJ has that others may not see, by the state that its assessments are in. */
const hidden: Record<string, Ids> = {};
/** What IGJ has under way. */
let own: Ids;
let others: Readonly<Record<string, TestClient>>;

beforeAll(async () => {
  const writable = await startWritable();
  ({ server } = writable);
  const { stj, igj } = writable;
  // It may write to all approaches, and sees what is against a framework that none of these is against.
  others = { igj, integration: server.as({ roles: ['integration'], frameworks: ['F9'] }) };

  const thingsOf = async (client: TestClient, assessor: string, year: number): Promise<Ids> => {
    const does = async (mutation: string, input: Input, thing: string): Promise<string> =>
      (await new Sender(client).accepted(mutation, { ...APPROACH, ...input }, `${thing} { id }`))[thing].id;
    const base = await does('openAssessment', opening({ assessor, year: year - 20 }), 'assessment');
    const cross = { ...FINDING, verdict: 'IMPROVEMENT_NEEDED' };
    const opened = await does('recordFinding', { assessmentId: base, ...cross }, 'finding');
    const identified = { findingId: opened, text: 'Leg het vast.' };
    const followed = await does('identifyImprovementPoint', identified, 'improvementPoint');
    await does('concludeAssessment', { assessmentId: base, partial: true }, 'assessment');

    const assessment = await does('openAssessment', opening({ assessor, year }), 'assessment');
    const finding = await does('recordFinding', { assessmentId: assessment, ...cross }, 'finding');
    const attentionPoint = await does(
      'raiseAttentionPoint',
      { findingId: finding, text: 'Let op.' },
      'attentionPoint',
    );
    const text = 'Leg dat ook vast.';
    const point = await does('identifyImprovementPoint', { findingId: finding, text }, 'improvementPoint');
    const followUp = opening({ assessor, kind: 'FOLLOW_UP', year: year + 10 });
    const followUpAssessment = await does('openAssessment', followUp, 'assessment');
    const told = { assessmentId: followUpAssessment, improvementPointIds: [followed] };
    const report = await does('reportFollowUp', { ...told, reportedBy: 'de gemeente' }, 'followUp');
    const judging = { ...told, ...FINDING, verdict: 'MET', basis: 'REPORTED', followUpId: report };
    const judgement = await does('assessFollowUp', judging, 'finding');
    const promise = { ...told, madeBy: 'de gemeente', text: 'Het komt goed.' };
    const commitment = await does('makeCommitment', promise, 'commitment');
    return { assessment, followUpAssessment, finding, judgement, attentionPoint, point, report, commitment };
  };
  for (const [index, state] of STATES.entries()) {
    const ids = await thingsOf(stj, STJ, 2001 + index);
    hidden[state] = ids;
    for (const assessmentId of [ids.assessment, ids.followUpAssessment]) {
      const input = { ...APPROACH, assessmentId };
      if (state === 'confidential')
        await new Sender(stj).accepted('concludeAssessment', { ...input, partial: true, public: false });
      if (state === 'abandoned')
        await new Sender(stj).accepted('abandonAssessment', { ...input, reason: 'Niemand maakt het af.' });
    }
  }
  own = await thingsOf(igj, IGJ, 2008);
});
afterAll(async () => {
  expect(server.internalErrors).toEqual([]);
  await server.close();
});

const words = fc.constantFrom('Er is iets.', ' ', '', 'Er\u001bis', 'x'.repeat(1001));
const date = fc.constantFrom(undefined, '2012', '1700', '2999', '2012-13');
const points = fc.constantFrom<('own' | 'nothing')[]>([], ['own'], ['nothing'], ['own', 'own']);
/** What an input may say beside the id that it is about, most of it not accepted. */
const said = fc.record({
  expectedRevision: fc.constantFrom(undefined, undefined, 999, -1),
  reason: words,
  words,
  name: words,
  date,
  publishedOn: date,
  points,
  indicators: fc.constantFrom<string[]>(['1.1.1'], [], ['9.9.9'], ['1.1.1', '1.1.1']),
  verdict: fc.constantFrom('MET', 'IMPROVEMENT_NEEDED'),
  flag: fc.boolean(),
});
type Said = typeof said extends fc.Arbitrary<infer Value> ? Value : never;

/** The inputs of each mutation that speaks of something by its id, by what kind of thing that is. */
const INPUTS: Readonly<Record<string, readonly (readonly [Thing, (id: string, said: Said) => Input])[]>> = {
  consultSource: about(['assessment', 'followUpAssessment'], (assessmentId, { name, date: consultedOn }) => ({
    assessmentId,
    kind: 'DOCUMENT',
    name,
    consultedOn,
  })),
  noteDevelopment: about(['assessment'], (assessmentId, { words: text }) => ({ assessmentId, text })),
  recordFinding: about(['assessment'], (assessmentId, one) => ({ assessmentId, ...findingOf(one) })),
  raiseAttentionPoint: about(['finding', 'judgement'], (findingId, { words: text }) => ({ findingId, text })),
  identifyImprovementPoint: about(['finding'], (findingId, { words: text }) => ({ findingId, text })),
  concludeAssessment: about(['assessment', 'followUpAssessment'], (assessmentId, { publishedOn, flag }) => ({
    assessmentId,
    publishedOn,
    public: flag,
    partial: !flag,
  })),
  abandonAssessment: about(['assessment'], (assessmentId, { reason }) => ({ assessmentId, reason })),
  reportFollowUp: [
    ...about(['assessment', 'followUpAssessment'], (assessmentId, one) => ({
      assessmentId,
      ...reportOf(one),
    })),
    ...about(['point'], (id, one) => ({ ...reportOf(one), improvementPointIds: [...pointsOf(one), id] })),
  ],
  assessFollowUp: [
    ...about(['followUpAssessment'], (assessmentId, one) => ({ assessmentId, ...judgementOf(one) })),
    ...about(['report'], (followUpId, one) => ({
      assessmentId: own.followUpAssessment,
      ...judgementOf(one),
      followUpId,
    })),
    ...about(['point'], (id, one) => ({
      assessmentId: own.followUpAssessment,
      ...judgementOf(one),
      improvementPointIds: [...pointsOf(one), id],
    })),
  ],
  makeCommitment: [
    ...about(['followUpAssessment'], (assessmentId, one) => ({ assessmentId, ...promiseOf(one) })),
    ...about(['point'], (id, one) => ({ ...promiseOf(one), improvementPointIds: [id, ...pointsOf(one)] })),
  ],
  settleCommitment: about(['commitment'], (commitmentId, { date: settledOn, words: narrative }) => ({
    commitmentId,
    outcome: 'KEPT',
    settledOn: settledOn ?? '2013',
    narrative,
  })),
  correctFinding: about(['finding', 'judgement'], (findingId, one) => ({
    findingId,
    ...correctionOf(one),
    ...findingOf(one),
    basis: 'ASSESSED',
    improvementPoint: one.flag ? one.words : undefined,
  })),
  withdrawFinding: about(['finding', 'judgement'], (findingId, one) => ({ findingId, ...correctionOf(one) })),
  correctFollowUp: [
    ...about(['report'], (followUpId, one) => ({
      ...correctionOf(one),
      report: { followUpId, ...reportOf(one) },
      judgements: one.flag ? [{ findingId: own.judgement, ...findingOf(one), basis: 'REPORTED' }] : [],
    })),
    ...about(['judgement'], (findingId, one) => ({
      ...correctionOf(one),
      ...(one.flag ? { report: { followUpId: own.report, ...reportOf(one) } } : {}),
      judgements: [{ findingId, ...findingOf(one), basis: 'REPORTED' }],
    })),
    ...about(['point'], (id, one) => ({
      ...correctionOf(one),
      report: { followUpId: own.report, ...reportOf(one), improvementPointIds: [id] },
    })),
  ],
  withdrawFollowUp: about(['report'], (followUpId, one) => ({ followUpId, ...correctionOf(one) })),
  correctAssessment: about(['assessment', 'followUpAssessment'], (assessmentId, one) => ({
    assessmentId,
    ...correctionOf(one),
    assessor: one.flag ? IGJ : STJ,
    sources: [{ kind: 'DOCUMENT', name: one.name }],
    notes: [one.words],
    assessmentPublishedOn: one.date,
  })),
  correctImprovementPoint: about(['point'], (improvementPointId, one) => ({
    improvementPointId,
    text: one.words,
    ...correctionOf(one),
  })),
  withdrawAttentionPoint: about(['attentionPoint'], (attentionPointId, one) => ({
    attentionPointId,
    ...correctionOf(one),
  })),
  withdrawCommitment: about(['commitment'], (commitmentId, one) => ({ commitmentId, ...correctionOf(one) })),
};

function about(things: readonly Thing[], input: (id: string, said: Said) => Input) {
  return things.map((thing) => [thing, input] as const);
}
function findingOf({ indicators, verdict, words: narrative }: Said): Input {
  return { indicators, verdict, narrative };
}
function judgementOf(one: Said): Input {
  return { ...findingOf(one), basis: 'REPORTED', improvementPointIds: pointsOf(one) };
}
function reportOf(one: Said): Input {
  return { reportedBy: one.name, reportedOn: one.date, improvementPointIds: pointsOf(one) };
}
function promiseOf(one: Said): Input {
  return { madeBy: one.name, text: one.words, improvementPointIds: pointsOf(one) };
}
function correctionOf({ reason, publishedOn }: Said): Input {
  return { reason, publishedOn };
}
function pointsOf(one: Said): string[] {
  return one.points.map((point) => (point === 'own' ? own.point : 'niets'));
}

it('Every mutation that speaks of something by its id is held to it', () => {
  const speakOfNothing = [
    'publishFramework',
    'reviseFramework',
    'registerApproach',
    'openAssessment',
    'importFactsheet',
  ];
  expect(Object.keys(INPUTS).sort()).toEqual(
    MUTATIONS.filter((name) => !speakOfNothing.includes(name)).sort(),
  );
});

describe.each(Object.keys(INPUTS))('%s', (mutation) => {
  it('answers of what its sender may not see as of what does not exist', async () => {
    const before = await server.register.store.lastPosition();
    const example = fc.record({
      input: fc.constantFrom(...(INPUTS[mutation] ?? [])),
      state: fc.constantFrom(...STATES),
      sender: fc.constantFrom('igj', 'integration'),
      said,
    });
    await fc.assert(
      fc.asyncProperty(example, async ({ input: [thing, inputOf], state, sender, said: rest }) => {
        const client = new Sender(others[sender] as TestClient);
        const commandId = randomUUID();
        const says = async (id: string): Promise<string> => {
          const { expectedRevision } = rest;
          const input = { ...APPROACH, commandId, expectedRevision, ...inputOf(id, rest) };
          const { data, errors } = await client.post(mutation, input);
          const told = JSON.stringify([
            data,
            errors?.map(({ message, extensions }) => [message, extensions.code]),
          ]);
          return told.replaceAll(id, 'ID').replaceAll(keyOf(id), 'ID');
        };
        const id = hidden[state]?.[thing] ?? '';
        expect(await says(id)).toBe(await says(unknownLike(id)));
      }),
      { numRuns: 30, endOnFailure: true },
    );
    expect(await server.register.store.lastPosition()).toBe(before);
  });
});

const UUID_AT_END = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the thing is called in events, and so in messages. */
function keyOf(id: string): string {
  return UUID_AT_END.exec(fromNodeId(id)?.key ?? id)?.[0] ?? id;
}

/** An id of the same form of something that does not exist. */
function unknownLike(id: string): string {
  const node = fromNodeId(id);
  return node === null
    ? randomUUID()
    : toNodeId(node.kind, node.key.replace(UUID_AT_END, randomUUID()), node.asOf);
}
