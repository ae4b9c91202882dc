/** Names of the streams: one an approach, one a framework. They are part of the storage format. */
export function approachStream(municipality: string, slug: string): string {
  return `approach-${municipality}-${slug}`;
}

export function frameworkStream(code: string): string {
  return `framework-${code}`;
}

/** The stream of a copy that says which texts it leaves out. */
export const TEXTS_LEFT_OUT_STREAM = 'texts-left-out';

/** What all these names are like, as a regular expression: capitals stand in no slug, nor hyphens in a framework's code. */
export const STREAM_NAME = `approach-GM[0-9]{4}-[a-z0-9-]+|framework-[A-Z0-9]+|${TEXTS_LEFT_OUT_STREAM}`;

/** What each of these names begins with. */
export const STREAM_BEGINNINGS: readonly string[] = ['approach-GM', 'framework-', TEXTS_LEFT_OUT_STREAM];

/** The approach that a stream is of; null for a stream of another kind. */
export function approachOfStream(stream: string): { municipality: string; slug: string } | null {
  const match = /^approach-(GM\d{4})-(.+)$/.exec(stream);
  return match?.[1] === undefined || match[2] === undefined
    ? null
    : { municipality: match[1], slug: match[2] };
}

/** The longest slug that an approach may have, in characters. */
export const LONGEST_SLUG = 200;

/** The slug of a name: NFKD, without diacritics, lower case, runs of other characters become one `-`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
