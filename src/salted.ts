import { randomBytes } from 'node:crypto';
import type { FreeText } from './domain/free-text';

/**
 * A text as events hold it. Salted anew each time: that a text stands in two logs can then not be told from its
 * digests.
 */
export function salted(text: string): FreeText {
  return { text, salt: randomBytes(16).toString('hex') };
}
