import { KindGuard, type TSchema } from '@sinclair/typebox';
import { EVENT_DESCRIPTIONS, INNER_FIELDS } from '../../domain/event-descriptions';
import { Text } from '../../domain/event-fields';
import { EVENT_SCHEMAS, EVENT_TYPES, type EventType } from '../../domain/events';
import { cloudEventType } from '../event-types';
import type { JsonSchema } from '../rest/schema-of-query';

/** Where schemas that are referred to lie: those of one document, or the components of OpenAPI. */
type Reference = (name: string) => JsonSchema;

/** Edtf dates by their form; that there is no 30 February a pattern cannot say. */
const EDTF_PATTERN = '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?~?$';

/**
 * A schema of the catalogue as JSON Schema of 2020-12. What is checked beside it where events enter the log (dates
 * that exist, well-formed Unicode) is left out; fields may be added later, so others than these are allowed.
 */
function published(schema: TSchema, reference: Reference, description?: string): JsonSchema {
  const accepted = schema.description?.replace(/^./, (letter) => letter.toUpperCase());
  const described = [description, accepted && `${accepted}.`].filter((part) => part !== undefined).join(' ');
  return { ...(described !== '' && { description: described }), ...form(schema, reference) };
}

function form(schema: TSchema, reference: Reference): JsonSchema {
  if (schema === Text) return reference('Text');
  if (KindGuard.IsUnion(schema)) {
    const { anyOf } = schema;
    const values = anyOf.flatMap((one) => (KindGuard.IsLiteral(one) ? [one.const] : []));
    if (values.length === anyOf.length) return { type: 'string', enum: values };
    return { anyOf: anyOf.map((one) => published(one, reference)) };
  }
  if (KindGuard.IsArray(schema)) {
    const { items, minItems, maxItems } = schema;
    return {
      ...{ type: 'array', items: published(items, reference) },
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems }),
    };
  }
  if (KindGuard.IsObject(schema)) return fields(schema.properties, INNER_FIELDS, reference);
  const { description: _, format, ...rest } = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
  return format === 'edtf' ? { ...rest, pattern: EDTF_PATTERN } : rest;
}

function fields(
  properties: Readonly<Record<string, TSchema>>,
  descriptions: Readonly<Record<string, string>>,
  reference: Reference,
): JsonSchema {
  const entries = Object.entries(properties).map(
    ([name, schema]) => [name, published(schema, reference, descriptions[name])] as const,
  );
  return { type: 'object', required: Object.keys(properties), properties: Object.fromEntries(entries) };
}

/** The content of an event of a type, as it stands in the log. */
function content(type: EventType, reference: Reference): JsonSchema {
  const { what, fields: descriptions } = EVENT_DESCRIPTIONS[type];
  const { properties } = EVENT_SCHEMAS[type];
  return { title: type, description: sentence(what), ...fields(properties, descriptions, reference) };
}

const TEXT: JsonSchema = {
  description: 'A text, as people wrote it; or its digest, in a copy of the log that leaves the text out.',
  anyOf: [
    {
      type: 'object',
      required: ['text', 'salt'],
      properties: {
        text: { type: 'string', description: 'The words.' },
        salt: {
          type: 'string',
          pattern: '^[0-9a-f]{32}$',
          description: 'Keeps short texts from being guessed out of their digest; of no other use.',
        },
      },
    },
    {
      type: 'object',
      required: ['digest'],
      properties: {
        digest: {
          type: 'string',
          pattern: '^[0-9a-f]{64}$',
          description: 'SHA-256 of the 16 bytes of the salt and then the text in UTF-8.',
        },
      },
    },
  ],
};

const VERDICT_STATE: JsonSchema = {
  type: 'object',
  required: ['status', 'basis', 'assessedIn'],
  properties: {
    status: {
      type: 'string',
      enum: ['MET', 'IMPROVEMENT_NEEDED'],
      description: '`MET` (✓) or `IMPROVEMENT_NEEDED` (✗).',
    },
    basis: {
      type: 'string',
      enum: ['ASSESSED', 'REPORTED'],
      description: "What it rests on: the inspectorate's own research, or the municipality's statement.",
    },
    assessedIn: { type: 'integer', description: 'Reference year of the test that it rests on.' },
  },
};

function verdictChange(reference: Reference): JsonSchema {
  const state = (description: string): JsonSchema => ({
    description,
    anyOf: [reference('VerdictState'), { type: 'null' }],
  });
  return {
    type: 'object',
    description: 'What became of the verdict of one indicator.',
    required: ['indicator', 'before', 'after'],
    properties: {
      indicator: {
        type: 'object',
        description: 'The indicator.',
        required: ['code', 'name'],
        properties: {
          code: { type: 'string', description: 'Its code, such as `4.2.2`.' },
          name: { type: 'string', description: 'Its name.' },
        },
      },
      before: state('What stood before the event; null where nothing did.'),
      after: state('What stands by the event; null where nothing does.'),
    },
  };
}

const APPROACH: JsonSchema = {
  type: 'object',
  description: 'The approach that the event is of.',
  required: ['id', 'municipality', 'slug'],
  properties: {
    id: {
      type: 'string',
      description: 'Its id: `node(id:)` in GraphQL, `/v1/approaches/{id}`, and `approach` of the feed.',
    },
    municipality: { type: 'string', pattern: '^GM[0-9]{4}$', description: 'CBS code of the municipality.' },
    slug: { type: 'string', description: 'Slug of the approach.' },
  },
};

const DOCUMENT: JsonSchema = {
  type: 'object',
  required: ['document', 'line'],
  properties: {
    document: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the document.' },
    line: { type: 'integer', minimum: 1, description: 'The line, from 1.' },
  },
};

/** `data` of a CloudEvent. */
function data(approach: JsonSchema, event: JsonSchema, reference: Reference): JsonSchema {
  const uuid = (description: string): JsonSchema => ({ type: 'string', format: 'uuid', description });
  const properties: Record<string, JsonSchema> = {
    stream: {
      type: 'string',
      description: 'The stream that it stands in: one an approach, one a framework.',
    },
    revision: { type: 'integer', minimum: 0, description: 'Its place in the stream: from 0, without gaps.' },
    schemaVersion: {
      type: 'integer',
      minimum: 1,
      description: 'The version of the schema that the content was written by.',
    },
    actor: { type: 'string', description: 'Who recorded it.' },
    correlationId: uuid('What all events of one command share.'),
    causationId: {
      description: 'Id of the event that it follows from; null where that is none.',
      anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }],
    },
    source: {
      description: 'The document that it was read from, and the line; null where it came from none.',
      anyOf: [DOCUMENT, { type: 'null' }],
    },
    approach,
    event,
    verdictChanges: {
      type: 'array',
      description: 'The verdicts that it changed, in framework order.',
      items: reference('VerdictChange'),
    },
  };
  return { type: 'object', required: Object.keys(properties), properties };
}

const NO_APPROACH: JsonSchema = { type: 'null', description: 'It is of no approach.' };
/** The types of event that are of no approach. */
const OF_NO_APPROACH: ReadonlySet<EventType> = new Set<EventType>([
  'FrameworkPublished',
  'FrameworkRevised',
  'TextsLeftOut',
]);

/**
 * The JSON Schema of `data` of the events of a type, complete in itself.
 * @param address where it is published
 */
export function dataSchema(type: EventType, address: string): JsonSchema {
  const reference: Reference = (name) => ({ $ref: `#/$defs/${name}` });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: address,
    title: cloudEventType(type),
    description: `\`data\` of the events that tell: ${EVENT_DESCRIPTIONS[type].what}. More fields may come.`,
    ...data(OF_NO_APPROACH.has(type) ? NO_APPROACH : APPROACH, content(type, reference), reference),
    $defs: { Text: TEXT, VerdictState: VERDICT_STATE, VerdictChange: verdictChange(reference) },
  };
}

/** `data` of any event, and all that it refers to, as components of OpenAPI. */
export function dataComponents(reference: Reference): Readonly<Record<string, JsonSchema>> {
  const approach = { description: 'The approach; null where it is of none.', anyOf: [APPROACH, NO_APPROACH] };
  const event = {
    description: 'The content, as it stands in the log; its fields depend on the type.',
    anyOf: EVENT_TYPES.map(reference),
  };
  return {
    ...{ Text: TEXT, VerdictState: VERDICT_STATE, VerdictChange: verdictChange(reference) },
    ...Object.fromEntries(EVENT_TYPES.map((type) => [type, content(type, reference)])),
    CloudEventData: data(approach, event, reference),
  };
}

function sentence(words: string): string {
  return `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}
