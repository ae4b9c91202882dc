import * as fc from 'fast-check';
import {
  type EventStore,
  type ExpectedRevision,
  WrongExpectedRevisionError,
} from '../../src/event-store/event-store';
import { collect, type Events, ids, sampleEvents, uniqueStream } from './sample-events';

/** What a generated append expects, relative to where the stream is when its turn comes. */
const expectation = fc.constantFrom('AT_HEAD', 'BEHIND', 'AHEAD', 'NO_STREAM', 'STREAM_EXISTS');
const step = fc.record({
  stream: fc.nat({ max: 2 }),
  expectation,
  count: fc.integer({ min: 1, max: 3 }),
  /** Appends the events of an earlier step again, all of them or one new one behind them. */
  again: fc.option(fc.record({ step: fc.nat(), extra: fc.boolean() }), { freq: 3 }),
});

/**
 * Generated sequences of appends on the store and on a model of ten lines: the answers and, in the end,
 * the streams must be the same. Up to `together` appends are made at once; more than one is for a store
 * that decides them in the order of the calls.
 */
export async function checkAgainstModel(store: () => EventStore, together: number): Promise<void> {
  const batches = fc.array(fc.array(step, { minLength: 1, maxLength: together }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(batches, async (generated) => {
      const streams = [uniqueStream(), uniqueStream(), uniqueStream()];
      const model = new Map<string, string[]>(streams.map((stream) => [stream, []]));
      const made: { stream: string; events: Events }[] = [];

      for (const batch of generated) {
        const answers: Promise<unknown>[] = [];
        const predictions: unknown[] = [];
        for (const { stream: index, expectation, count, again } of batch) {
          const earlier = again && made[again.step % Math.max(made.length, 1)];
          const stream = earlier?.stream ?? streams[index] ?? '';
          const events: Events = earlier ? [...earlier.events] : sampleEvents(count);
          if (again?.extra) events.push(...sampleEvents(1));
          if (!earlier) made.push({ stream, events });

          const expected = toRevision(expectation, (model.get(stream)?.length ?? 0) - 1);
          predictions.push(modelAppend(model.get(stream) ?? [], ids(events), expected));
          answers.push(
            store()
              .append(stream, events, expected)
              .then(
                (result) => result.revision,
                (error) => (error instanceof WrongExpectedRevisionError ? 'refused' : error),
              ),
          );
        }
        expect(await Promise.all(answers)).toEqual(predictions);
      }
      for (const [stream, expectedIds] of model) {
        const stored = await collect(store().readStream(stream));
        expect(ids(stored)).toEqual(expectedIds);
        expect(stored.map((event) => event.revision)).toEqual(expectedIds.map((_, revision) => revision));
      }
    }),
    { numRuns: 40 },
  );
}

function toRevision(expectation: string, head: number): ExpectedRevision {
  switch (expectation) {
    case 'AT_HEAD':
      return head < 0 ? 'NO_STREAM' : head;
    case 'BEHIND':
      return Math.max(head - 1, 0);
    case 'AHEAD':
      return head + 1;
    default:
      return expectation as ExpectedRevision;
  }
}

/** The promise in its simplest form. Gives the revision reached, or that the append is refused. */
function modelAppend(stream: string[], events: string[], expected: ExpectedRevision): number | 'refused' {
  const start = stream.indexOf(events.find((id) => stream.includes(id)) ?? '');
  if (start >= 0) {
    return events.every((id, index) => stream[start + index] === id) ? start + events.length - 1 : 'refused';
  }
  const exists = stream.length > 0;
  const holds =
    expected === 'NO_STREAM'
      ? !exists
      : exists && (expected === 'STREAM_EXISTS' || expected === stream.length - 1);
  if (!holds) return 'refused';
  return stream.push(...events) - 1;
}
