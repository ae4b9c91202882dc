import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** Something on a page that a reader can try, and what is printed below it; `…` stands for anything. */
export type Example =
  | { readonly kind: 'query'; readonly query: string; readonly variables: string; readonly answer: string }
  | { readonly kind: 'get'; readonly address: string; readonly answer: string }
  | { readonly kind: 'command'; readonly command: string; readonly answer: string };

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The examples of a page, from top to bottom, settings of clients, and the blocks in it that are neither. */
export interface Page {
  readonly examples: readonly Example[];
  readonly settings: readonly string[];
  readonly others: readonly Block[];
}

/**
 * Reads a page: blocks of `graphql`, each with an answer in `json` and perhaps variables before it; of `http`, an
 * address with its answer; of `js`, settings; and others that begin with `$ `, commands with what they print.
 */
export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const blocks: Block[] = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', body = '']) => ({ language, text: body }),
  );
  const examples: Example[] = [];
  const settings: string[] = [];
  const others: Block[] = [];
  const take = (...prefixes: readonly string[]): string | undefined => {
    const [next] = blocks;
    const fits = next?.language === 'json' && prefixes.some((prefix) => next.text.startsWith(prefix));
    return fits ? blocks.shift()?.text : undefined;
  };
  const ANSWERS = ['{ "data":', '{\n  "data":', '{ "errors":', '{\n  "errors":'];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const { language, text } = block;
    if (language === 'graphql') {
      const answer = take(...ANSWERS);
      const variables = answer === undefined ? take('{') : undefined;
      const all = answer ?? take(...ANSWERS);
      if (all === undefined) others.push(block);
      else examples.push({ kind: 'query', query: text, variables: variables ?? '{}', answer: all });
    } else if (language === 'http') {
      examples.push({ kind: 'get', address: text.replace(/^GET /, '').trim(), answer: take('{') ?? '' });
    } else if (language === 'js') settings.push(text);
    else if (text.startsWith('$ ')) examples.push(...commandsIn(text));
    else others.push(block);
  }
  return { examples, settings, others };
}

/** A command goes on while a quote is open or its line ends with `\`. */
function commandsIn(text: string): Example[] {
  const commands: { kind: 'command'; command: string; answer: string }[] = [];
  const lines = text.trimEnd().split('\n');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line.startsWith('$ ')) {
      let command = line.slice(2);
      while (lines.length > 0 && (command.split("'").length % 2 === 0 || command.endsWith('\\')))
        command += `\n${lines.shift()}`;
      commands.push({ kind: 'command', command, answer: '' });
    } else {
      const last = commands.at(-1);
      if (last !== undefined) last.answer += `${line}\n`;
    }
  }
  return commands;
}

/** A pattern of what is printed: lines are broken for the page only, and `…` is anything. */
export function patternOf(answer: string): RegExp {
  const pieces = unbroken(answer)
    .split('…')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*?')}$`, 's');
}

export function unbroken(text: string): string {
  return text.replace(/\s+/g, '');
}

/**
 * An answer with `…` wherever the printed one has it: in a text, for a whole value, or as the last item of a list
 * for those that follow. What is left differs where the page is wrong.
 */
export function asPrinted(answer: unknown, printed: unknown): unknown {
  if (printed === '…') return answer === undefined ? undefined : printed;
  if (typeof printed === 'string' && typeof answer === 'string' && printed.includes('…'))
    return patternOf(printed).test(unbroken(answer)) ? printed : answer;
  if (Array.isArray(printed) && Array.isArray(answer)) {
    const isOpen = printed.at(-1) === '…' && answer.length >= printed.length;
    const items = isOpen ? answer.slice(0, printed.length - 1) : answer;
    return [...items.map((item, index) => asPrinted(item, printed[index])), ...(isOpen ? ['…'] : [])];
  }
  if (isRecord(printed) && isRecord(answer)) {
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [key, asPrinted(value, printed[key])]),
    );
  }
  return answer;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
