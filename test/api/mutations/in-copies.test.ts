import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyLog } from '../../../src/copy-log';
import { openSqliteEventStore } from '../../../src/event-store/sqlite';
import { exportLine } from '../../../src/ledger/entry';
import { readExport } from '../../../src/ledger/read-export';
import { collect } from '../../event-store/sample-events';
import { APPROACH } from '../../support/events';
import { startServerWith, type TestServer } from '../support';
import { type CommandAnswer, type Input, opening, PUBLISH_KADER, Sender } from './support';

// What a command said is known by the log alone: so it is in whatever was made of it.

const REFUSED = { reason: 'COMMAND_ID_REUSED', field: 'commandId' };

let folder: string;
let path: string;
let server: TestServer;
/** Two corrections, of a finding that has its improvement point: they open none, whatever they say of one. */
let first: Input;
let second: Input;
let answers: CommandAnswer[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toetsspoor-copies-'));
  path = join(folder, 'copy.db');
  server = await startServerWith({});
  const sender = new Sender(server.as({ roles: ['admin'] }));
  await sender.accepted('publishFramework', PUBLISH_KADER);
  await sender.accepted('registerApproach', {
    municipality: APPROACH.municipality,
    name: 'Integrale aanpak',
  });
  const does = (mutation: string, input: Input, selection = '') =>
    sender.accepted(mutation, { ...APPROACH, ...input }, selection);
  const { assessment } = await does('openAssessment', opening(), 'assessment { id }');
  const reading = { indicators: ['1.1.1'], verdict: 'IMPROVEMENT_NEEDED', narrative: 'Er is iets.' };
  const recorded = await does('recordFinding', { assessmentId: assessment.id, ...reading }, 'finding { id }');
  await does('identifyImprovementPoint', { findingId: recorded.finding.id, text: 'Leg het vast.' });
  const correcting = async (findingId: string) => {
    const said = {
      ...APPROACH,
      ...reading,
      basis: 'ASSESSED',
      reason: 'Onvolledig.',
    };
    const input = { ...said, findingId, commandId: randomUUID() };
    return { input, answer: await does('correctFinding', input, 'finding { id }') };
  };
  const one = await correcting(recorded.finding.id);
  const other = await correcting(one.answer.finding.id);
  [first, second] = [one.input, other.input];
  answers = [one.answer, other.answer];
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** What a server on the copy answers, in turn. */
async function says(...inputs: readonly Input[]): Promise<CommandAnswer[]> {
  const there = await startServerWith({ eventStoreUrl: `sqlite:${path}` });
  const sender = new Sender(there.as({ roles: ['admin'] }));
  const given: CommandAnswer[] = [];
  for (const input of inputs) given.push(await sender.send('correctFinding', input, 'finding { id }'));
  expect(there.internalErrors).toEqual([]);
  await there.close();
  return given;
}
/** What of an answer is the same in every copy: positions are the engine's. */
const told = ({ __typename, events, revision, finding }: CommandAnswer) => ({
  ...{ __typename, events, revision, finding },
});

it('In a log that was restored from an export, the same content is known, and other content refused', async () => {
  const file = join(folder, 'events.ndjson');
  const events = await collect(server.register.store.readAll());
  writeFileSync(file, events.map((event, index) => exportLine(index, event)).join(''));
  const restored = openSqliteEventStore({ path });
  await restored.restore(readExport(file));
  await restored.close();
  const [same, other, less] = await says(
    second,
    { ...second, improvementPoint: 'Twee.' },
    { ...second, improvementPoint: 'Er is iets.' },
  );
  expect(told(same as CommandAnswer)).toEqual(told(answers[1] as CommandAnswer));
  expect([other, less]).toEqual([expect.objectContaining(REFUSED), expect.objectContaining(REFUSED)]);
});

it('In a copy that leaves texts out, what the texts were cannot be told there, nor guessed: other facts are refused', async () => {
  const copy = openSqliteEventStore({ path });
  const event = answers[0]?.events?.[0]?.id ?? '';
  await copyLog(server.register.store, copy, {
    events: new Set([event]),
    documents: new Set(),
    reason: 'Op verzoek gewist.',
    actor: 'archivaris',
  });
  await copy.close();
  const [same, otherText, otherFact, whole] = await says(
    first,
    { ...first, narrative: 'Geraden.' },
    { ...first, verdict: 'MET' },
    { ...second, narrative: 'Anders.' },
  );
  for (const answer of [same, otherText])
    expect(told(answer as CommandAnswer)).toEqual(told(answers[0] as CommandAnswer));
  expect([otherFact, whole]).toEqual([expect.objectContaining(REFUSED), expect.objectContaining(REFUSED)]);
});
