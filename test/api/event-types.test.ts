import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { cloudEventType } from '../../src/api/event-types';
import { EVENT_DESCRIPTIONS } from '../../src/domain/event-descriptions';
import { EVENT_TYPES } from '../../src/domain/events';
import { withoutTexts } from '../../src/domain/free-text';
import { SAMPLES } from '../support/samples';
import { SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

interface Schema {
  readonly $id: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly [keyword: string]: unknown;
}

let server: TestServer;
const get = async (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const schemaOf = async (type: string) => (await (await get(`/v1/event-types/${type}`)).json()) as Schema;
/** The feed, to an auditor. */
const feed = async (query: string) => {
  const response = await get(`/v1/events?${query}`, await server.as({ roles: ['auditor'] }).headers());
  return { status: response.status, body: await response.json() } as {
    status: number;
    // biome-ignore lint/suspicious/noExplicitAny: events differ by type, and that is what these tests are about
    body: any;
  };
};

beforeAll(async () => {
  server = await startServer(SAMPLE_2013, SAMPLE_2014);
});
afterAll(() => server.close());

/** The schema with no other fields allowed than those that it describes. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return (
    'properties' in schema && 'type' in schema ? { ...inner, additionalProperties: false } : inner
  ) as T;
}

const check = (schema: unknown): ValidateFunction =>
  new Ajv2020({ validateFormats: false, allowUnionTypes: true }).compile(closed(schema) as object);

/** Fields without a description, by their path. */
function silent(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const own =
      key === 'properties'
        ? Object.entries(value as Record<string, { description?: string }>).flatMap(([name, field]) =>
            field.description?.trim() ? [] : [`${path}/${name}`],
          )
        : [];
    return [...own, ...silent(value, `${path}/${key}`)];
  });
}

describe('The types of event', () => {
  test('are listed for everybody, in both spellings, each with its schema', async () => {
    const { results } = (await (await get('/v1/event-types')).json()) as { results: object[] };
    expect(results).toEqual(
      EVENT_TYPES.map((type) => ({
        type: cloudEventType(type),
        name: type,
        description: EVENT_DESCRIPTIONS[type].what,
        schema: `https://toetsspoor.example.nl/v1/event-types/${cloudEventType(type)}`,
      })),
    );
  });

  test.each(EVENT_TYPES)('have a schema under either spelling, every field described: %s', async (type) => {
    const response = await get(`/v1/event-types/${cloudEventType(type)}`);
    expect(response.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
    const schema = (await response.json()) as Schema;
    expect(await schemaOf(type)).toEqual(schema);
    expect(schema.$id).toBe(`https://toetsspoor.example.nl/v1/event-types/${cloudEventType(type)}`);
    expect(silent(schema)).toEqual([]);
  });

  test.each(EVENT_TYPES)('have content by their schema, with texts and without: %s', async (type) => {
    const { $defs, properties } = await schemaOf(type);
    const valid = check({ ...properties.event, $defs });
    const { data } = SAMPLES[type].event;
    for (const content of [data, withoutTexts(data)]) {
      valid(content);
      expect(valid.errors).toBeNull();
    }
    for (const field of Object.keys(data)) {
      expect(valid({ ...data, [field]: undefined })).toBe(false);
      expect(valid({ ...data, [field]: { other: 1 } })).toBe(false);
    }
  });

  test('have data by the schema that each event names, all of it', async () => {
    const checks = new Map<string, ValidateFunction>();
    const { body: events } = await feed('first=100');
    expect(events).toHaveLength(53);
    for (const { type, dataschema, data } of events) {
      const path = new URL(dataschema).pathname;
      const valid = checks.get(path) ?? check(await (await get(path)).json());
      checks.set(path, valid);
      valid(JSON.parse(JSON.stringify(data)));
      expect([type, valid.errors]).toEqual([type, null]);
    }
    expect(checks.size).toBe(new Set(events.map(({ type }: { type: string }) => type)).size);
  });

  test('that are none have no schema, and the error names those that are', async () => {
    const response = await get('/v1/event-types/Nothing');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'NOT_FOUND',
      detail: expect.stringContaining('expected one of FrameworkPublished, FrameworkRevised,'),
    });
  });
});

describe('An event of an approach', () => {
  test('leads to the approach, in GraphQL, in the façade and in the feed', async () => {
    const { body: events } = await feed('first=100');
    const { approach, subject } = events.at(-1).data;
    expect(approach).toEqual({ id: expect.any(String), municipality: 'GM0935', slug: 'integrale-aanpak' });
    const wanted = { slug: 'integrale-aanpak' };
    expect(
      await server.ask('query ($id: ID!) { node(id: $id) { ... on Approach { slug } } }', {
        id: approach.id,
      }),
    ).toEqual({ node: wanted });
    expect(await (await get(`/v1/approaches/${approach.id}`)).json()).toMatchObject(wanted);
    const { body: own } = await feed(`first=100&approach=${approach.id}`);
    expect(own).toEqual(events.filter((event: { subject: string }) => event.subject !== 'framework-GGSR'));
    expect(own.length).toBeLessThan(events.length);
    expect(subject).toBeUndefined();
  });

  test('says so, and one of a framework says that it is of none', async () => {
    const { body } = await feed('types=FrameworkPublished');
    expect(body[0].data.approach).toBeNull();
  });
});

describe('A filter of types', () => {
  const both = ['FindingRecorded,AssessmentConcluded', 'nl.toetsspoor.finding-recorded,AssessmentConcluded'];

  test('takes either spelling in the feed', async () => {
    const [one, other] = await Promise.all(both.map((types) => feed(`first=100&types=${types}`)));
    expect(one?.body).toHaveLength(29);
    expect(other).toEqual(one);
  });

  test('takes either spelling in GraphQL', async () => {
    const QUERY = 'query ($types: [String!]) { events(first: 100, types: $types) { nodes { id } } }';
    const [one, other] = await Promise.all(
      both.map((types) =>
        server
          .as({ roles: ['auditor'] })
          .ask<{ events: { nodes: object[] } }>(QUERY, { types: types.split(',') }),
      ),
    );
    expect(one?.events.nodes).toHaveLength(29);
    expect(other).toEqual(one);
  });

  test('that names none says which there are, in the feed by the name of the parameter', async () => {
    const { status, body } = await feed('types=FindingRecorded,nl.toetsspoor.nothing');
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'BAD_USER_INPUT',
      detail: expect.stringMatching(
        /^types is "FindingRecorded,nl\.toetsspoor\.nothing": no type of event is "nl\.toetsspoor\.nothing"; expected types .* each one of FrameworkPublished, .*TextsLeftOut, .*nl\.toetsspoor\.finding-recorded$/,
      ),
      errors: [{ in: 'query', location: { name: 'types' } }],
    });
    expect(
      await server.as({ roles: ['auditor'] }).refusal('{ events(types: ["Nothing"]) { nodes { id } } }'),
    ).toMatch(/^BAD_USER_INPUT: "Nothing" is not a type of event; expected one of FrameworkPublished, /);
  });
});
