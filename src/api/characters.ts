/** What a value takes as JSON, roughly, in characters. */
export function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 6;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) sum += charactersOf(item);
    return sum;
  }
  for (const name in value) sum += name.length + 3 + charactersOf((value as Record<string, unknown>)[name]);
  return sum;
}
