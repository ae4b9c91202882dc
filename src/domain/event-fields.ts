import { FormatRegistry, Type as T, type TSchema } from '@sinclair/typebox';
import { ACCEPTED_DATES, isEdtf } from './edtf';
import { LONGEST_SLUG } from './streams';

// The kinds of fields that events have, each with what an error says of it. As the events: kept for decades.

FormatRegistry.Set('edtf', isEdtf);
// A lone surrogate has no UTF-8 form, so no digest: it may not enter the log.
FormatRegistry.Set('unicode', (text) => text.isWellFormed());

const strict = { additionalProperties: false } as const;
export const object = <P extends Record<string, TSchema>>(properties: P) => T.Object(properties, strict);
export const nullable = <S extends TSchema>(schema: S) => T.Union([schema, T.Null()]);

export const Uuid = T.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
});
/** Of a list that may not be empty: what it holds. */
export const atLeastOne = (item: string) => ({ minItems: 1, description: `at least one ${item}` });
export const Sha256 = T.String({ pattern: '^[0-9a-f]{64}$' });
export const Name = T.String({
  minLength: 1,
  maxLength: 1000,
  format: 'unicode',
  description: 'from 1 to 1000 characters of Unicode',
});
export const Slug = T.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: LONGEST_SLUG,
  description: 'at most 200 characters: lower-case letters and digits, with single hyphens between them',
});
export const MunicipalityCode = T.String({
  pattern: '^GM[0-9]{4}$',
  description: 'a CBS code: GM and four digits, such as GM0935',
});
export const FrameworkCode = T.String({
  pattern: '^[A-Z][A-Z0-9]{0,31}$',
  description: 'at most 32 capitals and digits that begin with a capital, such as GGSR',
});
export const Code = T.String({
  pattern: '^[0-9]+(\\.[0-9]+)*$',
  maxLength: 32,
  description: 'at most 32 characters: numbers with dots between them, such as 4.2.2',
});
/** The largest number that every reader can hold: GraphQL's Int has 32 bits. */
export const MAX_COUNT = 2 ** 31 - 1;
export const Count = T.Integer({
  minimum: 0,
  maximum: MAX_COUNT,
  description: `a whole number from 0 to ${MAX_COUNT}`,
});
export const Version = T.Integer({ minimum: 1, description: 'a whole number from 1' });
export const ReferenceYear = T.String({ pattern: '^[0-9]{4}$', description: 'a year of four digits' });
export const DateText = T.String({ format: 'edtf', description: ACCEPTED_DATES });
const Words = T.String({ format: 'unicode', description: 'text in Unicode' });
export const Text = T.Union([
  object({ text: Words, salt: T.String({ pattern: '^[0-9a-f]{32}$' }) }),
  object({ digest: Sha256 }),
]);
