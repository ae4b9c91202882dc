import { distance } from 'fastest-levenshtein';
import { nearest } from '../domain/nearest';

interface Named {
  readonly code: string;
  readonly name: string;
}

/** What a cell names: the entries found in it, spelt well or not, or why none could be chosen, with those nearest to it. */
export type Naming<T> =
  | { readonly found: readonly T[]; readonly misspelt: boolean }
  | { readonly found: null; readonly why: 'unknown' | 'ambiguous'; readonly near: readonly T[] };

/** Letters and digits only, without case and diacritics: what two spellings of a name have in common. */
export function squash(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

/**
 * Cuts the text into names of the given entries, in any order, with nothing left over. A name may be
 * misspelt a little (one letter in twelve, at most eight); a word that turns its meaning may not be missing
 * or added. Where the text reads in two ways, one must be clearly nearer; `preferred` entries win over
 * others that are not nearer.
 */
export function nameIn<T extends Named>(
  text: string,
  entries: readonly T[],
  preferred: (entry: T) => boolean = () => false,
): Naming<T> {
  const squashed = squash(text);
  const near = nearest(squashed, entries, ({ name }) => squash(name));
  const readings = segment(squashed, entries, 0);
  if (readings.length === 0) {
    const negations = countNegations(text);
    readings.push(
      ...segment(squashed, entries, 1).filter(
        ({ names }) => names.reduce((sum, { name }) => sum + countNegations(name), 0) === negations,
      ),
    );
  }
  const outside = ({ names }: Reading<T>) => names.filter((entry) => !preferred(entry)).length;
  const [best, second] = readings.sort((a, b) => a.cost - b.cost || outside(a) - outside(b));
  if (best === undefined) return { found: null, why: 'unknown', near };
  const clear = second === undefined || second.cost > best.cost * 2 + 2 || outside(best) < outside(second);
  return clear ? { found: best.names, misspelt: best.cost > 0 } : { found: null, why: 'ambiguous', near };
}

/** True where the text begins with one of the names, exactly spelt but for case, white space and signs. */
export function beginsWithName(text: string, entries: readonly Named[]): boolean {
  const squashed = squash(text);
  return entries.some(({ name }) => squashed.startsWith(squash(name)));
}

interface Reading<T> {
  readonly names: readonly T[];
  readonly cost: number;
}

/** All ways to cut the text into distinct names; `tolerance` 0 takes only exact ones. */
function segment<T extends Named>(text: string, entries: readonly T[], tolerance: 0 | 1): Reading<T>[] {
  const spelt = entries.map((entry) => ({ entry, name: squash(entry.name) }));
  const reached = new Map<number, Map<string, Reading<T>>>([[0, new Map([['', { names: [], cost: 0 }]])]]);
  for (let at = 0; at < text.length; at += 1) {
    const here = reached.get(at);
    if (here === undefined) continue;
    for (const { entry, name } of spelt) {
      const allowed = tolerance * Math.max(1, Math.min(8, Math.floor(name.length / 12)));
      const last = Math.min(text.length, at + name.length + allowed);
      for (let end = at + name.length - allowed; end <= last; end += 1) {
        const part = text.slice(at, end);
        const cost = part === name ? 0 : tolerance === 0 ? 1 : distance(part, name);
        if (cost > allowed) continue;
        for (const reading of here.values()) {
          if (!reading.names.includes(entry)) {
            keep(reached, end, { names: [...reading.names, entry], cost: reading.cost + cost });
          }
        }
      }
    }
  }
  return text === '' ? [] : [...(reached.get(text.length)?.values() ?? [])];
}

function keep<T extends Named>(
  reached: Map<number, Map<string, Reading<T>>>,
  end: number,
  reading: Reading<T>,
): void {
  const key = reading.names.map(({ code }) => code).join(' ');
  const there = reached.get(end) ?? new Map<string, Reading<T>>();
  const known = there.get(key);
  if (known === undefined || known.cost > reading.cost) there.set(key, reading);
  reached.set(end, there);
}

function countNegations(text: string): number {
  return [...text.matchAll(/(?<!\p{L})(?:geen|niet|nooit|noch|zonder|onvoldoende)(?!\p{L})/giu)].length;
}
