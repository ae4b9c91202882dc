/** A value whose fields may be asked for, whatever it is: what is no object has none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Extensions of a request, which an address has as JSON; undefined where that is none. */
export function parsed(extensions: unknown): unknown {
  if (typeof extensions !== 'string') return extensions;
  try {
    return JSON.parse(extensions);
  } catch {
    // It is refused by GraphQL over HTTP.
    return undefined;
  }
}
