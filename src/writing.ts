import { streamOfDocument } from '../projections/approaches';
import { streamOfCommand } from '../projections/commands';
import type { ReadDatabase } from '../projections/database';
import type { WriteSources } from './api/write-sources';
import { keyOfCommand, saidOtherwise } from './command-key';
import { approachStream, frameworkStream } from './domain/streams';
import { type EventStore, LogUnavailableError, LogUnwritableError } from './event-store/event-store';
import { handleApproachCommand, handleFrameworkCommand, loadApproach } from './handle-command';
import { importFactsheets } from './import-factsheets';
import type { LogEnd } from './log-end';
import type { Projector } from './projector';
import type { Storage } from './storage';
import { Turns } from './turns';

/**
 * What the API writes by.
 * @param maxWaitMs how long a mutation waits for the read models to hold what was written
 */
export function writeSources(
  store: EventStore,
  logEnd: LogEnd,
  database: ReadDatabase,
  projector: Projector,
  maxWaitMs: number,
  storage: Storage,
): WriteSources {
  const written = <T>(write: () => Promise<T>): Promise<T> =>
    storage.once(write, async () => store.tryWriting?.());
  // Of those that come here at once none needs to be decided anew because another came first.
  const byStream = new Turns();
  return {
    onApproach: (approach, command, context) =>
      byStream.take(approachStream(approach.municipality, approach.slug), () =>
        written(() => handleApproachCommand(store, approach, command, context)),
      ),
    onFramework: (command, context) =>
      byStream.take(frameworkStream(command.framework.code), () =>
        written(() => handleFrameworkCommand(store, command, context)),
      ),
    async importFactsheet({ name, text }, options) {
      const sources = [{ path: name, read: async () => Buffer.from(text, 'utf8') }];
      const [imported] = await written(() =>
        importFactsheets(store, sources, {
          ...options,
          now: () => new Date(),
          streamOfDocument: (digest) => streamOfDocument(database, digest),
        }),
      );
      if (imported === undefined) throw new RangeError('one document gives one import');
      if (imported.result !== null) return { ...imported, result: imported.result };
      const { revision, position } = await loadApproach(store, imported.approach);
      return { ...imported, result: { events: [], isRepeated: true, revision, position } };
    },
    async level() {
      if (!storage.isWritable) throw new LogUnwritableError('nothing can be written at present');
      const until = performance.now() + maxWaitMs;
      const { position } = projector;
      const end = await logEnd.within(maxWaitMs);
      if (end === undefined) throw new LogUnavailableError('the log does not say where it ends');
      // An older copy was put in its place. Before long that ends the process; nothing is added to it until then.
      if (end < position) throw new LogUnavailableError('the log ends before what is known of it');
      return projector.waitFor(end, until - performance.now());
    },
    streamOfCommand: (commandId) => streamOfCommand(database, commandId),
    keyOfCommand: (stream, commandId) => keyOfCommand(store, stream, commandId),
    saidOtherwise: (stream, commandId, content) => saidOtherwise(store, stream, commandId, content),
    reached: (position) => projector.waitFor(position, maxWaitMs),
  };
}
