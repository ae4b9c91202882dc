import { createHash } from 'node:crypto';
import {
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  type ValidationRule,
  validate,
} from 'graphql';
import { tooLarge, userError } from './errors';
import { LIMITS } from './limits';
import { Lru } from './lru';
import { parsed, record } from './record';

/** Documents found small enough are remembered up to so many characters together. */
const MAX_REMEMBERED = 256 * 1024;

/** What a request says of its document: its text, or by what it is known (GraphQL over HTTP, persisted documents). */
export interface DocumentParameters {
  readonly query?: unknown;
  /** `sha256:` and the digest of the text, in hexadecimal. */
  readonly documentId?: unknown;
  /** `persistedQuery.sha256Hash`: the same as Apollo's clients send it. */
  readonly extensions?: unknown;
}

/**
 * The documents that may be asked: those that are not too large and, where there is a list, those on it. For
 * every transport alike, and before anything of a document is parsed.
 */
export class Documents {
  readonly #listed: ReadonlyMap<string, string> | null;
  readonly #small = new Lru<true>(MAX_REMEMBERED, (key) => key.length);

  /** @param listed the only documents that may be asked, by the SHA-256 of their text; null: any */
  constructor(listed: ReadonlyMap<string, string> | null) {
    this.#listed = listed;
  }

  /**
   * The text of the document that is asked for; undefined where the request names none.
   * @throws GraphQLError where it may not be asked
   */
  textOf({ query: given, documentId, extensions }: DocumentParameters): string | undefined {
    const named = documentId ?? persistedQuery(extensions);
    // Over a WebSocket there is always a text, so that who names a document leaves it empty.
    const query = given === '' && named != null ? undefined : given;
    const isOfApollo = documentId == null && named != null && query === undefined;
    if (isOfApollo && this.#listed === null) throw sendTheText('Supported');
    const id = idOf(named);
    if (named != null && id === undefined && (query === undefined || this.#listed !== null))
      throw userError(
        'what names the document is no id of one; expected sha256: and 64 hexadecimal digits',
        'DOCUMENT_NOT_FOUND',
        400,
      );
    if (id === undefined && query === undefined) return undefined;
    if (this.#listed === null) {
      if (typeof query === 'string') this.#assertSmall(query);
      if (id === undefined) return typeof query === 'string' ? query : undefined;
      if (typeof query === 'string' && sha256(query) === id) return query;
      throw userError(
        'this register keeps no documents; expected the text of one',
        'DOCUMENT_NOT_FOUND',
        400,
      );
    }
    const text = this.#listed.get(id ?? (typeof query === 'string' ? sha256(query) : ''));
    if (text !== undefined && (query === undefined || query === text)) return text;
    if (isOfApollo) throw sendTheText('Found');
    throw userError(
      'only documents that were agreed on are answered here; this is none of them',
      'DOCUMENT_NOT_FOUND',
      400,
    );
  }

  #assertSmall(text: string): void {
    if (this.#small.get(text) !== undefined) return;
    assertSmall(text);
    this.#small.set(text, true);
  }
}

/**
 * What Apollo's clients, and others that name documents as they do, answer by sending the text: they know it by this
 * very code or message, and some look at nothing that has another status.
 */
function sendTheText(not: 'Found' | 'Supported'): GraphQLError {
  const code = not === 'Found' ? 'PERSISTED_QUERY_NOT_FOUND' : 'PERSISTED_QUERY_NOT_SUPPORTED';
  return userError(`PersistedQueryNot${not}`, code, 200);
}

/**
 * The documents of a list: a JSON object of SHA-256 to text.
 * @throws RangeError that says what is wrong
 */
export function parseDocumentList(json: string): Map<string, string> {
  const listed = new Map<string, string>();
  const entries: unknown = JSON.parse(json);
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries))
    throw new RangeError('expected an object of SHA-256 to document');
  for (const [key, text] of Object.entries(entries)) {
    const id = idOf(key);
    if (id === undefined || typeof text !== 'string' || sha256(text) !== id)
      throw new RangeError(`"${key}" is not the SHA-256 of its document`);
    listed.set(id, text);
  }
  return listed;
}

/**
 * The documents of a list that can never be answered, such as those of an older schema, with the reason: a sentence
 * each, for the operator. The others are answered all the same.
 * @param rules what is asked of them beyond what GraphQL does
 */
export function unanswerable(
  listed: ReadonlyMap<string, string>,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): string[] {
  return [...listed].flatMap(([id, text]) => {
    const [fault] = faults(text, schema, rules);
    if (fault === undefined) return [];
    const [at] = fault.locations ?? [];
    const place = at === undefined ? '' : ` at line ${at.line}, column ${at.column}`;
    return [
      `PERSISTED_DOCUMENTS: the schema of this version can never answer the document sha256:${id}${place}: ${fault.message}`,
    ];
  });
}

function faults(
  text: string,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): readonly GraphQLError[] {
  try {
    return validate(schema, parse(text), [...specifiedRules, ...rules]);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/**
 * @throws GraphQLError where the text is too large in any way: bytes (comments included), tokens, aliases or
 * directives. What is no GraphQL is left to the parser, which says where it fails.
 */
function assertSmall(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.documentBytes)
    throw tooLarge(`the query has ${bytes} bytes, comments included`, `${LIMITS.documentBytes}`);
  const lexer = new Lexer(new Source(text));
  // Within brackets a colon stands before a value or a type.
  let inBrackets = 0;
  const counts = { tokens: 0, aliases: 0, directives: 0 };
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      const { kind } = lexer.token;
      counts.tokens += 1;
      if (kind === TokenKind.PAREN_L) inBrackets += 1;
      else if (kind === TokenKind.PAREN_R) inBrackets -= 1;
      else if (kind === TokenKind.COLON && inBrackets === 0) counts.aliases += 1;
      else if (kind === TokenKind.AT) counts.directives += 1;
      if (counts.tokens > LIMITS.tokens)
        throw tooLarge(`the query has more than ${LIMITS.tokens} tokens`, `${LIMITS.tokens}`);
    }
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code !== undefined) throw error;
    return;
  }
  const { aliases, directives } = counts;
  if (aliases > LIMITS.aliases) throw tooLarge(`the query has ${aliases} aliases`, `${LIMITS.aliases}`);
  if (directives > LIMITS.directives)
    throw tooLarge(`the query has ${directives} directives`, `${LIMITS.directives}`);
}

function idOf(id: unknown): string | undefined {
  return typeof id === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/.exec(id)?.[1] : undefined;
}

/** What Apollo's clients call a document by; undefined where they do not. */
export function persistedQuery(extensions: unknown): unknown {
  const { persistedQuery: query } = record(parsed(extensions));
  return record(query).sha256Hash;
}

/** The rest of the extensions, in the form in which they came. */
export function withoutPersistedQuery(extensions: unknown): unknown {
  const { persistedQuery: _, ...rest } = record(parsed(extensions));
  return typeof extensions === 'string' ? JSON.stringify(rest) : rest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
