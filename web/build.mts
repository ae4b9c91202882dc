import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

// `npm run build`: builds the explorer into dist/explorer, unless what lies there was built from the same sources
// and packages already. Run by Node.js as it is.

const ROOT = join(import.meta.dirname, '..');
const TARGET = join(ROOT, 'dist', 'explorer');
/** What it was built from; written last, so that a build that was cut off counts as none. */
const STAMP = '.built-from';

const sources = digestOfSources();
if (readIfThere(join(TARGET, STAMP)) !== sources) {
  console.error('building the explorer…');
  await build(`${TARGET}-${process.pid}`);
}

/** @param folder where it is made, to be put in its place when it is whole */
async function build(folder: string): Promise<void> {
  // Loading it takes longer than looking whether there is anything to build.
  const { build } = await import('vite');
  const packages = new Set<string>();
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'explorer'),
    // Wherever a proxy puts the page, its files are beside it.
    base: './',
    logLevel: 'error',
    plugins: [noting(packages)],
    worker: { format: 'es', plugins: () => [noting(packages)] },
    build: { outDir: folder, emptyOutDir: true },
  });
  writeFileSync(join(folder, 'licenses.txt'), licencesOf([...packages].sort()));
  for (const path of filesIn(folder)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  writeFileSync(join(folder, STAMP), sources);
  rmSync(TARGET, { recursive: true, force: true });
  renameSync(folder, TARGET);
}

/** SHA-256 over all that the explorer is made of, in hexadecimal. */
function digestOfSources(): string {
  const digest = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const path of filesIn(import.meta.dirname))
    digest.update(`\n${path.slice(ROOT.length)}\n`).update(readFileSync(path));
  return digest.digest('hex');
}

/** The paths of all files in a folder and those within it, in order. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** Notes the folders of the packages of which something is in what is built. */
function noting(packages: Set<string>): Plugin {
  return {
    name: 'note-packages',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [];
          // Modules that the bundler makes itself begin so.
          if (folder !== undefined && !folder.startsWith('\0')) packages.add(folder);
        }
      }
    },
  };
}

/** What their makers ask to be kept with their code: licences, and notices of what they themselves contain. */
function licencesOf(packages: readonly string[]): string {
  const parts = packages.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice|third-?party-?notices)/i.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `The explorer contains the work of others:\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function readIfThere(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
