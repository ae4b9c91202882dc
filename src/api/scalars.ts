import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { ACCEPTED_DATES, whyNotEdtf } from '../domain/edtf';
import { UUID } from '../domain/whole-log';

/** What a description and an error say of instants. */
export const ACCEPTED_INSTANTS = 'an instant as an RFC 3339 date-time, such as 2026-03-02T09:30:00.000Z';

/** Dates in the precision of the document. They are kept as strings, so answers pass through unchanged. */
export const EdtfScalar = new GraphQLScalarType<string, string>({
  name: 'EDTF',
  description: `A date in the precision that the document gives it, as an EDTF (ISO 8601-2) string: ${ACCEPTED_DATES}. Intervals are refused.`,
  specifiedByURL: 'https://www.loc.gov/standards/datetime/',
  serialize: String,
  parseValue: (value) => parseDate(value),
  parseLiteral: (node) =>
    parseDate(node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : print(node), node),
});

/** Instants, kept as ISO strings in UTC, so answers pass through unchanged. */
export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: `Of the form: ${ACCEPTED_INSTANTS}; answers are in UTC.`,
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: String,
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : print(node), node),
});

const ACCEPTED_UUIDS = 'a UUID such as 3f2c8a52-1d07-4c7e-9a54-6f0f5c2f8f11';

/** Ids that clients choose; kept in lower case, so the same UUID is the same however it is written. */
export const UuidScalar = new GraphQLScalarType<string, string>({
  name: 'UUID',
  description: `Of the form: ${ACCEPTED_UUIDS}, in either case.`,
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9562',
  serialize: String,
  parseValue: (value) => parseUuid(value),
  parseLiteral: (node) => parseUuid(node.kind === Kind.STRING ? node.value : print(node), node),
});

function parseUuid(value: unknown, node?: ValueNode): string {
  const id = typeof value === 'string' ? value.toLowerCase() : '';
  if (UUID.test(id)) return id;
  throw notAccepted(value, 'UUID', `expected ${ACCEPTED_UUIDS}`, node);
}

function parseDate(value: unknown, node?: ValueNode): string {
  const text = typeof value === 'number' ? String(value) : value;
  const reason = typeof text === 'string' ? whyNotEdtf(text) : 'it is no text';
  if (typeof text === 'string' && reason === null) return text;
  throw notAccepted(value, 'date', `${reason}; expected ${ACCEPTED_DATES}`, node);
}

function parseInstant(value: unknown, node?: ValueNode): string {
  try {
    return GraphQLDateTimeISO.parseValue(value).toISOString();
  } catch {
    throw notAccepted(value, 'date-time', `expected ${ACCEPTED_INSTANTS}`, node);
  }
}

function notAccepted(value: unknown, what: string, why: string, node: ValueNode | undefined): GraphQLError {
  return new GraphQLError(`${JSON.stringify(value)} is not an accepted ${what}: ${why}`, {
    nodes: node ?? null,
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
