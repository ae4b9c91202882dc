import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSING } from '../src/api/pinned-answers';
import { CLI, Workplace } from './cli/support';
import {
  asPrinted,
  type Example,
  isRecord,
  patternOf,
  ROOT,
  readPage,
  unbroken,
} from './support/page-examples';

/** The pages with examples, and whether there are blocks on them that are none. */
const PAGES: readonly (readonly [page: string, others: 'only examples' | 'others too'])[] = [
  ['README.md', 'others too'],
  ['docs/dashboards.md', 'only examples'],
  ['docs/auditors.md', 'only examples'],
  ['docs/integrations.md', 'only examples'],
];

/** A reader of a page: a folder, a terminal in it, and the register that `npm start` serves from there. */
class Reader {
  readonly place = new Workplace();
  #url = '';
  /** What the page calls TOKEN, as the terminal has it. */
  #token = '';
  /** What the page calls SNAPSHOT: the token of the last answer that is printed with one. */
  #snapshot = '';

  async begin(): Promise<void> {
    this.#url = (await this.place.serve('start')).url;
    const bin = join(this.place.folder, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    symlinkSync(join(ROOT, 'tools'), join(this.place.folder, 'tools'));
    // What the scripts of package.json run, without building anew each time.
    const npm = `#!/bin/bash
case "$*" in
  "run --silent toetsspoor -- "*) shift 4; exec node ${CLI} "$@" ;;
  "run --silent token -- "*) shift 4; exec node ${CLI} token "$@" ;;
  *) echo "not known here: npm $*" >&2; exit 1 ;;
esac
`;
    writeFileSync(join(bin, 'npm'), npm);
    chmodSync(join(bin, 'npm'), 0o755);
  }

  async tries(example: Example): Promise<void> {
    if (example.kind === 'command') return this.#run(example.command, example.answer);
    const printed: unknown = JSON.parse(example.answer.replaceAll('SNAPSHOT', this.#snapshot));
    const answer = example.kind === 'get' ? await this.#get(example.address) : await this.#ask(example);
    if (!isRecord(printed) || !isRecord(answer)) throw new Error(`${example.answer} is no answer`);
    const { extensions, ...rest } = answer;
    if (!('extensions' in printed)) return expect(asPrinted(rest, printed)).toEqual(printed);
    expect(asPrinted(answer, printed)).toEqual(printed);
    if (isRecord(extensions)) this.#snapshot = String(extensions.snapshot);
  }

  async #ask({ query, variables }: Example & { readonly kind: 'query' }): Promise<unknown> {
    const body = JSON.stringify({ query, variables: JSON.parse(variables) });
    return this.#fetch('/graphql', { method: 'POST', body: body.replaceAll('SNAPSHOT', this.#snapshot) });
  }

  #get(address: string): Promise<unknown> {
    return this.#fetch(address.replaceAll('SNAPSHOT', this.#snapshot), {});
  }

  async #fetch(address: string, init: RequestInit): Promise<unknown> {
    const headers = {
      'content-type': 'application/json',
      ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
    };
    return (await fetch(`${this.#url}${address}`, { ...init, headers })).json();
  }

  async #run(command: string, answer: string): Promise<void> {
    const here = command
      .replaceAll('http://127.0.0.1:4000', this.#url)
      .replaceAll('SNAPSHOT', this.#snapshot);
    const script = `set -a; [ ! -e .kept ] || . ./.kept; ${here}\nended=$?; export -p > .kept; printf %s "$TOKEN" > .token; exit $ended`;
    const { stdout, stderr, status } = await this.place.startProgram('bash', ['-c', script], {
      PATH: `${join(this.place.folder, 'bin')}:${process.env.PATH}`,
    }).ended;
    expect({ command, status, stderr: status === 0 ? '' : stderr }).toEqual({
      command,
      status: 0,
      stderr: '',
    });
    this.#token = readFileSync(join(this.place.folder, '.token'), 'utf8');
    expect(unbroken(stdout)).toMatch(patternOf(answer));
  }
}

it('The page for auditors names every error that carries no token', () => {
  const page = readFileSync(join(ROOT, 'docs/auditors.md'), 'utf8');
  expect(PASSING.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

describe.each(PAGES)('%s', (path, others) => {
  const page = readPage(path);
  const reader = new Reader();
  beforeAll(() => reader.begin());
  afterAll(() => reader.place.dispose());

  it(`has examples, ${others}`, () => {
    expect(page.examples.length).toBeGreaterThanOrEqual(5);
    if (others === 'only examples') expect(page.others).toEqual([]);
    else expect(page.others.filter(({ text }) => text.includes('curl'))).toEqual([]);
  });

  // One after the other: each builds on those before it.
  it('prints what its examples give', async () => {
    for (const example of page.examples) await reader.tries(example);
  });
});
