import type { PortableEvent, Position, RecordedEvent } from '../domain/events';
import { WholeLogCheck } from '../domain/whole-log';
import { Beginning } from './beginning';
import { type AppendResult, LogInUseError } from './event-store';
import { draftOfRestored } from './kurrentdb-records';

/** Events that are appended at once, all of one stream. */
type Run = [PortableEvent, ...PortableEvent[]];
const RUN_EVENTS = 500;

/**
 * Appends the events of another log one after the other, because their order over all streams is to be kept;
 * those of one stream that stand together at once. Where an earlier attempt has left a beginning, goes on
 * behind it. See {@link EventStore.restore}.
 * @param readAll gives what the log holds behind a position
 * @throws LogNotEmptyError where that is no beginning of what is restored
 * @throws LogInUseError where it holds something else too in the end
 */
export async function restoreBehind(
  readAll: (after?: Position) => AsyncIterable<readonly RecordedEvent[]>,
  pages: AsyncIterable<readonly PortableEvent[]>,
  maxBytes: number,
  append: (stream: string, run: Run) => Promise<AppendResult>,
): Promise<Position | undefined> {
  const whole = new WholeLogCheck();
  const beginning = new Beginning(eventsOf(readAll()));
  let begun: Position | undefined;
  let appended = 0;
  let end: Position | undefined;
  let run: Run | undefined;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (run !== undefined) {
      end = (await append(run[0].stream, run)).position;
      appended += run.length;
    }
    run = undefined;
    bytes = 0;
  };
  for await (const page of pages) {
    for (const event of page) {
      whole.check(event);
      const position = await beginning.positionOf(event);
      if (position !== undefined) {
        begun = position;
        end = position;
        continue;
      }
      const size = draftOfRestored([event]).bytes;
      if (
        run !== undefined &&
        (run[0].stream !== event.stream || run.length >= RUN_EVENTS || bytes + size > maxBytes)
      ) {
        await flush();
      }
      if (run === undefined) run = [event];
      else run.push(event);
      bytes += size;
    }
  }
  await flush();
  await beginning.assertOver();
  let behind = 0;
  for await (const page of readAll(begun)) behind += page.length;
  if (behind !== appended) throw inUse(behind - appended);
  return end;
}

function inUse(others: number): LogInUseError {
  const events = others === 1 ? 'an event that is' : `${others} events that are`;
  return new LogInUseError(
    `another process has appended to the log while it was restored, ${events} not of the restored log: restore into an empty log to which nothing else writes`,
  );
}

async function* eventsOf(
  pages: AsyncIterable<readonly RecordedEvent[]>,
): AsyncGenerator<RecordedEvent, void> {
  for await (const page of pages) yield* page;
}
