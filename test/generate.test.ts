import { EVENT_TYPES, type RecordedEvent } from '../src/domain/events';
import { municipalityByCode } from '../src/domain/municipalities';
import { approachOfStream } from '../src/domain/streams';
import { generate } from '../src/generate/generate';
import { TemporaryFolder } from './support/temporary-log';

const SMALL = { municipalities: 21, approaches: 2, years: { from: 2010, to: 2017 } };
/** What is never synthetic: a document that was read, and what only copies have. */
const NOT_GENERATED = ['FactsheetImported', 'TextsLeftOut'];

describe('A generated set', () => {
  const folder = new TemporaryFolder();
  let logs = 0;
  afterAll(() => folder.remove());

  const generated = async (seed: string): Promise<RecordedEvent[]> => {
    logs += 1;
    const store = folder.log(`${logs}.db`);
    const count = await generate(store, { ...SMALL, seed });
    const events: RecordedEvent[] = [];
    for await (const page of store.readAll()) events.push(...page);
    expect(events).toHaveLength(count);
    return events;
  };
  const said = (events: readonly RecordedEvent[]) =>
    events.map(({ id, stream, revision, position, type, data }) => ({
      id,
      stream,
      revision,
      position,
      type,
      data,
    }));

  it('is the same for the same seed, event by event, and another for another', async () => {
    const first = said(await generated('a'));
    expect(said(await generated('a'))).toEqual(first);
    expect(said(await generated('b'))).not.toEqual(first);
  });

  it('holds every kind of event, a revision of the framework, and a municipality that was merged', async () => {
    const events = await generated('a');
    const types = new Set<string>(events.map(({ type }) => type));
    expect([...types].sort()).toEqual(EVENT_TYPES.filter((type) => !NOT_GENERATED.includes(type)).sort());
    const municipalities = new Set(
      events.flatMap(({ stream }) => approachOfStream(stream)?.municipality ?? []),
    );
    expect(municipalities.size).toBe(SMALL.municipalities);
    expect([...municipalities].map((code) => municipalityByCode(code)?.successor)).toContainEqual(
      expect.stringMatching(/^GM/),
    );
  });

  it('cannot be taken for real: every name and text in it says that it is synthetic', async () => {
    const names = (await generated('a')).flatMap(({ data, metadata }) => [
      ...[...JSON.stringify(data).matchAll(/"(?:name|text|assessor|reportedBy|madeBy)":"([^"]*)"/g)].map(
        ([, name]) => name,
      ),
      ...(metadata.actor === 'system:generate' ? [] : [metadata.actor]),
    ]);
    expect(names.length).toBeGreaterThan(1_000);
    expect(names.filter((name) => !/synthetisch/i.test(name ?? ''))).toEqual([]);
  });
});
