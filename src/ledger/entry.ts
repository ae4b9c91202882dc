import canonicalize from 'canonicalize';
import type { PortableEvent } from '../domain/events';
import { type FreeText, saltedDigest } from '../domain/free-text';
import { type Hash, hashLeaf } from './merkle';

/** The event has no canonical form: RFC 8785 refuses strings that are not Unicode. Names the event. */
export class NoCanonicalFormError extends Error {
  override readonly name = 'NoCanonicalFormError';
}

/**
 * What the ledger holds of an event: the canonical JSON (RFC 8785) of all of it but two things. The
 * position belongs to the engine and is left out, so the same log has the same tree on every engine. Every
 * free text stands as its salted digest, so a copy of the log that leaves the text out has it too.
 * @throws NoCanonicalFormError when a string of the event holds a lone surrogate.
 */
export function entryOf(event: PortableEvent): string {
  const { id, stream, revision, type, data, metadata } = event;
  try {
    const entry = canonicalize({ id, stream, revision, type, data: withoutTexts(data), metadata });
    if (entry !== undefined) return entry;
  } catch (cause) {
    throw new NoCanonicalFormError(`event ${id} (${stream} revision ${revision}) has no canonical form`, {
      cause,
    });
  }
  throw new NoCanonicalFormError(`event ${id} is not a JSON value`);
}

/** The event's leaf in the ledger's tree: {@link entryOf} hashed as RFC 9162 does. */
export function leafHash(event: PortableEvent): Buffer {
  return hashLeaf(entryOf(event));
}

/**
 * One line of `events.ndjson`, which `tools/verify.mjs` checks and an import takes back: the event as in
 * the log, its texts included, with its ordinal in the log and its leaf hash in hex. The engine's position
 * is left out, so two engines export the same bytes.
 *
 * `recorded` is the leaf hash that the ledger took when the event was appended, where it is at hand: an
 * event that was altered in the log since then no longer matches it, and so the export names its place.
 * @throws NoCanonicalFormError as {@link entryOf}, when the leaf hash is to be computed.
 */
export function exportLine(index: number, event: PortableEvent, recorded?: Hash): string {
  const { id, stream, revision, type, data, metadata } = event;
  const hash = Buffer.from(recorded ?? leafHash(event)).toString('hex');
  return `${JSON.stringify({ index, leafHash: hash, id, stream, revision, type, data, metadata })}\n`;
}

function withoutTexts(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (isFreeText(value)) {
    // UTF-8 would turn every lone surrogate into the same character, so different texts would hash alike.
    if (!value.text.isWellFormed()) throw new Error('Lone surrogate is not allowed');
    return { digest: saltedDigest(value) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutTexts(member)]));
}

/** Told by its shape alone, so that it is found anywhere, also in event types yet to come. */
function isFreeText(value: object): value is Extract<FreeText, { text: string }> {
  return (
    'text' in value &&
    'salt' in value &&
    typeof value.text === 'string' &&
    typeof value.salt === 'string' &&
    Object.keys(value).length === 2
  );
}
