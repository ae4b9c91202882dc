import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { ApproachReading } from '../api/approach-reading';
import { toAsOf } from '../api/as-of';
import { ReadScope } from '../api/read-scope';
import type { ReadSources } from '../api/read-sources';
import { DateTimeScalar, EdtfScalar } from '../api/scalars';
import type { Config } from '../config';
import type { AsOf } from '../domain/as-of';
import { PUBLIC } from '../domain/audience';
import type { EventStore } from '../event-store/event-store';
import { BYTE_ORDER_MARK, csvLine } from '../export/csv';
import { COLUMNS, rowsOf, TABLES, type Table } from '../export/tables';
import { writeToFile, writeToStdout } from '../export/write-out';
import { exportLine } from '../ledger/entry';
import { hashAt, type Ledger, LedgerMisfitError } from '../ledger/ledger';
import { LedgerFollower } from '../ledger/ledger-follower';
import { TILE_WIDTH } from '../ledger/tiles';
import { openLedger, openLog, openReadModels } from '../main';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** The options of `export` as the command line gives them. */
export interface ExportCommandOptions {
  readonly asOfReference?: string;
  readonly asOfPublished?: string;
  readonly asOfRecorded?: string;
  readonly out?: string;
}

/** Approaches that are read together. */
const PAGE_APPROACHES = 50;
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
    await write(file, eventLines(store, ledger, progress(out, 'exporting')));
  } finally {
    ledger.close();
    await store.close();
  }
}

async function* eventLines(
  store: EventStore,
  ledger: Ledger,
  onProgress: (events: number) => void,
): AsyncGenerator<string> {
  const recorded = ledger.size;
  let leaves: Uint8Array = new Uint8Array();
  let index = 0;
  for await (const page of store.readAll()) {
    const lines: string[] = [];
    for (const event of page) {
      if (index % TILE_WIDTH === 0) leaves = ledger.leaves(index / TILE_WIDTH);
      const leaf = index < recorded ? hashAt(leaves, index % TILE_WIDTH) : undefined;
      lines.push(exportLine(index, event, leaf));
      index += 1;
    }
    yield lines.join('');
    onProgress(index);
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
    await write(options.out, tableLines(table, sources, options));
  } finally {
    await models.close();
  }
}

async function* tableLines(
  table: Table,
  sources: ReadSources,
  options: ExportCommandOptions,
): AsyncGenerator<string> {
  const { asOf, recorded } = await pointInTime(options, new ReadScope(sources, PUBLIC));
  const clocks = [asOf.reference, asOf.publishedBy, recorded];
  yield BYTE_ORDER_MARK + csvLine(COLUMNS[table]);
  let after: { readonly municipality: string; readonly slug: string } | null = null;
  for (;;) {
    // One for each page: it keeps what it has read.
    const scope: ReadScope = new ReadScope(sources, PUBLIC);
    const rows = scope.wholeApproachPage({ after, municipality: null, limit: PAGE_APPROACHES });
    const lines: string[] = [];
    for (const row of rows) {
      const reading = new ApproachReading(row, asOf, scope);
      if (!reading.isThere) continue;
      for (const cells of await rowsOf(table, reading)) lines.push(csvLine([...cells, ...clocks]));
    }
    yield lines.join('');
    after = rows.at(-1) ?? null;
    if (after === null) return;
  }
}

/** The clocks that were asked about; of the recorded one, where it is not, the instant of the last event. */
async function pointInTime(
  { asOfReference, asOfPublished, asOfRecorded }: ExportCommandOptions,
  scope: ReadScope,
): Promise<{ asOf: AsOf; recorded: string }> {
  try {
    const date = (value: string | undefined) => (value === undefined ? null : EdtfScalar.parseValue(value));
    const recordedBy = asOfRecorded === undefined ? null : DateTimeScalar.parseValue(asOfRecorded);
    const input = { reference: date(asOfReference), publishedBy: date(asOfPublished), recordedBy };
    return { asOf: await toAsOf(input, scope), recorded: recordedBy ?? scope.lastRecordedAt() };
  } catch (error) {
    if (error instanceof GraphQLError) throw new UsageError(error.message);
    throw error;
  }
}

function write(file: string | undefined, chunks: AsyncIterable<string>): Promise<void> {
  return file === undefined ? writeToStdout(chunks) : writeToFile(file, chunks);
}
