import { createHash } from 'node:crypto';
import { type Audience, includesEverything, type Limits } from '../domain/audience';

/** The same for two audiences that see the same, and for others another one: what a cursor is marked with. */
export function audienceKey(audience: Audience): string {
  if (audience.length === 0) return PUBLIC_KEY;
  let key = keys.get(audience);
  if (key === undefined) {
    key = keyOf(audience);
    keys.set(audience, key);
  }
  return key;
}

const PUBLIC_KEY = 'public';
const keys = new WeakMap<Audience, string>();

function keyOf(audience: Audience): string {
  if (includesEverything(audience)) return 'all';
  const limits = new Set(audience.filter(letsSomethingIn).map(textOf));
  if (limits.size === 0) return PUBLIC_KEY;
  // Short, as it stands in every cursor; and no names, as a cursor is passed on.
  return createHash('sha256')
    .update([...limits].sort().join('\n'))
    .digest('base64url')
    .slice(0, 12);
}

function letsSomethingIn({ inspectorates, municipalities, frameworks }: Limits): boolean {
  return [inspectorates, municipalities, frameworks].every((names) => names?.length !== 0);
}

function textOf({ inspectorates, municipalities, frameworks }: Limits): string {
  const names = (list: readonly string[] | null) => list && [...new Set(list)].sort();
  return JSON.stringify([names(inspectorates), names(municipalities), names(frameworks)]);
}
