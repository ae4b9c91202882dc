import { EVENT_DESCRIPTIONS } from '../../domain/event-descriptions';
import { EVENT_TYPES, type EventType } from '../../domain/events';
import { cloudEventType, eventTypeOf, notAType } from '../event-types';
import { problem } from '../rest/problem';
import type { Resource } from '../rest/resource';
import { dataSchema } from './event-schemas';

/** The address of the schema of `data` of the events of a type. */
export function addressOfSchema(publicUrl: string, type: EventType): string {
  return `${publicUrl}/v1/event-types/${cloudEventType(type)}`;
}

/** What events hold, by type: for everybody, as it tells of no event. */
export function eventTypeResources(publicUrl: string): Resource[] {
  const list = JSON.stringify({
    results: EVENT_TYPES.map((type) => ({
      type: cloudEventType(type),
      name: type,
      description: EVENT_DESCRIPTIONS[type].what,
      schema: addressOfSchema(publicUrl, type),
    })),
  });
  const schemas = new Map(
    EVENT_TYPES.map((type) => [type, JSON.stringify(dataSchema(type, addressOfSchema(publicUrl, type)))]),
  );
  return [
    {
      path: '/event-types',
      operationId: 'getEventTypes',
      summary: 'The types of event, each with the address of its schema',
      description: 'What can happen. More types may come: pass over those that you do not know.',
      tag: 'events',
      needsToken: false,
      parameters: [],
      type: 'application/json',
      schema: {
        type: 'object',
        required: ['results'],
        properties: {
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['type', 'name', 'description', 'schema'],
              properties: {
                type: {
                  type: 'string',
                  description: 'As CloudEvents spell it.',
                  examples: ['nl.toetsspoor.finding-recorded'],
                },
                name: {
                  type: 'string',
                  description: 'As GraphQL and exports spell it.',
                  examples: ['FindingRecorded'],
                },
                description: { type: 'string', description: 'What happened.' },
                schema: {
                  type: 'string',
                  format: 'uri',
                  description: 'Address of the JSON Schema of `data`.',
                },
              },
            },
          },
        },
      },
      components: {},
      answer: async () => ({ body: list, next: null }),
    },
    {
      path: '/event-types/{type}',
      operationId: 'getEventType',
      summary: 'The JSON Schema of the data of a type of event',
      description: 'What `dataschema` of an event leads to: a JSON Schema of 2020-12 of its `data`.',
      tag: 'events',
      needsToken: false,
      parameters: [
        {
          name: 'type',
          in: 'path',
          required: true,
          description: 'The type, in either spelling: `nl.toetsspoor.finding-recorded` or `FindingRecorded`.',
          schema: { type: 'string' },
        },
      ],
      type: 'application/schema+json',
      schema: { type: 'object', description: 'A JSON Schema.' },
      components: {},
      async answer({ type }) {
        const known = eventTypeOf(String(type));
        const schema = known && schemas.get(known);
        if (schema === undefined) return { problem: problem(404, notAType(String(type)), 'NOT_FOUND') };
        return { body: schema, next: null };
      },
    },
  ];
}
