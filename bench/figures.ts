/** One line of the table: what we reach, beside what it is held against. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** A value for each round. */
  readonly ours: readonly number[];
  readonly limitName: string;
  /** A value for each round, or one that is the same for all. */
  readonly limit: readonly number[];
  /** `share`: ours divided by the limit. `slowness`: the limit divided by ours. */
  readonly ratio: 'share' | 'slowness';
  /** Null where the figure is only told. */
  readonly wanted: { readonly least: number } | { readonly most: number } | null;
}

type Measurement = () => number | Promise<number>;

/**
 * Measures each variant once a round, and begins each round with another one: what else the machine does,
 * and what a variant leaves behind, then falls on all of them alike.
 */
export async function alternately<K extends string>(
  rounds: number,
  variants: Readonly<Record<K, Measurement>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(variants) as K[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    const begin = round % names.length;
    for (const name of [...names.slice(begin), ...names.slice(0, begin)]) {
      values[name].push(await variants[name]());
    }
  }
  return values;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The ratio of each round, of values that were measured next to each other. */
export function ratios({ ours, limit, ratio }: Figure): number[] {
  return ours.map((value, round) => {
    const beside = limit[round] ?? limit[0] ?? Number.NaN;
    return ratio === 'share' ? value / beside : beside / value;
  });
}

function verdict(figure: Figure): string {
  if (figure.wanted === null) return '';
  const reached = median(ratios(figure));
  const isReached = 'least' in figure.wanted ? reached >= figure.wanted.least : reached <= figure.wanted.most;
  return isReached ? 'ok' : 'SHORT';
}

function wantedText({ wanted }: Figure): string {
  if (wanted === null) return '-';
  return 'least' in wanted ? `>= ${wanted.least}` : `<= ${wanted.most}`;
}

function spread(values: readonly number[], digits: number): string {
  const text = (value: number): string =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const middle = text(median(values));
  if (values.length < 2) return middle;
  return `${middle} (${text(Math.min(...values))}-${text(Math.max(...values))})`;
}

/** The table, as Markdown, so that it can go into the README as it is. */
export function table(figures: readonly Figure[]): string {
  const head = ['figure', 'ours', 'limit', 'limit is', 'ratio', 'wanted', ''];
  const rows = figures.map((figure) => [
    figure.name,
    `${spread(figure.ours, 0)} ${figure.unit}`,
    `${spread(figure.limit, 0)} ${figure.unit}`,
    figure.limitName,
    spread(ratios(figure), 2),
    wantedText(figure),
    verdict(figure),
  ]);
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** One sentence that says what fell short, so that nobody has to search the table for it. */
export function summary(figures: readonly Figure[]): string {
  const held = figures.filter(({ wanted }) => wanted !== null);
  const short = held.filter((figure) => verdict(figure) === 'SHORT');
  if (short.length === 0) return `All ${held.length} figures reach what is wanted.`;
  return `${short.length} of ${held.length} figures fall SHORT: ${short.map(({ name }) => name).join('; ')}.`;
}
