import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { collect } from '../../event-store/sample-events';
import { assessment } from '../../factsheet/builder';
import { facts, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from '../support';
import { type Input, opening, PUBLISH_KADER, Sender } from './support';

const BASELINE = readFileSync(SAMPLE_2013, 'utf8');
const FOLLOW_UP = readFileSync(SAMPLE_2014, 'utf8');
const READING = `
  reading { kind year publishedOn rows indicators findings met improvementNeeded attentionPoints sources familiesReached }
  warnings { line message }`;
const PROBLEMS = '... on FactsheetNotRead { problems { line message } }';

describe('Importing a factsheet', () => {
  let server: TestServer;
  let sender: Sender;
  beforeEach(async () => {
    server = await startServer();
    sender = new Sender(server.as({ roles: ['admin'] }));
  });
  afterEach(() => server.close());

  const length = async () => (await collect(server.register.store.readAll())).length;
  const document = (text: string, changes: Input = {}): Input => ({
    name: 'factsheet.txt',
    text,
    ...changes,
  });
  /** What is wrong with the text, by line. */
  async function problems(text: string, changes: Input = {}) {
    const before = await length();
    const query = `mutation ($input: ImportFactsheetInput!) { importFactsheet(input: $input) { __typename ${PROBLEMS} } }`;
    const input = { commandId: randomUUID(), ...document(text, changes) };
    type Refused = {
      importFactsheet: { __typename: string; problems: { line: number | null; message: string }[] };
    };
    const { importFactsheet } = await server.as({ roles: ['admin'] }).ask<Refused>(query, { input });
    expect(importFactsheet.__typename).toBe('FactsheetNotRead');
    expect(await length()).toBe(before);
    return importFactsheet.problems;
  }

  it('records what it says in one go, shows what it was read as, and every event knows its line', async () => {
    const commandId = randomUUID();
    const first = await sender.accepted(
      'importFactsheet',
      document(BASELINE, { commandId }),
      `${READING} assessment { year assessor } events { source { name line } } approach { slug verdicts { status } }`,
    );
    expect(first).toMatchObject({
      __typename: 'FactsheetImported',
      reading: {
        kind: 'BASELINE',
        year: 2013,
        rows: 25,
        indicators: 30,
        findings: 27,
        met: 26,
        improvementNeeded: 1,
        attentionPoints: 6,
        sources: 5,
        familiesReached: 316,
      },
      assessment: { year: 2013, assessor: 'Samenwerkend Toezicht Jeugd' },
      approach: { slug: 'integrale-aanpak', verdicts: { length: 30 } },
    });
    expect(first.events?.[0]).toMatchObject({
      type: 'FactsheetImported',
      source: { name: 'factsheet.txt', line: 1 },
    });
    expect(first.events?.every(({ correlationId }) => correlationId === commandId)).toBe(true);
    const second = await sender.accepted('importFactsheet', document(FOLLOW_UP), READING);
    expect(second).toMatchObject({ reading: { kind: 'FOLLOW_UP', year: 2014, findings: 1, met: 1 } });
  });

  it('gives the events that the command line gives', async () => {
    await sender.accepted(
      'importFactsheet',
      document(BASELINE, { name: 'maastricht-integrale-aanpak-2013.txt' }),
    );
    const other = await startServer(SAMPLE_2013);
    const idsOf = async ({ register }: TestServer) => {
      const ids: string[] = [];
      for await (const page of register.store.readAll()) ids.push(...page.map((event) => event.id));
      return ids;
    };
    expect(await idsOf(server)).toEqual(await idsOf(other));
    await other.close();
  });

  it('takes from the options what the document does not say', async () => {
    const silent = BASELINE.replace(
      '# Uitkomsten toezichtonderzoek Maastricht',
      '# Uitkomsten toezichtonderzoek',
    )
      .replace('in Maastricht de aanpak', 'de aanpak')
      .replace('December 2013', '');
    expect(await problems(silent)).toEqual([
      {
        line: null,
        message:
          'the document does not name its municipality: give it with municipality, its CBS code or name',
      },
    ]);
    const options = { municipality: 'Maastricht', publishedOn: '2014-06', year: 1999 };
    const answer = await sender.accepted('importFactsheet', document(silent, options), READING);
    expect(answer.reading).toMatchObject({ year: 2013, publishedOn: '2014-06' });
  });

  it('says of a text that is no factsheet what is wrong in which line, and what was expected', async () => {
    for (const problem of await problems('# Notulen\n\nGeen tabel.\n')) {
      expect(problem).toEqual({ line: expect.any(Number), message: expect.stringMatching(/expected/) });
    }
    const unknown = BASELINE.replace(
      'De gemeente heeft zicht op de populatie GGSR',
      'De gemeente telt de fietsen',
    );
    const line = BASELINE.split('\n').findIndex((one) => one.includes('zicht op de populatie')) + 1;
    expect((await problems(unknown))[0]).toMatchObject({ line });
    expect(await problems('\uD800')).toEqual([{ line: 1, message: expect.stringMatching(/wrong encoding/) }]);
  });

  it('is refused by its reason where the register knows otherwise, with the line', async () => {
    expect(await sender.send('importFactsheet', document(FOLLOW_UP))).toMatchObject({
      reason: 'BASELINE_MISSING',
      field: 'text',
      line: expect.any(Number),
    });
    expect(await sender.send('importFactsheet', document(FOLLOW_UP, { year: 2014 }))).toMatchObject({
      reason: 'BASELINE_MISSING',
      field: 'year',
    });
    await sender.accepted('importFactsheet', document(BASELINE));
    const before = await length();
    expect(await sender.send('importFactsheet', document(BASELINE, { partial: true }))).toMatchObject({
      reason: 'FACTSHEET_REUSED',
      field: 'partial',
      message: expect.stringMatching(/partial/),
    });
    const nameless = BASELINE.replaceAll('Maastricht', 'Nergenshuizen');
    await sender.accepted('importFactsheet', document(nameless, { municipality: 'GM0193' }));
    expect(
      await sender.send('importFactsheet', document(nameless, { municipality: 'GM0363' })),
    ).toMatchObject({
      reason: 'FACTSHEET_REUSED',
      field: 'municipality',
      message: 'this document was imported already, for approach integrale-aanpak of GM0193',
    });
    expect(await sender.send('importFactsheet', document(`${BASELINE}\n`))).toMatchObject({
      reason: 'ASSESSMENT_EXISTS',
      field: 'text',
    });
    expect(await length()).toBe(before + 43);
  });

  it('again, by the same command, gives the first answer, whatever happened since', async () => {
    const input = document(BASELINE, { commandId: randomUUID() });
    const shown = `${READING} approach { verdicts { status } }`;
    const first = await sender.accepted('importFactsheet', input, shown);
    await sender.accepted('importFactsheet', document(FOLLOW_UP), READING);
    const before = await length();
    expect(await sender.send('importFactsheet', input, shown)).toEqual(first);
    expect(await length()).toBe(before);
  });

  it('again, by another command, is accepted and changes nothing', async () => {
    await sender.accepted('importFactsheet', document(BASELINE));
    const before = await length();
    const again = await sender.accepted('importFactsheet', document(BASELINE), READING);
    expect(again).toMatchObject({ events: [], reading: { findings: 27 } });
    expect(await length()).toBe(before);
  });

  it('20 times at once imports it once', async () => {
    const input = document(BASELINE, { commandId: randomUUID() });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => sender.send('importFactsheet', input, READING)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const documents = server.register.database.all('SELECT * FROM documents');
    expect(documents).toHaveLength(1);
  });

  it('that is a new issue records what it changes, and again gives the same answer', async () => {
    await sender.accepted('importFactsheet', document(BASELINE));
    const reworded = BASELINE.replace('316', '317');
    expect(await sender.send('importFactsheet', document(reworded))).toMatchObject({
      reason: 'ASSESSMENT_EXISTS',
      accepted: expect.stringMatching(/^reissue: true for a new issue .*; else another year/),
    });
    const shown = `${READING} changes { line message } assessment { familiesReached }`;
    const options = {
      commandId: randomUUID(),
      reissue: true,
      reason: 'Verkeerd geteld.',
      publishedOn: '2014-09',
    };
    const first = await sender.accepted('importFactsheet', document(reworded, options), shown);
    expect(first).toMatchObject({
      changes: [{ line: expect.any(Number), message: expect.stringContaining('families reached') }],
      assessment: { familiesReached: 317 },
    });
    expect(first.events?.map(({ type }) => type)).toEqual(['FactsheetImported', 'AssessmentCorrected']);
    await sender.accepted('importFactsheet', document(FOLLOW_UP));
    expect(await sender.send('importFactsheet', document(reworded, options), shown)).toEqual(first);
    const alike = await sender.accepted(
      'importFactsheet',
      document(`${reworded}\n`, { reissue: true }),
      shown,
    );
    expect(alike).toMatchObject({ events: [], changes: [] });
    for (const wrong of [{ reason: 'Zomaar.' }, { reason: ' ', reissue: true }]) {
      expect(await sender.send('importFactsheet', document(BASELINE, wrong))).toMatchObject({
        reason: 'VALUE_NOT_ACCEPTED',
        field: 'reason',
      });
    }
  });

  it('by the id of another command is refused', async () => {
    const commandId = randomUUID();
    await sender.accepted('importFactsheet', document(BASELINE, { commandId }));
    const before = await length();
    const reused = { reason: 'COMMAND_ID_REUSED', field: 'commandId' };
    const elsewhere = assessment(facts({ approach: 'Gezinscoaching' }));
    for (const other of [
      document(FOLLOW_UP, { commandId }),
      document(elsewhere, { commandId }),
      document(BASELINE, { commandId, partial: true }),
      document(`${BASELINE}\n`, { commandId }),
    ]) {
      expect(await sender.send('importFactsheet', other)).toMatchObject(reused);
    }
    const approach = { municipality: 'GM0935', slug: 'integrale-aanpak' };
    const opened = { commandId, ...approach, ...opening({ framework: 'GGSR', year: 2016 }) };
    expect(await sender.send('openAssessment', opened)).toMatchObject(reused);
    expect(await sender.send('publishFramework', { commandId, ...PUBLISH_KADER })).toMatchObject(reused);
    expect(await length()).toBe(before);
  });

  it('by its own id says the same to the letter, also where the register would hold no other', async () => {
    await sender.accepted('importFactsheet', document(BASELINE));
    const reworded = BASELINE.replace('316', '317');
    const said = {
      commandId: randomUUID(),
      reissue: true,
      reason: 'Verkeerd geteld.',
      publishedOn: '2014-09',
    };
    const first = await sender.accepted('importFactsheet', document(reworded, said));
    const before = await length();
    for (const other of [
      { reason: 'Heel andere reden.' },
      { reason: undefined },
      { reissue: false, reason: undefined },
      { publishedOn: '2014-10' },
      { publishedOn: undefined },
      { municipality: 'GM0363' },
      { year: 1999 },
      { partial: true },
      { text: BASELINE },
      { text: `${reworded}\n` },
      { text: '# Notulen' },
    ]) {
      expect(await sender.send('importFactsheet', document(reworded, { ...said, ...other }))).toMatchObject({
        reason: 'COMMAND_ID_REUSED',
        field: 'commandId',
      });
    }
    const renamed = document(reworded, {
      ...said,
      name: 'anders.txt',
      municipality: null,
      expectedRevision: 0,
    });
    expect(await sender.send('importFactsheet', renamed)).toEqual(first);
    expect(await length()).toBe(before);
  });

  it('at once by one id for two approaches imports one of them', async () => {
    const commandId = randomUUID();
    const texts = [BASELINE, assessment(facts({ approach: 'Gezinscoaching' }))];
    const answers = await Promise.all(
      texts.map((text) => sender.send('importFactsheet', document(text, { commandId }))),
    );
    expect(answers.map(({ reason = 'ACCEPTED' }) => reason).sort()).toEqual([
      'ACCEPTED',
      'COMMAND_ID_REUSED',
    ]);
  });

  it('is for those within whose limits the assessment lies', async () => {
    const code = async (principal: Parameters<TestServer['as']>[0]) => {
      const { data, errors = [] } = await new Sender(server.as(principal)).post(
        'importFactsheet',
        document(BASELINE),
      );
      return errors[0]?.extensions.code ?? data.importFactsheet?.__typename;
    };
    expect(await code({ roles: ['inspector'], inspectorates: ['Een andere inspectie'] })).toBe('FORBIDDEN');
    expect(await code({ roles: ['integration'], municipalities: ['GM0363'] })).toBe('FORBIDDEN');
    expect(await code({ roles: ['integration'], frameworks: ['ANDER'] })).toBe('FORBIDDEN');
    expect(await length()).toBe(0);
    expect(await code({ roles: ['inspector'], inspectorates: ['Samenwerkend Toezicht Jeugd'] })).toBe(
      'FactsheetImported',
    );
  });
});
