import { createHash } from 'node:crypto';

/**
 * Free text in an event: a narrative, a note, a document's text. The ledger hashes not the text but its
 * salted digest, so a copy of the log may leave the text out (`{ digest }`) and keep the same proofs.
 * The salt keeps a short text from being guessed out of its digest.
 */
export type FreeText = { readonly text: string; readonly salt: string } | { readonly digest: string };

/** What is shown where a copy of the log leaves a text out. */
export const TEXT_LEFT_OUT = '[tekst weggelaten / text left out]';

/** The text, or {@link TEXT_LEFT_OUT}. */
export function textOf(freeText: FreeText): string {
  return 'text' in freeText ? freeText.text : TEXT_LEFT_OUT;
}

/** SHA-256 over the salt's 16 bytes and then the text's UTF-8 bytes, in lower-case hex. */
export function saltedDigest(freeText: FreeText): string {
  if ('digest' in freeText) return freeText.digest;
  return createHash('sha256').update(freeText.salt, 'hex').update(freeText.text, 'utf8').digest('hex');
}
