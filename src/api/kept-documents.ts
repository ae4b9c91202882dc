import type { DocumentNode } from 'graphql';
import { Lru } from './lru';

/** Parsed documents are kept up to so many characters of source; they take some fifty times that. */
const MAX_CHARACTERS = 256 * 1024;

/** The documents that were parsed and found valid, so that they need not be again. */
export function keptDocuments() {
  const documents = new Lru<DocumentNode>(
    MAX_CHARACTERS,
    (key, { loc }) => key.length + (loc?.source.body.length ?? MAX_CHARACTERS),
  );
  return {
    get: async (key: string) => documents.get(key),
    set: async (key: string, document: DocumentNode) => documents.set(key, document),
    delete: async (key: string) => documents.delete(key),
  };
}
