/**
 * The stretches that numbers fall into where they lie near each other: the first and the last number of each.
 * @param sorted the numbers, lowest first
 * @param gap how far apart two numbers of a stretch may lie that have none between them
 */
export function stretches(sorted: readonly number[], gap: number): [first: number, last: number][] {
  const result: [number, number][] = [];
  for (const number of sorted) {
    const open = result.at(-1);
    if (open !== undefined && number - open[1] <= gap) open[1] = number;
    else result.push([number, number]);
  }
  return result;
}
