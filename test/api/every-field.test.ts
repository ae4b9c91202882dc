import { buildApiSchema } from '../../src/api/schema';
import { askedFields, fieldsOfQueries } from '../support/asked-fields';
import { EVERY_FIELD } from '../support/every-field';
import { SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

describe('Every field', () => {
  let server: TestServer;
  beforeAll(async () => {
    const started = await startServer(SAMPLE_2013, SAMPLE_2014);
    server = { ...started, ...started.as({ roles: ['admin'] }) };
  });
  afterAll(() => server.close());

  it('is asked for here', () => {
    const schema = buildApiSchema();
    const asked = askedFields(schema, EVERY_FIELD);
    // What mutations answer beside it is asked for where they are tested.
    expect(fieldsOfQueries(schema).filter((field) => !asked.has(field))).toEqual([]);
  });

  it('answers', async () => {
    const ids = await server.ask<{ approaches: Nodes; improvementPoints: Nodes }>(
      '{ approaches { nodes { id } } improvementPoints { nodes { id } } }',
    );
    const variables = { id: ids.approaches.nodes[0]?.id, point: ids.improvementPoints.nodes[0]?.id };
    const data = await server.ask<Readonly<Record<string, unknown>>>(EVERY_FIELD, variables);
    expect(data).toMatchObject({
      framework: { code: 'GGSR', version: 1, themes: { length: 5 } },
      frameworks: [{ code: 'GGSR' }],
      snapshot: { events: 53, recordedAt: expect.stringMatching(/Z$/) },
      municipality: {
        code: 'GM0612',
        name: 'Spijkenisse',
        validUntil: '2015-01-01',
        successor: { code: 'GM1930', name: 'Nissewaard', validFrom: '2015-01-01', validUntil: null },
      },
      approaches: { edges: [{ node: { slug: 'integrale-aanpak' } }], pageInfo: { hasNextPage: false } },
      trend: { length: 13 },
      events: {
        nodes: [
          {
            type: 'FrameworkPublished',
            stream: 'framework-GGSR',
            revision: 0,
            schemaVersion: expect.any(Number),
            recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            actor: 'tester',
            causationId: null,
            source: null,
          },
        ],
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      },
      node: { __typename: 'Approach', id: variables.id, slug: 'integrale-aanpak' },
      point: { __typename: 'ImprovementPoint', id: variables.point },
      approach: {
        id: variables.id,
        municipality: { code: 'GM0935', name: 'Maastricht' },
        improvementPoints: [{ id: variables.point }],
        history: { edges: [{ node: { type: 'FactsheetImported', data: { kind: 'BASELINE' } } }, {}] },
      },
    });
    expect(server.internalErrors).toEqual([]);
  });
});

interface Nodes {
  readonly nodes: readonly { readonly id: string }[];
}
