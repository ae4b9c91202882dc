/**
 * Measures what the system costs beside what the same machine could do at best, in one run.
 * `npm run bench` takes a minute; `npm run bench -- --national` takes the national size.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteEventStore } from '../src/event-store/sqlite';
import { type Figure, median, summary, table } from './figures';
import { kurrentDBFigures } from './kurrentdb-figures';
import { followedAppendFigures, ledgerFigures } from './ledger-figures';
import { coreShares } from './load';
import { appendFigures, generate, generateFigures, rebuildFigures } from './log-figures';
import { isPinned, ourCommand, ourServer, pinLoad, type Server, startServer } from './processes';
import { oneApproach, TREND } from './queries';
import {
  approachFigures,
  approachNames,
  assertSameAnswers,
  recordAnswers,
  repeatedFigures,
  serverMemory,
  startFigures,
} from './server-figures';
import { NATIONAL, type Size, SMALL, TEN } from './size';
import { fillStock } from './stock/fill';

const say = (text: string): void => console.error(`bench: ${text}`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { national: { type: 'boolean', default: false } } });
  const size = values.national ? NATIONAL : SMALL;
  // Beside the data of everybody, not in the system's temporary folder: that may lie in memory, where an
  // fsync costs nothing.
  mkdirSync('data', { recursive: true });
  const folder = mkdtempSync(join('data', 'bench-'));
  const start = performance.now();
  try {
    const logPart = await measureLog(folder, size);
    const serverPart = await measureServers(folder, size, logPart.events);
    const figures = [...logPart.figures, ...serverPart.figures, ...(await measureKurrentDB(folder, size))];
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`Size ${size.name}: ${logPart.events.toLocaleString('en')} events, ${serverPart.held}.`);
    console.log(`${machine()} ${seconds} s.`);
    console.log(`${quietness()}\n`);
    console.log(`${table(figures)}\n\n${summary(figures)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureLog(folder: string, size: Size): Promise<{ events: number; figures: Figure[] }> {
  say('appending');
  const appended = await appendFigures(folder, size);
  const followed = await followedAppendFigures(folder, size);
  say('generating');
  const generated = await generateFigures(join(folder, 'all'), size);
  say('rebuilding');
  const rebuilt = await rebuildFigures(join(folder, 'all'), size);
  say('recording in the ledger');
  const recorded = await ledgerFigures(join(folder, 'all'), size);
  return {
    events: generated.events,
    figures: [...appended, ...followed, ...generated.figures, ...rebuilt, ...recorded],
  };
}

/** Only where a server is named: it is not ours to start. */
async function measureKurrentDB(folder: string, size: Size): Promise<Figure[]> {
  const url = process.env.KURRENTDB_URL;
  if (url === undefined) {
    say('KurrentDB is not measured: KURRENTDB_URL is not set');
    return [];
  }
  say('the log on KurrentDB');
  return kurrentDBFigures(folder, url, size);
}

async function measureServers(
  folder: string,
  size: Size,
  events: number,
): Promise<{ held: string; figures: Figure[] }> {
  const [allDir, tenDir] = [join(folder, 'all'), join(folder, 'ten')];
  await generate(tenDir, { ...size, ...TEN });
  await ourCommand(tenDir, 'replay');
  pinLoad();

  const servers: Server[] = [];
  const started = async (starting: Promise<Server>): Promise<Server> => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  try {
    const all = await started(ourServer(allDir, TREND));
    const ten = await started(ourServer(tenDir, TREND));
    const names = { all: await approachNames(all), ten: await approachNames(ten) };
    const [first] = names.all;
    if (first === undefined) throw new Error('the generated set holds no approach');

    say('filling the stock peer');
    const stockDb = join(folder, 'stock.db');
    await fillStock(join(allDir, 'events.db'), stockDb, names.all);
    const stock = await started(
      startServer({
        program: [join(__dirname, 'stock', 'server.js')],
        environment: { STOCK_DB: stockDb },
        firstQuery: oneApproach(first),
      }),
    );
    const bytes = await assertSameAnswers(all, stock, names.all);

    say('asking about one approach');
    const points = await pointsInTime(join(allDir, 'events.db'), size, events);
    const approach = await approachFigures({ all, ten, stock }, names, points, size);

    say('asking the same again and again');
    const answers = join(folder, 'answers.json');
    writeFileSync(answers, JSON.stringify(await recordAnswers(all)));
    const bare = await started(
      startServer({
        program: [join(__dirname, 'bare-fastify.js')],
        environment: { ANSWERS: answers },
        firstQuery: TREND,
      }),
    );
    const repeated = await repeatedFigures(all, bare, size);
    const held = serverMemory(all, stock);

    say('starting');
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    const begun = await startFigures(allDir, size, first);
    const approaches = names.all.length.toLocaleString('en');
    return {
      held: `${approaches} approaches, ${bytes.toLocaleString('en')} bytes an answer`,
      figures: [...approach, ...repeated, ...held, ...begun],
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Points at which every approach has verdicts, and later ones that must be left out. */
async function pointsInTime(
  log: string,
  { years }: Size,
  events: number,
): Promise<{ publishedBy: string; recordedBy: string; reference: string }> {
  const store = openSqliteEventStore({ path: log, mode: 'read' });
  try {
    // The log is generated year by year, so four fifths of it are four fifths of the years.
    for await (const [event] of store.readAll(Math.floor(events * 0.8))) {
      if (event === undefined) break;
      const recordedBy = event.metadata.recordedAt;
      return { publishedBy: `${years.to - 2}-12-31`, recordedBy, reference: String(years.to - 2) };
    }
    throw new Error('the log is empty');
  } finally {
    await store.close();
  }
}

function machine(): string {
  const [cpu] = cpus();
  const cores = isPinned
    ? 'the server on one core, the load on another'
    : 'NOT pinned to cores: taskset or a second core is missing';
  return `${cpus().length} cores (${cpu?.model ?? 'unknown'}), ${Math.round(totalmem() / 1e9)} GB, ${type()}, Node ${process.version}; ${cores}.`;
}

/** Says whether the figures of the servers can be relied on: they cannot where others used the cores too. */
function quietness(): string {
  const share = median(coreShares);
  if (Number.isNaN(share)) return 'This system does not tell how much of its core a server had.';
  const percent = Math.round(share * 100);
  const finding = percent >= 95 ? 'undisturbed' : 'DISTURBED by other work, measure again';
  return `While asked, a server had ${percent} % of its core: ${finding}.`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
