import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { ACCEPTED_DATES, isEdtf } from '../domain/edtf';

/** Dates in the precision of the document. They are kept as strings, so answers pass through unchanged. */
export const EdtfScalar = new GraphQLScalarType<string, string>({
  name: 'EDTF',
  description: `A date in the precision that the document gives it, as an EDTF (ISO 8601-2) string: ${ACCEPTED_DATES}. Intervals are refused.`,
  specifiedByURL: 'https://www.loc.gov/standards/datetime/',
  serialize: String,
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : null),
});

/** Instants, kept as ISO strings in UTC, so answers pass through unchanged. */
export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant as an RFC 3339 date-time, such as 2026-03-02T09:30:00.000Z; answers are in UTC.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: String,
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value).toISOString(),
  parseLiteral: (node) => GraphQLDateTimeISO.parseLiteral(node, {}).toISOString(),
});

function parseDate(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && isEdtf(text)) return text;
  throw new GraphQLError(`${JSON.stringify(value)} is not an accepted date: expected ${ACCEPTED_DATES}`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
