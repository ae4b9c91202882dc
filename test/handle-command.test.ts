import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import type { RecordedEvent } from '../src/domain/events';
import { Rejection } from '../src/domain/rejection';
import type { EventStore, ExpectedRevision } from '../src/event-store/event-store';
import {
  type CommandContext,
  type CommandResult,
  handleApproachCommand,
  handleFrameworkCommand,
  loadApproach,
  loadFramework,
  RevisionConflictError,
  stableId,
} from '../src/handle-command';
import { collect } from './event-store/sample-events';
import {
  APPROACH,
  assessment,
  consulted,
  corrected,
  DIGEST,
  found,
  historyOf,
  id,
  imported,
  noted,
  opened,
  registered,
  reported,
  STREAM,
  text,
  withdrawn,
} from './support/events';
import { EQUIVALENTS, KADER, KADER_2 } from './support/frameworks';
import { recordAssessment, step } from './support/given';
import { IS_SECOND_ROUND } from './support/kurrentdb';
import { TemporaryFolder } from './support/temporary-log';

const itWhereIdsAreKnown = IS_SECOND_ROUND ? it.skip : it;

let folder: TemporaryFolder;
let store: EventStore;
beforeEach(async () => {
  folder = new TemporaryFolder();
  store = folder.log();
  await handleFrameworkCommand(store, publish, by('kader'));
});
afterEach(() => folder.remove());

const publish = { type: 'PublishFramework', framework: KADER } as const;
const by = (key: string, document: string | null = null): CommandContext => ({
  actor: 'inspecteur@stj',
  correlationId: id(`command ${key}`),
  key,
  document,
});
const baseline = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1 1.1.2 2.1.1': '✓', '2.2.1': '✗' }),
];
const whole = recordAssessment(imported(), baseline);

type Command = Parameters<typeof handleApproachCommand>[2];
const handle = (command: Command, key: string, on: EventStore = store, document: string | null = null) =>
  handleApproachCommand(on, APPROACH, command, by(key, document));
const events = (): Promise<RecordedEvent[]> => collect(store.readStream(STREAM));
const withBaseline = () => handle(whole, 'baseline', store, DIGEST);

/** Everything that was tried at once: what each gave, the Rejection, or the conflict that it gave up on. */
async function atOnce(commands: readonly (readonly [Command, string])[]) {
  const results = await Promise.allSettled(commands.map(([command, key]) => handle(command, key)));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const done = results.flatMap((result): CommandResult[] =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  return { done, refused };
}

/** The store, with something else coming first in the first `times` appends. */
function withRivals(times: number, rival: (ordinal: number) => Promise<unknown>) {
  const expected: ExpectedRevision[] = [];
  const contested: EventStore = {
    async append(stream, appended, revision) {
      expected.push(revision);
      if (expected.length <= times) await rival(expected.length);
      return store.append(stream, appended, revision);
    },
    restore: (...args) => store.restore(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    subscribeAll: (...args) => store.subscribeAll(...args),
    lastPosition: () => store.lastPosition(),
    close: () => store.close(),
  };
  return { contested, expected };
}

describe('Handling a command', () => {
  it('appends what was decided, in one append, and says what and where', async () => {
    const result = await withBaseline();
    const stored = await events();
    expect(stored.map(({ type }) => type)).toEqual([
      'FactsheetImported',
      ...baseline.map(({ type }) => type),
    ]);
    expect(result).toEqual({
      events: stored,
      isRepeated: false,
      position: stored.at(-1)?.position,
      revision: baseline.length,
    });
  });

  it('writes who did it, what it belongs to, and the line of the document', async () => {
    await withBaseline();
    const [first, second] = await events();
    expect(first?.metadata).toMatchObject({
      actor: 'inspecteur@stj',
      correlationId: id('command baseline'),
      causationId: null,
      schemaVersion: 1,
      source: { document: DIGEST, line: 1 },
    });
    expect(second?.metadata.source).toEqual({ document: DIGEST, line: 2 });
    await handle(step(reported('r', ['point 2.2.1'])), 'r');
    expect((await events()).at(-1)?.metadata.source).toBeNull();
  });

  it('appends nothing where others have said all of it, or it is refused', async () => {
    const { position, revision } = await withBaseline();
    const before = await collect(store.readAll());
    expect(await handle(whole, 'the same document', store, DIGEST)).toEqual({
      events: [],
      isRepeated: true,
      position,
      revision,
    });
    await expect(handle(step(opened('again')), 'again')).rejects.toMatchObject({ code: 'ASSESSMENT_EXISTS' });
    await expect(handleFrameworkCommand(store, publish, by('another'))).rejects.toMatchObject({
      code: 'FRAMEWORK_EXISTS',
    });
    const skipping: Parameters<typeof handleFrameworkCommand>[1] = {
      type: 'ReviseFramework',
      framework: { ...KADER_2, version: 3 },
      equivalents: [],
    };
    await expect(handleFrameworkCommand(store, skipping, by('3'))).rejects.toMatchObject({
      code: 'WRONG_VERSION',
    });
    expect(await collect(store.readAll())).toEqual(before);
  });

  it('refuses to register an approach in the stream of another', async () => {
    for (const [changes, field] of [
      [{ slug: 'elders' }, 'slug'],
      [{ municipality: 'GM0363' }, 'municipality'],
    ] as const) {
      const refusal = { code: 'APPROACH_MISMATCH', field };
      await expect(handle(step(registered(changes)), field)).rejects.toMatchObject(refusal);
      const document = recordAssessment(imported(), [registered(changes), ...baseline.slice(1)]);
      await expect(handle(document, `${field} in a document`)).rejects.toMatchObject(refusal);
    }
    expect(await events()).toEqual([]);
  });

  it.each([
    ['name', registered({ name: '' }), /from 1 to 1000 characters/],
    ['name', registered({ name: `${'a'.repeat(1_000)}!` }), /from 1 to 1000 characters/],
    ['assessor', opened('a', { assessor: '\uD800' }), /characters of Unicode/],
    ['reference', opened('a', { reference: '201' }), /year of four digits/],
    ['familiesReached', opened('a', { familiesReached: -1 }), /from 0 to 2147483647/],
    ['description', opened('a', { description: text('\uDC00') }), /text in Unicode/],
  ])('refuses a %s that may not enter the log', async (field, event, accepted) => {
    if (event.type !== 'ApproachRegistered') await handle(step(registered()), 'registered');
    const before = await events();
    await expect(handle(step(event), 'wrong')).rejects.toMatchObject({
      code: 'VALUE_NOT_ACCEPTED',
      field,
      accepted: expect.stringMatching(accepted),
    });
    expect(await events()).toEqual(before);
  });

  it('knows the frameworks of the command and of the assessments before it, with all their versions', async () => {
    await withBaseline();
    const revise = { type: 'ReviseFramework', framework: KADER_2, equivalents: EQUIVALENTS } as const;
    await handleFrameworkCommand(store, revise, by('kader 2'));
    const later = opened('2015', { frameworkVersion: 2, reference: '2015' });
    expect((await handle(step(later), '2015')).events).toHaveLength(1);
    expect((await handle(step(found('f', '2015', { indicators: ['2.2.1'] })), 'f')).events).toHaveLength(1);
    const unknown = opened('x', { framework: 'NIEMAND' });
    await expect(handle(step(unknown), 'x')).rejects.toMatchObject({ code: 'FRAMEWORK_UNKNOWN' });
  });

  it('loads what it decides on', async () => {
    expect(await loadApproach(store, APPROACH)).toEqual({
      history: historyOf([]),
      revision: -1,
      position: 0,
    });
    expect(await loadFramework(store, 'NIEMAND')).toMatchObject({ revision: -1 });
    await withBaseline();
    expect(await loadApproach(store, APPROACH)).toEqual({
      history: historyOf(await events()),
      revision: baseline.length,
      position: await store.lastPosition(),
    });
    const { line, revision } = await loadFramework(store, 'KADER');
    expect([line.latest, revision]).toEqual([KADER, 0]);
  });
});

describe('The same key', () => {
  it('gives the UUIDv5 that everybody else makes of it', () => {
    const namespace = '8a0fd0a6-6f0e-5d0b-9f64-0d6b1f0c2b57';
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (key, name) => {
        expect(stableId(key, name)).toBe(uuidv5(`${key}/${name}`, namespace));
      }),
    );
  });

  it('gives the same event ids on every log, another key others', async () => {
    const elsewhere = folder.log('elsewhere.db');
    const other = folder.log('other.db');
    for (const log of [elsewhere, other]) await handleFrameworkCommand(log, publish, by('kader'));
    const idsOf = ({ events: appended }: CommandResult) => appended.map((event) => event.id);
    const first = idsOf(await withBaseline());
    expect(idsOf(await handle(whole, 'baseline', elsewhere))).toEqual(first);
    expect(first).toEqual(first.map((_, ordinal) => stableId('baseline', ordinal)));
    expect(new Set([...first, ...idsOf(await handle(whole, 'another', other))]).size).toBe(2 * first.length);
  });

  it('adds nothing the second time, also of what has no id of its own', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    await handle(step(consulted('2013')), 'source');
    await handle(step(consulted('2013')), 'another source');
    await handle(step(consulted('2013')), 'source');
    expect((await events()).map(({ type }) => type)).toEqual([
      'ApproachRegistered',
      'AssessmentOpened',
      'SourceConsulted',
      'SourceConsulted',
    ]);
  });
});

describe('A command that is sent again', () => {
  const finding = step(found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' }));

  it('gives its first result, whatever happened since, also where it would be refused now', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    const first = await handle(finding, 'found');
    await handle(step(withdrawn('f')), 'withdrawn');
    expect(await handle(finding, 'found')).toEqual({ ...first, isRepeated: true });
    const published = await handleFrameworkCommand(store, publish, by('kader'));
    const revise = { type: 'ReviseFramework', framework: KADER_2, equivalents: EQUIVALENTS } as const;
    const revision = await handleFrameworkCommand(store, revise, by('kader 2'));
    expect(await handleFrameworkCommand(store, publish, by('kader'))).toEqual(published);
    expect(await handleFrameworkCommand(store, revise, by('kader 2'))).toEqual({
      ...revision,
      isRepeated: true,
    });
  });

  it('is known after a restart, from the log alone', async () => {
    const first = await withBaseline();
    await store.close();
    store = folder.log();
    expect(await withBaseline()).toEqual({ ...first, isRepeated: true });
  });

  it('is the same whatever its salts are, and where its text was left out since', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    const first = await handle(finding, 'found');
    const salted = step(
      found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED', narrative: { text: 'f', salt: '11'.repeat(16) } }),
    );
    expect(await handle(salted, 'found')).toEqual({ ...first, isRepeated: true });
    const without = step(
      found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED', narrative: { digest: DIGEST } }),
    );
    const elsewhere = folder.log('elsewhere.db');
    await handleFrameworkCommand(elsewhere, publish, by('kader'));
    await handle(step(registered()), 'registered', elsewhere);
    await handle(step(opened('2013')), 'opened', elsewhere);
    await handle(without, 'found', elsewhere);
    expect(await handle(finding, 'found', elsewhere)).toMatchObject({ isRepeated: true });
  });

  const reuses: readonly (readonly [string, Command])[] = [
    ['another text', step(found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED', narrative: text('anders') }))],
    ['another verdict', step(found('f', '2013'))],
    [
      'more indicators',
      step(found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED', indicators: ['1.1.1', '1.1.2'] })),
    ],
    ['another type', step(noted('2013'))],
    ['a document', whole],
  ];
  it.each(reuses)('but with %s is refused', async (_, other) => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    await handle(finding, 'found');
    const before = await events();
    await expect(handle(other, 'found')).rejects.toMatchObject({
      code: 'COMMAND_ID_REUSED',
      field: 'commandId',
    });
    expect(await events()).toEqual(before);
  });

  it('but a correction to ✗ with another improvement point, or none, is refused', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    await handle(step(found('f', '2013')), 'found');
    const correction = (words: string | null): Command => ({
      type: 'CorrectFinding',
      data: corrected('g', 'f', { verdict: 'IMPROVEMENT_NEEDED' }).data,
      improvementPoint: words === null ? null : { improvementPointId: id('point'), text: text(words) },
    });
    const first = await handle(correction('Leg het vast.'), 'corrected');
    expect(first.events.map(({ type }) => type)).toEqual(['FindingCorrected', 'ImprovementPointIdentified']);
    expect(await handle(correction('Leg het vast.'), 'corrected')).toEqual({ ...first, isRepeated: true });
    for (const other of [correction('Iets anders.'), correction(null)])
      await expect(handle(other, 'corrected')).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
  });

  // KurrentDB compares event ids within a stream only.
  itWhereIdsAreKnown('but to another approach or as another framework is refused', async () => {
    await handle(step(registered()), 'registered');
    const elsewhere = { municipality: 'GM0363', slug: 'elders' };
    await expect(
      handleApproachCommand(store, elsewhere, step(registered(elsewhere)), by('registered')),
    ).rejects.toMatchObject({ code: 'COMMAND_ID_REUSED' });
    const other = { ...publish, framework: { ...KADER, name: 'Ander kader' } };
    await expect(handleFrameworkCommand(store, other, by('kader'))).rejects.toMatchObject({
      code: 'COMMAND_ID_REUSED',
    });
  });

  it('100 times at once gives one event and 100 equal results', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    const { done, refused } = await atOnce(Array.from({ length: 100 }, () => [finding, 'found'] as const));
    expect(refused).toEqual([]);
    expect((await events()).filter(({ type }) => type === 'FindingRecorded')).toHaveLength(1);
    const [first] = done;
    for (const { events: own, position, revision } of done) {
      expect({ events: own, position, revision }).toEqual({
        events: first?.events,
        position: first?.position,
        revision: first?.revision,
      });
    }
  });

  it('at once with other contents, gives one of them, and refuses all others', async () => {
    await handle(step(registered()), 'registered');
    await handle(step(opened('2013')), 'opened');
    const contents = Array.from({ length: 20 }, (_, n) => step(noted('2013', `ontwikkeling ${n % 4}`)));
    const { done, refused } = await atOnce(contents.map((command) => [command, 'noted'] as const));
    const recorded = (await events()).filter(({ type }) => type === 'DevelopmentNoted');
    expect(recorded).toHaveLength(1);
    for (const result of done) expect(result.events).toEqual(recorded);
    expect(done).toHaveLength(5);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'COMMAND_ID_REUSED' });
  });
});

describe('With an expected revision', () => {
  const at = (expectedRevision: number | null, command: Command, key: string) =>
    handleApproachCommand(store, APPROACH, command, { ...by(key), expectedRevision });

  it('a command is decided where the stream is at it, -1 where there is none', async () => {
    expect((await at(-1, step(registered()), 'registered')).revision).toBe(0);
    expect((await at(0, step(opened('2013')), 'opened')).revision).toBe(1);
    expect((await at(null, step(noted('2013')), 'noted')).revision).toBe(2);
  });

  it('a command is refused where the stream is at another, whatever it would give, and told which', async () => {
    await at(-1, step(registered()), 'registered');
    for (const [expected, command] of [
      [-1, step(opened('2013'))],
      [1, step(opened('2013'))],
      [7, step(noted('nobody'))],
    ] as const) {
      await expect(at(expected, command, 'late')).rejects.toThrow(RevisionConflictError);
      await expect(at(expected, command, 'late')).rejects.toMatchObject({ actual: 0 });
    }
    expect(await events()).toHaveLength(1);
  });

  it('a command that is sent again gives its first result, whatever the stream is at', async () => {
    const first = await at(-1, step(registered()), 'registered');
    await at(0, step(opened('2013')), 'opened');
    expect(await at(-1, step(registered()), 'registered')).toEqual({ ...first, isRepeated: true });
  });

  it('of 50 commands at once, one succeeds and the others are told the revision', async () => {
    await withBaseline();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        at(baseline.length, step(reported(`report ${n}`, ['point 2.2.1'])), `report ${n}`),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(RevisionConflictError);
      expect(reason).toMatchObject({ expected: baseline.length, actual: baseline.length + 1 });
    }
    expect(await events()).toHaveLength(baseline.length + 2);
  });
});

describe('Where another write comes first', () => {
  it('the command is decided anew on what is there then', async () => {
    await withBaseline();
    const { contested, expected } = withRivals(2, (n) =>
      handle(step(reported(`rival ${n}`, ['point 2.2.1'])), `rival ${n}`),
    );
    const result = await handle(step(reported('own', ['point 2.2.1'])), 'own', contested);
    expect(result.events).toHaveLength(1);
    expect(expected).toEqual([baseline.length, baseline.length + 1, baseline.length + 2]);
    expect(result.position).toBe(await store.lastPosition());
  });

  it('the command is refused where it no longer fits', async () => {
    await handle(step(registered()), 'registered');
    const { contested } = withRivals(1, () => handle(step(opened('rival')), 'rival'));
    await expect(handle(step(opened('own')), 'own', contested)).rejects.toMatchObject({
      code: 'ASSESSMENT_EXISTS',
    });
    expect((await events()).map(({ type }) => type)).toEqual(['ApproachRegistered', 'AssessmentOpened']);
  });

  it('and gives the stream its first events, the command still succeeds', async () => {
    const { contested, expected } = withRivals(1, () => handle(step(registered()), 'rival'));
    expect((await handle(whole, 'own', contested)).events.map(({ type }) => type)).not.toContain(
      'ApproachRegistered',
    );
    expect(expected).toEqual(['NO_STREAM', 0]);
  });

  it('eight times, the command gives up and nothing of it is left', async () => {
    await withBaseline();
    const { contested, expected } = withRivals(9, (n) =>
      handle(step(reported(`rival ${n}`, ['point 2.2.1'])), `rival ${n}`),
    );
    const own = handle(step(reported('own', ['point 2.2.1'])), 'own', contested);
    await expect(own).rejects.toThrow(RevisionConflictError);
    expect(expected).toHaveLength(8);
    expect(
      (await loadApproach(store, APPROACH)).history.followed.followUps.map((report) => report.id),
    ).not.toContain(id('own'));
  });

  it('another error is passed on at once', async () => {
    await withBaseline();
    const { contested, expected } = withRivals(1, () => Promise.reject(new Error('disk full')));
    await expect(handle(step(reported('own', ['point 2.2.1'])), 'own', contested)).rejects.toThrow(
      'disk full',
    );
    expect(expected).toHaveLength(1);
  });
});

describe('50 commands at one state', () => {
  it('that exclude each other: one succeeds, the others are refused', async () => {
    await handle(step(registered()), 'registered');
    const { done, refused } = await atOnce(
      Array.from({ length: 50 }, (_, n) => [step(opened(`rival ${n}`)), `rival ${n}`] as const),
    );
    expect(done.map((result) => result.events.length)).toEqual([1]);
    expect(refused).toHaveLength(49);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(Rejection);
      expect(reason).toMatchObject({ code: 'ASSESSMENT_EXISTS' });
    }
    expect((await loadApproach(store, APPROACH)).history.assessments).toHaveLength(1);
  });

  it('that leave room for each other: what was acknowledged is there once, what gave up is not', async () => {
    await withBaseline();
    const names = Array.from({ length: 50 }, (_, n) => `report ${n}`);
    const { done, refused } = await atOnce(
      names.map((name) => [step(reported(name, ['point 2.2.1'])), name] as const),
    );
    for (const reason of refused) expect(reason).toBeInstanceOf(RevisionConflictError);
    const { history } = await loadApproach(store, APPROACH);
    const there = history.followed.followUps.map((report) => report.id);
    const acknowledged = done.map(({ events: [event] }) =>
      event?.type === 'FollowUpReported' ? event.data.followUpId : '',
    );
    expect(there.toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(there).size).toBe(there.length);
    // A server takes longer to answer than the first pauses last.
    expect(done.length).toBeGreaterThanOrEqual(IS_SECOND_ROUND ? 10 : 45);
  });
});
