import type { PortableEvent } from '../domain/events';
import { saltedDigest } from '../domain/free-text';
import { canonicalJson } from './canonical-json';
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
    return canonicalJson({ id, stream, revision, type, data, metadata }, digestOfText);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new NoCanonicalFormError(
      `event ${id} (${stream} revision ${revision}) has no canonical form: ${cause.message}`,
      { cause },
    );
  }
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

/** What stands for a free text. Told by its shape alone, so that it is found anywhere, also in types yet to come. */
function digestOfText(object: Readonly<Record<string, unknown>>): string | undefined {
  const { text, salt } = object;
  if (typeof text !== 'string' || typeof salt !== 'string' || Object.keys(object).length !== 2)
    return undefined;
  if (!text.isWellFormed()) throw new RangeError('a lone surrogate has no UTF-8 form');
  return `{"digest":"${saltedDigest({ text, salt })}"}`;
}
