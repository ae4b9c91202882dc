/**
 * The canonical form of a JSON value (RFC 8785): no space, members sorted by the UTF-16 code units of their names,
 * strings and numbers as ECMAScript writes them. `replace` may give the text that stands for an object.
 *
 * Written by hand, as it runs once for every event ever appended and takes half the time of the package that it is
 * tested against: it walks a value once, and looks for what is to be replaced on its way.
 * @throws RangeError for what has no such form: a lone surrogate, or a number that JSON cannot hold
 */
export function canonicalJson(
  value: unknown,
  replace: (object: Readonly<Record<string, unknown>>) => string | undefined = () => undefined,
): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} is not a JSON number`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) {
        return `[${value.map((element) => canonicalJson(element, replace)).join(',')}]`;
      }
      return replace(value as Record<string, unknown>) ?? members(value as Record<string, unknown>, replace);
    default:
      throw new RangeError(`${typeof value} is not a JSON value`);
  }
}

function members(
  object: Readonly<Record<string, unknown>>,
  replace: (object: Readonly<Record<string, unknown>>) => string | undefined,
): string {
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    if (text.length > 1) text += ',';
    text += canonicalName(name) + canonicalJson(object[name], replace);
  }
  return `${text}}`;
}

/** Events have few names for their members, and each of these many times: what stands before the values is kept. */
const names = new Map<string, string>();
const MAX_NAMES = 1_000;

function canonicalName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${canonicalString(name)}:`;
  if (names.size < MAX_NAMES) names.set(name, text);
  return text;
}

function canonicalString(text: string): string {
  // UTF-8 would turn every lone surrogate into the same character, so different texts would hash alike.
  if (!text.isWellFormed()) throw new RangeError('a lone surrogate has no UTF-8 form');
  return JSON.stringify(text);
}
