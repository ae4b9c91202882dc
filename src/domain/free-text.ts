import { createHash } from 'node:crypto';

/**
 * Free text in an event: a narrative, a note, a document's text. The ledger hashes not the text but its
 * salted digest, so a copy of the log may leave the text out (`{ digest }`) and keep the same proofs.
 * The salt keeps a short text from being guessed out of its digest.
 */
export type FreeText = { readonly text: string; readonly salt: string } | { readonly digest: string };

/** What is shown where a copy of the log leaves a text out. */
export const TEXT_LEFT_OUT = '[tekst weggelaten / text left out]';

const NEW_ISSUE = '[heruitgave / new issue] ';

/** Why something is corrected by a new issue of a document, where nobody says why: a fact, which each language words. */
export function reasonOfNewIssue(document: string): string {
  return `${NEW_ISSUE}${document}`;
}

/** The document that this reason names, where it is one of {@link reasonOfNewIssue}. */
export function newIssueIn(reason: string): string | null {
  return reason.startsWith(NEW_ISSUE) ? reason.slice(NEW_ISSUE.length) : null;
}

/** The text, or {@link TEXT_LEFT_OUT}. */
export function textOf(freeText: FreeText): string {
  return 'text' in freeText ? freeText.text : TEXT_LEFT_OUT;
}

/** SHA-256 over the salt's 16 bytes and then the text's UTF-8 bytes, in lower-case hex. */
export function saltedDigest(freeText: FreeText): string {
  if ('digest' in freeText) return freeText.digest;
  return createHash('sha256').update(freeText.salt, 'hex').update(freeText.text, 'utf8').digest('hex');
}

/** The value with every free text in it as its salted digest; `leftOut` is told the digests. */
export function withoutTexts<T>(value: T, leftOut: (digest: string) => void = () => {}): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((member) => withoutTexts(member, leftOut)) as T;
  if (isFreeText(value)) {
    const digest = saltedDigest(value);
    leftOut(digest);
    return { digest } as T;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutTexts(member, leftOut)]),
  ) as T;
}

/** The salts of all free texts in it; null where one of them was left out. */
export function saltsIn(value: object): string[] | null {
  if (isFreeText(value)) return [value.salt];
  if ('digest' in value && Object.keys(value).length === 1) return null;
  const salts: string[] = [];
  for (const member of Object.values(value)) {
    if (member === null || typeof member !== 'object') continue;
    const inside = saltsIn(member);
    if (inside === null) return null;
    salts.push(...inside);
  }
  return salts;
}

/** Told by its shape alone, so that it is found in event types yet to come. */
function isFreeText(value: object): value is Extract<FreeText, { text: string }> {
  return (
    'text' in value &&
    'salt' in value &&
    typeof value.text === 'string' &&
    typeof value.salt === 'string' &&
    Object.keys(value).length === 2
  );
}
