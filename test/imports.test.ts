import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * Who may import whom: data flows one way, and so do imports. A folder stands for all that lies in it;
 * the first line that fits a file holds for it. A folder's files may always import each other. What a file
 * takes from packages and from Node is not looked at here.
 */
const MAY_IMPORT: readonly (readonly [from: string, to: readonly string[] | 'anything'])[] = [
  ['src/domain/', []],
  ['src/make-folder.ts', []],
  ['src/sync-folder.ts', []],
  ['src/secret-file.ts', ['src/sync-folder.ts']],
  ['src/salted.ts', ['src/domain/']],
  ['src/event-store/', ['src/domain/', 'src/make-folder.ts', 'src/sync-folder.ts']],
  ['src/factsheet/', ['src/domain/', 'src/salted.ts']],
  ['src/ledger/', ['src/domain/', 'src/event-store/event-store.ts', 'src/secret-file.ts']],
  ['projections/log-ends.ts', ['src/domain/', 'src/ledger/entry.ts', 'projections/']],
  ['projections/', ['src/domain/']],
  ['src/command-digest.ts', ['src/domain/', 'src/ledger/canonical-json.ts']],
  ['src/handle-command.ts', ['src/domain/', 'src/event-store/event-store.ts', 'src/command-digest.ts']],
  ['src/command-key.ts', ['src/domain/', 'src/command-digest.ts', 'src/handle-command.ts']],
  ['src/storage.ts', ['src/event-store/event-store.ts']],
  ['src/projector.ts', ['src/domain/', 'src/event-store/event-store.ts', 'projections/']],
  [
    'src/copy-log.ts',
    ['src/domain/', 'src/event-store/event-store.ts', 'src/handle-command.ts', 'src/ledger/'],
  ],
  ['src/lag.ts', ['src/event-store/event-store.ts', 'src/log-end.ts', 'src/projector.ts']],
  ['src/log-end.ts', ['src/domain/', 'src/event-store/event-store.ts']],
  ['src/api/caller-errors.ts', ['src/event-store/event-store.ts', 'src/api/']],
  ['src/api/rest/exports.ts', ['src/domain/', 'src/api/', 'src/export/']],
  [
    'src/api/',
    [
      'src/domain/',
      'src/ledger/',
      'projections/',
      'src/command-digest.ts',
      'src/command-key.ts',
      'src/handle-command.ts',
      'src/import-factsheets.ts',
      'src/plan-imports.ts',
      'src/factsheet/',
      'src/salted.ts',
      'src/secret-file.ts',
      'src/turns.ts',
    ],
  ],
  [
    'src/plan-imports.ts',
    [
      'src/domain/',
      'src/event-store/event-store.ts',
      'src/factsheet/',
      'src/handle-command.ts',
      'src/salted.ts',
    ],
  ],
  [
    'src/import-factsheets.ts',
    [
      'src/domain/',
      'src/event-store/event-store.ts',
      'src/factsheet/',
      'src/handle-command.ts',
      'src/plan-imports.ts',
    ],
  ],
  ['src/export/', ['src/domain/', 'src/api/', 'src/ledger/']],
  [
    'src/writing.ts',
    [
      'src/domain/',
      'src/event-store/event-store.ts',
      'projections/',
      'src/command-digest.ts',
      'src/command-key.ts',
      'src/handle-command.ts',
      'src/import-factsheets.ts',
      'src/log-end.ts',
      'src/projector.ts',
      'src/storage.ts',
      'src/turns.ts',
      'src/api/write-sources.ts',
    ],
  ],
  ['src/generate/', ['src/domain/', 'src/event-store/event-store.ts', 'src/handle-command.ts']],
  [
    'src/operations/',
    ['src/make-folder.ts', 'src/api/actions.ts', 'src/api/trace-context.ts', 'src/api/webhook-status.ts'],
  ],
  ['src/webhooks/', ['src/domain/', 'src/api/', 'src/make-folder.ts']],
  ['src/config.ts', []],
  [
    'src/server-config.ts',
    ['src/config.ts', 'src/api/documents.ts', 'src/operations/line-file.ts', 'src/webhooks/webhook.ts'],
  ],
  ['src/node-version.ts', []],
  ['src/compile-cache.ts', []],
  ['src/turns.ts', []],
  ['src/token-rules.ts', ['src/api/tokens.ts', 'src/config.ts']],
  ['src/register.ts', 'anything'],
  ['src/serve.ts', 'anything'],
  ['src/cli.ts', 'anything'],
  ['src/cli/', 'anything'],
  // It knows of the server what anybody can: its API.
  ['web/', []],
];
/** Of the store everybody knows the contract; its engines are named here and nowhere else. */
const CONTRACT = 'src/event-store/event-store.ts';
const NAMES_ENGINES = ['src/register.ts', 'src/event-store/'];
const READS_ENVIRONMENT = 'src/config.ts';
const MAX_LINES = 350;

type Sources = ReadonlyMap<string, string>;

describe('The source', () => {
  const sources = readSources('src', 'projections', 'web');

  it('is found', () => {
    expect([...sources.keys()]).toEqual(expect.arrayContaining(['src/domain/events.ts', CONTRACT]));
  });
  it('imports along the arrow only', () => expect(forbiddenImports(sources)).toEqual([]));
  it('has no import cycles', () => expect(cycles(sources)).toEqual([]));
  it('reads the environment in one file only', () => expect(environmentReaders(sources)).toEqual([]));
  it(`has no file of more than ${MAX_LINES} lines`, () => expect(longFiles(sources)).toEqual([]));
});

describe('The check of the source', () => {
  const problems = (files: Record<string, string>) => forbiddenImports(new Map(Object.entries(files)));

  it.each([
    ['src/domain/a.ts', "import { x } from '../event-store/event-store';", 'src/event-store/event-store'],
    ['src/domain/a.ts', "import type { X } from '../api/b';", 'src/api/b'],
    ['src/factsheet/a.ts', "export * from '../ledger/b';", 'src/ledger/b'],
    ['src/ledger/a.ts', "import {\n  x,\n  y,\n} from '../config';", 'src/config'],
    ['projections/a.ts', "import '../src/projector';", 'src/projector'],
    [
      'src/api/a.ts',
      "const { x } = await import('../event-store/event-store');",
      'src/event-store/event-store',
    ],
    ['src/api/sub/a.ts', "const x = require('../../serve');", 'src/serve'],
    ['src/api/a.ts', "import type { X } from\n  '../../test/b';", 'test/b'],
    ['src/api/a.ts', "type X = import('../projector').Projector;", 'src/projector'],
    ['src/cli/a.ts', "import { open } from '../event-store/sqlite';", 'src/event-store/sqlite'],
    ['src/projector.ts', "import { open } from './event-store/sqlite.js';", 'src/event-store/sqlite'],
  ])('names %s where it says %j', (file, text, target) => {
    expect(problems({ [file]: text })).toEqual([`${file} must not import ${target}`]);
  });

  it('knows the file that an import means, folders and data included', () => {
    const files = {
      'src/api/a.ts': "import { handle } from '../handle-command'; import { p } from '../../projections';",
      'src/domain/b.ts': "import table from './municipalities.json'; import { c } from './c';",
      'projections/index.ts': "import { b } from '../src/domain/b';",
      'src/register.ts': "import { open } from './event-store/sqlite'; import 'node:fs';",
    };
    expect(problems(files)).toEqual([]);
  });

  it('wants a line in its table for every file', () => {
    expect(problems({ 'src/else/a.ts': '' })).toEqual(['src/else/a.ts stands in no line of MAY_IMPORT']);
  });

  it('finds cycles, a file that reads the environment, and a file that is too long', () => {
    const files = new Map([
      ['src/api/a.ts', "import { b } from './b';"],
      ['src/api/b.ts', "import type { C } from './c';\nconst home = process.env.HOME;"],
      ['src/api/c.ts', `import { a } from './a';${'\n;'.repeat(MAX_LINES)}`],
      ['src/config.ts', "import { env } from 'node:process'; export const port = process.env['PORT'];"],
      ['src/serve.ts', "import { env } from 'node:process';"],
    ]);
    expect(cycles(files)).toEqual(['src/api/a.ts > src/api/b.ts > src/api/c.ts > src/api/a.ts']);
    expect(environmentReaders(files)).toEqual([
      'src/api/b.ts reads the environment',
      'src/serve.ts reads the environment',
    ]);
    expect(longFiles(files)).toEqual([`src/api/c.ts has ${MAX_LINES + 1} lines`]);
  });
});

function readSources(...folders: string[]): Sources {
  const root = join(__dirname, '..');
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.[cm]?tsx?$/.test(name)) {
        sources.set(
          posix.join(folder, ...name.split(/[\\/]/)),
          readFileSync(join(root, folder, name), 'utf8'),
        );
      }
    }
  }
  return sources;
}

function forbiddenImports(sources: Sources): string[] {
  const problems: string[] = [];
  for (const file of sources.keys()) {
    const rule = MAY_IMPORT.find(([from]) => lies(file, from));
    if (rule === undefined) {
      problems.push(`${file} stands in no line of MAY_IMPORT`);
      continue;
    }
    const [from, to] = rule;
    for (const target of importsOf(file, sources)) {
      const own = lies(target, from);
      const allowed = to === 'anything' || own || to.some((place) => lies(target, place));
      const engine = lies(target, 'src/event-store/') && !lies(target, CONTRACT);
      const mayNameEngine = NAMES_ENGINES.some((place) => lies(file, place));
      if (!allowed || (engine && !mayNameEngine)) problems.push(`${file} must not import ${target}`);
    }
  }
  return problems;
}

function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' > '));
    if (start >= 0 || done.has(file)) return;
    for (const target of importsOf(file, sources)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

function environmentReaders(sources: Sources): string[] {
  const reads = /\bprocess\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*(from|=)\s*('node:process'|process\b)/;
  return [...sources]
    .filter(([file, text]) => file !== READS_ENVIRONMENT && reads.test(text))
    .map(([file]) => `${file} reads the environment`);
}

function longFiles(sources: Sources): string[] {
  return [...sources]
    .map(([file, text]) => ({ file, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines`);
}

/** The files of ours that a file imports; a path without its ending where no such file was given. */
function importsOf(file: string, sources: Sources): string[] {
  const relative = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*['"](\.[^'"]*)['"]/g;
  return [...(sources.get(file) ?? '').matchAll(relative)].map(([, specifier = '']) => {
    const path = posix.join(posix.dirname(file), specifier).replace(/\.[cm]?[jt]sx?$/, '');
    return [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((name) => sources.has(name)) ?? path;
  });
}

/** Whether a file is the place, or lies in it. */
function lies(file: string, place: string): boolean {
  if (place.endsWith('/')) return `${file}/`.startsWith(place);
  return file === place || `${file}.ts` === place;
}
