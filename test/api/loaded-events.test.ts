import { charactersOf } from '../../src/api/characters';
import { type ReleasedEvent, releasedEvents } from '../../src/api/following/follow';
import type { ReadSources } from '../../src/api/read-sources';
import { behindAll } from '../../src/api/released-events';
import { EVERYTHING } from '../../src/domain/audience';
import { handleApproachCommand } from '../../src/handle-command';
import { id, imported, opened, registered, text } from '../support/events';
import { recordAssessment } from '../support/given';
import { startWritable } from './mutations/support';
import type { TestServer } from './support';

const LARGE = 250_000;
const FOLLOWERS = 20;
const DOCUMENTS = 30;

describe('Events that many follow', () => {
  let server: TestServer;
  beforeAll(async () => {
    ({ server } = await startWritable());
    const { store, projector } = server.register;
    for (let index = 0; index < DOCUMENTS; index += 1) {
      const approach = { municipality: 'GM0935', slug: `plan-${index}` };
      const document = imported({
        digest: id(`${index}`).replaceAll('-', '').repeat(2),
        text: text('x'.repeat(LARGE)),
      });
      const { position } = await handleApproachCommand(
        store,
        approach,
        recordAssessment(document, [registered(approach), opened(`a${index}`)]),
        { actor: 'tester', correlationId: id(`c${index}`), key: `${index}`, document: null },
      );
      await projector.waitFor(position, 30_000);
    }
  });
  afterAll(() => server.close());

  /** The register with its streams in pages of one event, each of which it gives account of. */
  const spied = (given: (characters: number) => void): ReadSources => {
    const { store, database, projector } = server.register;
    return {
      database,
      position: () => projector.position,
      async *readStream(stream, from) {
        for await (const page of store.readStream(stream, from))
          for (const event of page) {
            given(charactersOf(event.data));
            yield [event];
          }
      },
      now: () => new Date(),
      grown: () => Promise.resolve(false),
    };
  };

  const follow = (sources: ReadSources, signal: AbortSignal): AsyncGenerator<ReleasedEvent, void> =>
    releasedEvents(
      sources,
      [EVERYTHING],
      behindAll(0),
      { types: ['FactsheetImported'], stream: null },
      signal,
    );

  it('lie in memory a few at a time, however many follow and however slowly, and come to each once, in order', async () => {
    let read = 0;
    const sources = spied((characters) => {
      read += characters;
    });
    const stop = new AbortController();
    const followers = Array.from({ length: FOLLOWERS }, () => follow(sources, stop.signal));
    const first = await Promise.all(followers.map((one) => one.next()));
    // Each about a million, and where all together hold much, no more than what comes next.
    expect(read).toBeLessThan(25_000_000);
    const expected = server.register.database.all<{ position: number }>(
      "SELECT position FROM events WHERE type = (SELECT id FROM event_types WHERE name = 'FactsheetImported') ORDER BY position",
    );
    expect(expected).toHaveLength(DOCUMENTS);
    const told = await Promise.all(
      followers.map(async (one, index) => {
        const positions = [first[index]?.value?.event.position];
        while (positions.length < expected.length) positions.push((await one.next()).value?.event.position);
        return positions;
      }),
    );
    for (const positions of told) expect(positions).toEqual(expected.map(({ position }) => position));
    stop.abort();
    await Promise.all(followers.map((one) => one.return()));
  });

  it('are let go of by who follows no longer: those who come later read ahead as those before did', async () => {
    let pages = 0;
    const sources = spied(() => {
      pages += 1;
    });
    const perRound: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const stop = new AbortController();
      const followers = Array.from({ length: FOLLOWERS }, () => follow(sources, stop.signal));
      await Promise.all(followers.map((one) => one.next()));
      stop.abort();
      await Promise.all(followers.map((one) => one.return()));
      perRound.push(pages);
      pages = 0;
    }
    expect(new Set(perRound).size).toBe(1);
  });
});
