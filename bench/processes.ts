import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(__dirname, '..', '..');
/** What `npm run toetsspoor` starts: the options for Node, which bound its memory, and the command line. */
export const OUR_PROGRAM = ourProgram();
const SERVER_CORE = '0';
const LOAD_CORE = '1';
const POLL_MS = 5;
const START_TIMEOUT_MS = 120_000;

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
/** True where servers get one core and the load generator another, so that neither takes from the other. */
export const isPinned = hasTaskset && availableParallelism() >= 2;

/** Puts this process, which makes the load, on its own core. */
export function pinLoad(): void {
  if (isPinned) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, String(process.pid)]);
}

/** A server that is answering. */
export interface Server {
  readonly url: string;
  /** From the start of the process to its first answer. */
  readonly firstAnswerMs: number;
  peakMb(): number;
  /** Time that it has worked so far; NaN where the system does not tell. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

interface ServerProgram {
  /** What Node is started with: its options, the script and its arguments. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the first answer is asked with. */
  readonly firstQuery: string;
}

/** Our own server, by the command line that everybody uses. */
export function ourServer(dataDir: string, firstQuery: string): Promise<Server> {
  return startServer({
    program: [...OUR_PROGRAM, 'serve'],
    environment: { DATA_DIR: dataDir },
    firstQuery,
  });
}

/** Starts a server in a process of its own and waits for its first answer. */
export async function startServer({ program, environment, firstQuery }: ServerProgram): Promise<Server> {
  const port = String(await freePort());
  const command = [process.execPath, ...program];
  const [executable = '', ...args] = isPinned ? ['taskset', '--cpu-list', SERVER_CORE, ...command] : command;
  const url = `http://127.0.0.1:${port}/graphql`;
  const start = performance.now();
  const child = spawn(executable, args, {
    env: { ...process.env, NODE_ENV: 'production', ...environment, HOST: '127.0.0.1', PORT: port },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors = collect(child);
  while (!(await answers(url, firstQuery))) {
    if (child.exitCode !== null || performance.now() - start > START_TIMEOUT_MS) {
      child.kill();
      throw new Error(`${command.join(' ')} does not answer: ${errors()}`);
    }
    await sleep(POLL_MS);
  }
  return {
    url,
    firstAnswerMs: performance.now() - start,
    peakMb: () => peakMb(child),
    cpuSeconds: () => cpuSeconds(child),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What a command printed with `--json`, and the most memory that it held. */
export interface CommandResult<Result> {
  readonly result: Result;
  readonly peakMb: number;
}

/** Runs one of our commands to its end. */
export function ourCommand<Result>(
  dataDir: string,
  ...args: readonly string[]
): Promise<CommandResult<Result>> {
  return runProgram<Result>([...OUR_PROGRAM, ...args, '--json'], { DATA_DIR: dataDir });
}

/** Runs Node with these options, script and arguments to its end. */
export async function runProgram<Result>(
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult<Result>> {
  const child = spawn(process.execPath, program, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors = collect(child);
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  // The system keeps the peak, but only as long as the process is there.
  let peak = Number.NaN;
  const watch = setInterval(() => {
    const now = peakMb(child);
    if (!Number.isNaN(now)) peak = now;
  }, 20);
  const [status] = await once(child, 'close');
  clearInterval(watch);
  if (status !== 0) throw new Error(`${program.join(' ')} failed: ${errors()}`);
  return { result: JSON.parse(printed) as Result, peakMb: peak };
}

function ourProgram(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [node, ...program] = String(scripts.toetsspoor).split(' ');
  const script = program.pop();
  if (node !== 'node' || script === undefined)
    throw new Error(`the npm script toetsspoor is "${scripts.toetsspoor}", expected node and a script`);
  return [...program, join(ROOT, script)];
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text = `${text}${chunk}`.slice(-4000);
  });
  return () => text;
}

/** The most memory that the process held, in MB; NaN where the system does not tell. */
function peakMb({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1000;
  } catch {
    return Number.NaN;
  }
}

function cpuSeconds({ pid }: ChildProcess): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold spaces: the 12th and 13th field, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

async function answers(url: string, body: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await answer.text();
    return answer.status === 200 && !text.startsWith('{"errors"');
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
