import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DomainEvent } from '../../../src/domain/events';
import { handleApproachCommand, stableId } from '../../../src/handle-command';
import { verifyLog } from '../../../src/ledger/verify-log';
import { collect } from '../../event-store/sample-events';
import { APPROACH } from '../../support/events';
import { KADER_2 } from '../../support/frameworks';
import {
  type Answer,
  startReplica,
  startServer,
  startServerWith,
  type TestServer,
  tokenOf,
} from '../support';
import { documentOf, type Input, opening, PUBLISH_KADER, Sender, STJ } from './support';

const ELSEWHERE = { municipality: 'GM0363', slug: 'integrale-aanpak' };

let server: TestServer;
let sender: Sender;
let assessmentId: string;
beforeEach(async () => {
  server = await startServer();
  sender = new Sender(server.as({ roles: ['admin'] }));
  await sender.accepted('publishFramework', PUBLISH_KADER);
  for (const { municipality } of [APPROACH, ELSEWHERE]) {
    await sender.accepted('registerApproach', { municipality, name: 'Integrale aanpak' });
  }
  const opened = await sender.accepted('openAssessment', { ...APPROACH, ...opening() }, 'assessment { id }');
  assessmentId = opened.assessment.id;
});
afterEach(() => server.close());

const note = (changes: Input = {}): Input => ({ ...APPROACH, assessmentId, text: 'Er is iets.', ...changes });
const length = async () => (await collect(server.register.store.readAll())).length;

describe('The same command id', () => {
  it('with the same content gives the same answer, however often, and one event', async () => {
    const commandId = randomUUID();
    const before = await length();
    const first = await sender.accepted('noteDevelopment', note({ commandId }), 'assessment { notes }');
    await sender.accepted('noteDevelopment', note(), 'assessment { notes }');
    for (const id of [commandId, commandId.toUpperCase()]) {
      expect(await sender.send('noteDevelopment', note({ commandId: id }), 'assessment { notes }')).toEqual(
        first,
      );
    }
    expect(await length()).toBe(before + 2);
  });

  it('with other content is refused', async () => {
    const commandId = randomUUID();
    await sender.accepted('noteDevelopment', note({ commandId }));
    const before = await length();
    const refused = {
      reason: 'COMMAND_ID_REUSED',
      field: 'commandId',
      accepted: expect.stringMatching(/new UUID/),
    };
    expect(
      await sender.send('noteDevelopment', note({ commandId, text: 'Er is iets anders.' })),
    ).toMatchObject(refused);
    const source = { ...APPROACH, commandId, assessmentId, kind: 'DOCUMENT', name: 'Er is iets.' };
    expect(await sender.send('consultSource', source)).toMatchObject(refused);
    expect(await length()).toBe(before);
  });

  it('with content that left no trace but that it was said is refused too, also where the answer would be the same', async () => {
    const finding = { ...APPROACH, assessmentId, indicators: ['1.1.1'], narrative: 'Er is iets.' };
    const { finding: found } = await sender.accepted(
      'recordFinding',
      { ...finding, verdict: 'IMPROVEMENT_NEEDED' },
      'finding { id }',
    );
    const findingId: string = found.id;
    await sender.accepted('identifyImprovementPoint', { ...APPROACH, findingId, text: 'Leg het vast.' });
    const { assessmentId: _, ...reading } = { ...finding, verdict: 'IMPROVEMENT_NEEDED', basis: 'ASSESSED' };
    const correction = { ...reading, findingId, reason: 'Onvolledig.', commandId: randomUUID() };
    const corrected = await sender.accepted('correctFinding', correction);
    const conclusion = { ...APPROACH, assessmentId, partial: true, commandId: randomUUID() };
    const concluded = await sender.accepted('concludeAssessment', conclusion);
    const before = await length();
    const refused = { reason: 'COMMAND_ID_REUSED', field: 'commandId' };
    for (const improvementPoint of ['Een.', 'Er is iets.']) {
      expect(await sender.send('correctFinding', { ...correction, improvementPoint })).toMatchObject(refused);
    }
    expect(await sender.send('concludeAssessment', { ...conclusion, partial: false })).toMatchObject(refused);
    expect(await sender.send('correctFinding', correction)).toEqual(corrected);
    // What is left out, and what says no more than that, is the same.
    expect(
      await sender.send('concludeAssessment', { ...conclusion, public: true, publishedOn: null }),
    ).toEqual(concluded);
    expect(await length()).toBe(before);
  });

  it('on another approach or a framework is refused, also where the content would be', async () => {
    const commandId = randomUUID();
    await sender.accepted('openAssessment', { commandId, ...ELSEWHERE, ...opening() });
    const before = await length();
    const refused = { reason: 'COMMAND_ID_REUSED', field: 'commandId' };
    expect(await sender.send('openAssessment', { commandId, ...APPROACH, ...opening() })).toMatchObject(
      refused,
    );
    expect(await sender.send('publishFramework', { commandId, ...PUBLISH_KADER })).toMatchObject(refused);
    const revision = { commandId, ...KADER_2, equivalents: [] };
    expect(await sender.send('reviseFramework', revision)).toMatchObject(refused);
    expect(await length()).toBe(before);
  });

  it('of a command that was refused is free, as nothing has happened', async () => {
    const commandId = randomUUID();
    const unknown = note({ commandId, assessmentId: randomUUID() });
    expect(await sender.send('noteDevelopment', unknown)).toMatchObject({ reason: 'ASSESSMENT_UNKNOWN' });
    expect(await sender.send('noteDevelopment', note({ commandId }))).toMatchObject({
      __typename: 'DevelopmentNoted',
    });
  });

  it('100 times at once gives one event and 100 equal answers', async () => {
    const before = await length();
    const input = note({ commandId: randomUUID() });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => sender.send('noteDevelopment', input, 'assessment { notes }')),
    );
    expect(await length()).toBe(before + 1);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({
      __typename: 'DevelopmentNoted',
      assessment: { notes: ['Er is iets.'] },
    });
  });

  it('at once on two approaches gives one of them', async () => {
    const commandId = randomUUID();
    await sender.accepted('openAssessment', { ...ELSEWHERE, ...opening() });
    const before = await length();
    const year = opening({ year: 2014 });
    const answers = await Promise.all(
      [APPROACH, ELSEWHERE].map((approach) =>
        sender.send('openAssessment', { commandId, ...approach, ...year }),
      ),
    );
    expect(answers.map(({ reason = 'ACCEPTED' }) => reason).sort()).toEqual([
      'ACCEPTED',
      'COMMAND_ID_REUSED',
    ]);
    expect(await length()).toBe(before + 1);
  });
});

describe('A command of which another process has not heard yet', () => {
  it('may be accepted there on another approach: it then has ids of its own, and the log fits', async () => {
    const commandId = randomUUID();
    const first = await sender.accepted(
      'openAssessment',
      { commandId, ...ELSEWHERE, ...opening() },
      'assessment { id }',
    );
    server.register.database.run('DELETE FROM commands');
    const year = opening({ year: 2014 });
    const again = await sender.accepted(
      'openAssessment',
      { commandId, ...APPROACH, ...year },
      'assessment { id }',
    );
    expect(again.assessment.id).not.toBe(first.assessment.id);
    expect(again.events?.[0]?.id).not.toBe(first.events?.[0]?.id);
    await verifyLog(server.register.store, undefined, []);
  });
});

describe('A command that an earlier version wrote, which made its ids of the command id alone', () => {
  it('is known again by it: nothing is written twice, and the answer has the ids of then', async () => {
    const commandId = randomUUID();
    const { municipality, slug } = ELSEWHERE;
    const assessmentId = stableId(commandId, 'assessment');
    const data = {
      assessmentId,
      framework: 'KADER',
      frameworkVersion: 1,
      kind: 'BASELINE',
      reference: '2013',
      assessor: STJ,
      description: null,
      familiesReached: null,
    } as Extract<DomainEvent, { type: 'AssessmentOpened' }>['data'];
    const by = { actor: 'tester', correlationId: commandId, key: commandId, document: null };
    const { position } = await handleApproachCommand(
      server.register.store,
      { municipality, slug },
      { type: 'OpenAssessment', data },
      by,
    );
    await server.register.projector.waitFor(position, 10_000);
    const before = await length();
    const input = { commandId, ...ELSEWHERE, ...opening() };
    expect(await sender.accepted('openAssessment', input, 'assessment { id year }')).toMatchObject({
      assessment: { id: assessmentId, year: 2013 },
      events: [{ id: stableId(commandId, 0) }],
    });
    expect(await length()).toBe(before);
    expect(await sender.send('openAssessment', { ...input, year: 2014 })).toMatchObject({
      reason: 'COMMAND_ID_REUSED',
    });
  });
});

describe('After a restart', () => {
  it('the same command gives the same answer, and its id with other content is refused', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'toetsspoor-restart-'));
    const place = { dataDir, eventStoreUrl: `sqlite:${join(dataDir, 'events.db')}` };
    const first = await startServerWith(place);
    const before = new Sender(first.as({ roles: ['admin'] }));
    await before.accepted('publishFramework', PUBLISH_KADER);
    const commandId = randomUUID();
    const input = { commandId, municipality: 'GM0935', name: 'Integrale aanpak' };
    const answer = await before.accepted('registerApproach', input, 'approach { name }');
    await first.close();

    const second = await startServerWith(place);
    const after = new Sender(second.as({ roles: ['admin'] }));
    expect(await after.send('registerApproach', input, 'approach { name }')).toEqual(answer);
    for (const other of [
      { ...input, name: 'Integrale Aanpak' },
      { ...input, municipality: 'GM0363' },
    ]) {
      expect(await after.send('registerApproach', other)).toMatchObject({ reason: 'COMMAND_ID_REUSED' });
    }
    await second.close();
    rmSync(dataDir, { recursive: true });
  });
});

describe('On another replica', () => {
  it('the same command gives the same answer, and its id with other content is refused', async () => {
    const commandId = randomUUID();
    const first = await sender.accepted('noteDevelopment', note({ commandId }), 'assessment { notes }');
    const replica = await startReplica(server.config);
    const authorization = `Bearer ${await tokenOf(replica.dataDir, { roles: ['admin'] })}`;
    const there = new Sender({
      async post<Data>(query: string, variables = {}) {
        const response = await fetch(`${replica.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify({ query, variables }),
        });
        return { status: response.status, ...((await response.json()) as Omit<Answer<Data>, 'status'>) };
      },
    });
    expect(await there.send('noteDevelopment', note({ commandId }), 'assessment { notes }')).toEqual(first);
    // What was written a moment ago counts, though the read models of the replica may be behind.
    const later = randomUUID();
    await sender.accepted('openAssessment', { ...ELSEWHERE, ...opening(), commandId: later });
    for (const other of [
      there.send('noteDevelopment', note({ commandId, text: 'Anders.' })),
      there.send('noteDevelopment', note({ commandId: later })),
    ]) {
      expect(await other).toMatchObject({ reason: 'COMMAND_ID_REUSED' });
    }
    await replica.close();
  });
});

describe('The expected revision', () => {
  it('lets a command through at that revision only, and else tells the current one', async () => {
    const { revision } = await sender.accepted('noteDevelopment', note({ expectedRevision: 1 }));
    expect(revision).toBe(2);
    const query = '{ approach(municipality: "GM0935", slug: "integrale-aanpak") { revision } }';
    expect(await server.as({ roles: ['admin'] }).ask(query)).toEqual({ approach: { revision: 2 } });
    const before = await length();
    expect(await sender.send('noteDevelopment', note({ expectedRevision: 1 }))).toEqual({
      __typename: 'RevisionConflict',
      position: expect.any(String),
      snapshot: expect.any(String),
      message: expect.stringContaining('is at revision 2'),
      expectedRevision: 1,
      currentRevision: 2,
    });
    const nowhere = note({ slug: 'nergens', expectedRevision: 0 });
    expect(await sender.send('noteDevelopment', nowhere)).toMatchObject({ currentRevision: -1 });
    expect(await length()).toBe(before);
  });

  it('of 50 commands at once lets one through, and tells the others', async () => {
    const before = await length();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        sender.send('noteDevelopment', note({ expectedRevision: 1, text: `ontwikkeling ${n}` })),
      ),
    );
    expect(answers.filter(({ __typename }) => __typename === 'DevelopmentNoted')).toHaveLength(1);
    const conflicts = answers.filter(({ __typename }) => __typename === 'RevisionConflict');
    expect(conflicts).toHaveLength(49);
    for (const conflict of conflicts)
      expect(conflict).toMatchObject({ expectedRevision: 1, currentRevision: 2 });
    expect(await length()).toBe(before + 1);
  });
});

describe('Commands that expect no revision', () => {
  it('are all accepted, however many write to one approach at once', async () => {
    const before = await length();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        sender.send('noteDevelopment', note({ text: `ontwikkeling ${n}` })),
      ),
    );
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(['DevelopmentNoted']));
    expect(new Set(answers.map(({ revision }) => revision)).size).toBe(100);
    expect(await length()).toBe(before + 100);
  });
});

describe('A mutation', () => {
  it('answers with the snapshot of what it wrote, which reads the same whatever comes later', async () => {
    const point = async () => {
      const opened = { ...APPROACH, ...opening({ year: 2014 }) };
      return sender.accepted('openAssessment', opened, 'assessment { id }');
    };
    const { snapshot, position } = await point();
    await sender.accepted('noteDevelopment', note());
    const query = `query ($snapshot: ID!) { approach(municipality: "GM0935", slug: "integrale-aanpak", asOf: { snapshot: $snapshot }) {
      history(first: 100) { nodes { type position } } } }`;
    type History = { approach: { history: { nodes: { type: string; position: string }[] } } };
    const { approach } = await server.as({ roles: ['admin'] }).ask<History>(query, { snapshot });
    const last = approach.history.nodes.at(-1);
    // An event's place is also marked with who sees what; both begin with the place in the log.
    const placeOf = (cursor = '') => JSON.parse(Buffer.from(cursor, 'base64url').toString())[0];
    expect([last?.type, placeOf(last?.position)]).toEqual(['AssessmentOpened', placeOf(position)]);
  });

  it('is not run by GET', async () => {
    const before = await length();
    const query = new URLSearchParams({
      query: documentOf('noteDevelopment'),
      variables: JSON.stringify({ input: note({ commandId: randomUUID() }) }),
    });
    const response = await fetch(`${server.url}/graphql?${query}`, {
      headers: { authorization: `Bearer ${await server.token({ roles: ['admin'] })}` },
    });
    expect(response.status).toBe(405);
    expect(await length()).toBe(before);
  });

  it('is run anew each time: no answer of one is kept', async () => {
    const commandId = randomUUID();
    const source = { ...ELSEWHERE, commandId, assessmentId: 'nog niet', kind: 'DOCUMENT', name: 'x' };
    expect(await sender.send('consultSource', source)).toMatchObject({ reason: 'ASSESSMENT_UNKNOWN' });
    const unregistered = { commandId, municipality: 'GM0014', name: 'Aanpak' };
    const open = { commandId: randomUUID(), municipality: 'GM0014', slug: 'aanpak', ...opening() };
    expect(await sender.send('openAssessment', open)).toMatchObject({ reason: 'APPROACH_UNKNOWN' });
    await sender.accepted('registerApproach', unregistered);
    expect(await sender.send('openAssessment', open)).toMatchObject({ __typename: 'AssessmentOpened' });
  });

  it('after another in one request sees what that one wrote, each as of itself', async () => {
    const document = `mutation ($one: NoteDevelopmentInput!, $two: NoteDevelopmentInput!) {
      one: noteDevelopment(input: $one) { ... on DevelopmentNoted { assessment { notes } events { revision } } }
      two: noteDevelopment(input: $two) { ... on DevelopmentNoted { assessment { notes } events { revision } } }
    }`;
    const variables = {
      one: note({ commandId: randomUUID(), text: 'Eerst dit.' }),
      two: note({ commandId: randomUUID(), text: 'Dan dat.' }),
    };
    expect(await server.as({ roles: ['admin'] }).ask(document, variables)).toEqual({
      one: { assessment: { notes: ['Eerst dit.'] }, events: [{ revision: 2 }] },
      two: { assessment: { notes: ['Eerst dit.', 'Dan dat.'] }, events: [{ revision: 3 }] },
    });
  });
});
