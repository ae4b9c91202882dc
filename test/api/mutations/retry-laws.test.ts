import * as fc from 'fast-check';
import { toNodeId } from '../../../src/api/node-id';
import { commandKey } from '../../../src/command-key';
import { approachStream } from '../../../src/domain/streams';
import { stableId } from '../../../src/handle-command';
import { collect } from '../../event-store/sample-events';
import { id } from '../../support/events';
import { startServer, type TestServer } from '../support';
import { type Input, opening, PUBLISH_KADER, Sender } from './support';

const KINDS = [
  'openAssessment',
  'openAssessment',
  'consultSource',
  'noteDevelopment',
  'recordFinding',
  'recordFinding',
  'raiseAttentionPoint',
  'identifyImprovementPoint',
  'concludeAssessment',
  'reportFollowUp',
  'assessFollowUp',
  'makeCommitment',
  'settleCommitment',
  'correctFinding',
  'withdrawFinding',
] as const;

interface Intent {
  readonly kind: (typeof KINDS)[number];
  /** Which of the earlier commands it is about, and its other choices. */
  readonly pick: number;
  readonly other: number;
  /** How often it is sent at once. */
  readonly times: number;
  /** Which of the earlier commands that were accepted are sent again behind it. */
  readonly again: readonly number[];
}
const intent: fc.Arbitrary<Intent> = fc.record({
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat(100),
  other: fc.nat(100),
  times: fc.integer({ min: 1, max: 3 }),
  again: fc.array(fc.nat(100), { maxLength: 2 }),
});

/** What every sequence begins with, so that there is something for the others to be about. */
const BEGINNING: readonly Intent[] = (
  ['openAssessment', 'recordFinding', 'identifyImprovementPoint'] as const
).map((kind) => ({ kind, pick: 0, other: 0, times: 2, again: [0] }));

const INDICATORS = ['1.1.1', '1.1.2', '2.1.1', '2.2.1'];

/** The input of a command, which speaks of what earlier commands made: ids follow from it and the command ids. */
function inputOf(
  run: number,
  ordinal: number,
  { kind, pick, other }: Intent,
  intents: readonly Intent[],
): Input {
  const approach = { municipality: 'GM0935', slug: `aanpak-${run}` };
  const stream = approachStream(approach.municipality, approach.slug);
  const made = (by: string, thing: string): string => {
    const makers = intents.flatMap((one, index) => (one.kind === by && index < ordinal ? [index] : []));
    const maker = commandId(run, makers[pick % Math.max(makers.length, 1)] ?? 99);
    return stableId(commandKey(stream, maker), thing);
  };
  const base = { ...approach, commandId: commandId(run, ordinal) };
  const assessmentId = made('openAssessment', 'assessment');
  const findingId = made('recordFinding', 'finding');
  const point = made('identifyImprovementPoint', 'improvement point');
  const improvementPointIds = [
    toNodeId('ImprovementPoint', `${approach.municipality}/${approach.slug}/${point}`, null),
  ];
  const said = {
    indicators: INDICATORS.filter((_, index) => (other + index) % 3 !== 0),
    verdict: other % 2 === 0 ? 'IMPROVEMENT_NEEDED' : 'MET',
    narrative: `Bevinding ${ordinal}.`,
  };
  const year = 2010 + (other % 3);
  switch (kind) {
    case 'openAssessment':
      return { ...base, ...opening({ year, kind: other % 4 === 3 ? 'FOLLOW_UP' : 'BASELINE' }) };
    case 'consultSource':
      return { ...base, assessmentId, kind: 'DOCUMENT', name: `Bron ${ordinal}` };
    case 'noteDevelopment':
      return { ...base, assessmentId, text: `Ontwikkeling ${ordinal}` };
    case 'recordFinding':
      return { ...base, assessmentId, ...said };
    case 'raiseAttentionPoint':
    case 'identifyImprovementPoint':
      return { ...base, findingId, text: `Punt ${ordinal}` };
    case 'concludeAssessment':
      return { ...base, assessmentId, partial: other % 2 === 0 };
    case 'reportFollowUp':
      return { ...base, improvementPointIds, reportedBy: 'de gemeente' };
    case 'assessFollowUp':
      return { ...base, assessmentId, improvementPointIds: [], ...said, basis: 'REPORTED' };
    case 'makeCommitment':
      return { ...base, improvementPointIds, madeBy: 'de gemeente', text: `Belofte ${ordinal}` };
    case 'settleCommitment':
      return {
        ...base,
        commitmentId: made('makeCommitment', 'commitment'),
        outcome: 'KEPT',
        settledOn: '2015',
      };
    case 'correctFinding':
      return { ...base, findingId, ...said, basis: 'ASSESSED', reason: `Reden ${ordinal}` };
    case 'withdrawFinding':
      return { ...base, findingId, reason: `Reden ${ordinal}` };
  }
}

function commandId(run: number, ordinal: number): string {
  return id(`run ${run} command ${ordinal}`);
}

describe('Any sequence of mutations', () => {
  let once: TestServer;
  let retried: TestServer;
  let run = 0;
  const kinds = new Set<string>();
  beforeAll(async () => {
    once = await startServer();
    retried = await startServer();
    for (const server of [once, retried]) {
      const input = { ...PUBLISH_KADER, commandId: id('kader') };
      await new Sender(server.as({ roles: ['admin'] })).accepted('publishFramework', input);
    }
  });
  afterAll(async () => {
    await once.close();
    await retried.close();
  });

  /** What the log holds of the approach, without what differs each time: salts and clocks. */
  async function logOf({ register }: TestServer): Promise<unknown[]> {
    const events = await collect(register.store.readStream(`approach-GM0935-aanpak-${run}`));
    return events.map(({ id: eventId, type, revision, data, metadata: { actor, correlationId } }) =>
      JSON.parse(JSON.stringify({ eventId, type, revision, data, actor, correlationId }), (key, value) =>
        key === 'salt' ? '' : value,
      ),
    );
  }

  it('leaves the same log, however often each is sent, and each time the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(intent, { minLength: 4, maxLength: 16, size: 'max' }), async (drawn) => {
        const intents = [...BEGINNING, ...drawn];
        run += 1;
        const senders = [once, retried].map((server) => new Sender(server.as({ roles: ['admin'] })));
        const [first, again] = senders as [Sender, Sender];
        for (const sender of senders) {
          const commandIdOfApproach = id(`run ${run}`);
          const input = { commandId: commandIdOfApproach, municipality: 'GM0935', name: `Aanpak ${run}` };
          await sender.accepted('registerApproach', input);
        }
        const accepted: { kind: string; input: Input; answer: unknown }[] = [];
        for (const [ordinal, one] of intents.entries()) {
          const { kind, times } = one;
          const input = inputOf(run, ordinal, one, intents);
          const expected = await first.send(kind, input);
          const answers = await Promise.all(Array.from({ length: times }, () => again.send(kind, input)));
          for (const answer of answers) expect(answer.__typename).toBe(expected.__typename);
          const [answer] = answers;
          for (const other of answers) expect(other).toEqual(answer);
          // A command that was refused is sent again at once only: later it may be accepted, as any other.
          if (expected.reason === undefined) {
            kinds.add(kind);
            accepted.push({ kind, input, answer });
          }
          for (const earlier of one.again) {
            const sent = accepted[earlier % Math.max(accepted.length, 1)];
            if (sent !== undefined) expect(await again.send(sent.kind, sent.input)).toEqual(sent.answer);
          }
        }
        expect(await logOf(retried)).toEqual(await logOf(once));
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('has most kinds among those that were accepted', () => expect(kinds.size).toBeGreaterThan(10));
});
