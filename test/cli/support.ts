import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const ROOT = join(__dirname, '../..');
/** The built command line: `npm test` builds it first. */
export const CLI = join(ROOT, 'dist/src/cli.js');
export const SAMPLE_2013 = join(ROOT, 'samples/maastricht-integrale-aanpak-2013.txt');
export const SAMPLE_2014 = join(ROOT, 'samples/maastricht-integrale-aanpak-2014.txt');

/** What a command says of its progress each second: on a busy machine also where there is little to do. */
const PROGRESS = /^[a-z ]+: [\d,]+ events, [\d,]+ a second\n/gm;

/** How a command ended, and what it said; of its progress nothing. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far on standard error. */
  said(): string;
  /** The first match on standard error, once it is said. */
  says(text: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Ended>;
}

/** A place to work in: a data folder, a folder for documents, and the commands run there. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'toetsspoor-cli-'));
  readonly data = join(this.folder, 'data');
  readonly log = join(this.data, 'events.db');
  readonly #running = new Set<ChildProcess>();

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Starts a command; `environment` overrides the one of tests, where nothing is set but the data folder. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    return this.startNode([CLI, ...args], environment);
  }

  startNode(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    return this.startProgram(process.execPath, args, environment);
  }

  startProgram(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Running {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { DATA_DIR: this.data, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    const ended = once(child, 'close').then(([status, signal]): Ended => {
      this.#running.delete(child);
      return { status, signal, ...said, stderr: said.stderr.replaceAll(PROGRESS, '') };
    });
    return {
      child,
      ended,
      said: () => said.stderr,
      async says(text) {
        for (;;) {
          const match = text.exec(said.stderr);
          if (match !== null) return match;
          const end = await Promise.race([ended, once(child.stderr, 'data').then(() => null)]);
          if (end !== null) throw new Error(`ended with ${end.status} before it said ${text}: ${end.stderr}`);
        }
      },
    };
  }

  /** Starts a server, and gives its address once it can be asked. */
  async serve(command: 'serve' | 'start' = 'serve'): Promise<Running & { readonly url: string }> {
    const running = this.start([command]);
    const [, url = ''] = await running.says(/(http:\/\/[\d.:]+)\/graphql/);
    return { ...running, url };
  }

  /** Writes a document and gives its path. */
  document(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The events in the log, in order; none where there is no log. */
  events(): readonly { readonly id: string; readonly type: string; readonly data: string }[] {
    if (!existsSync(this.log)) return [];
    const database = new DatabaseSync(this.log, { readOnly: true, timeout: 5_000 });
    try {
      // A command that was killed early leaves a log without its tables.
      const tables = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").all();
      if (tables.length === 0) return [];
      const rows = database.prepare('SELECT id, type, data FROM events ORDER BY position').all();
      return rows.map(({ id, type, data }) => ({ id: String(id), type: String(type), data: String(data) }));
    } finally {
      database.close();
    }
  }

  async dispose(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(this.folder, { recursive: true });
  }
}
