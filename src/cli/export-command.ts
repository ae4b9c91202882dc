import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { ReadScope } from '../api/read-scope';
import type { ReadSources } from '../api/read-sources';
import type { Config } from '../config';
import { PUBLIC } from '../domain/audience';
import { eventLines } from '../export/event-lines';
import { type TablePoint, tableLines, tablePoint } from '../export/table-lines';
import { TABLES, type Table } from '../export/tables';
import { writeToFile, writeToStdout } from '../export/write-out';
import { LedgerMisfitError } from '../ledger/ledger';
import { LedgerFollower } from '../ledger/ledger-follower';
import { openLedger, openLog, openReadModels } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** The options of `export` as the command line gives them. */
export interface ExportCommandOptions {
  readonly asOfReference?: string;
  readonly asOfPublished?: string;
  readonly asOfRecorded?: string;
  readonly out?: string;
}

/** How long it waits for a server that is about to have read what the log holds. */
const SERVER_CATCH_UP_MS = 10_000;

/** Exports all events as NDJSON, or a table as CSV; beside a running server, or without one. */
export async function exportCommand(
  config: Config,
  what: string,
  options: ExportCommandOptions,
  out: Output,
): Promise<void> {
  if (what === 'events') return exportEvents(config, options, out);
  const table = TABLES.find((one) => one === what);
  if (table === undefined) {
    throw new UsageError(`"${what}" cannot be exported; expected events, ${TABLES.join(', ')}`);
  }
  return exportTable(config, table, options, out);
}

async function exportEvents(config: Config, options: ExportCommandOptions, out: Output): Promise<void> {
  const { out: file, ...clocks } = options;
  if (Object.values(clocks).some((clock) => clock !== undefined)) {
    throw new UsageError(
      'events are exported whole, so that they can be verified and restored: leave out --as-of',
    );
  }
  const store = openLog(config, 'read');
  const ledger = openLedger(config);
  try {
    await new LedgerFollower(store, ledger)
      .catchUp(progress(out, 'recording the log in the ledger'))
      .catch((error: unknown) => {
        // Then the export must show it: each event goes with the hash that was recorded when it came.
        if (!(error instanceof LedgerMisfitError)) throw error;
        out.note(`warning: ${error.message}`);
      });
    await write(file, eventLines(store.readAll(), ledger, undefined, progress(out, 'exporting')));
  } finally {
    ledger.close();
    await store.close();
  }
}

async function exportTable(
  config: Config,
  table: Table,
  options: ExportCommandOptions,
  out: Output,
): Promise<void> {
  const models = await openReadModels(config, progress(out, 'building the read models'));
  try {
    const end = (await models.store.lastPosition()) ?? 0;
    const deadline = performance.now() + SERVER_CATCH_UP_MS;
    while ((models.position() ?? -1) < end && performance.now() < deadline) await sleep(20);
    const position = models.position();
    if (position === null || position < end) {
      throw new UsageError(
        'the server that keeps the read models has not caught up with the log yet: try again',
      );
    }
    const sources: ReadSources = {
      database: models.database,
      // One and the same all the way, whatever is appended meanwhile.
      position: () => position,
      readStream: (stream, from) => models.store.readStream(stream, from),
      now: () => new Date(),
      grown: async () => false,
    };
    const scope = new ReadScope(sources, PUBLIC);
    await write(options.out, tableLines(table, await pointInTime(options, scope), scope));
  } finally {
    await models.close();
  }
}

/** @throws UsageError for a point that is none */
async function pointInTime(options: ExportCommandOptions, scope: ReadScope): Promise<TablePoint> {
  const { asOfReference: reference, asOfPublished: publishedBy, asOfRecorded: recordedBy } = options;
  try {
    return await tablePoint({ reference, publishedBy, recordedBy }, scope);
  } catch (error) {
    if (error instanceof GraphQLError) throw new UsageError(error.message);
    throw error;
  }
}

function write(file: string | undefined, chunks: AsyncIterable<string>): Promise<void> {
  return file === undefined ? writeToStdout(chunks) : writeToFile(file, chunks);
}
