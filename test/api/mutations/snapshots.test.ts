import { randomUUID } from 'node:crypto';
import { SAMPLE_2013, startServer, type TestServer } from '../support';

/** What an answer says that it was read from, and what `registerApproach` says of it, by the name of the field. */
interface Answered {
  readonly status: number;
  readonly data: Readonly<
    Record<string, { readonly __typename: string; readonly snapshot?: string; readonly position?: string }>
  >;
  readonly extensions?: { readonly snapshot?: string };
}

const SELECTION = '{ __typename ... on CommandAccepted { snapshot position } }';
const REGISTER = `mutation ($input: RegisterApproachInput!) { registerApproach(input: $input) ${SELECTION} }`;
const TWO = `mutation ($first: RegisterApproachInput!, $second: RegisterApproachInput!) {
  first: registerApproach(input: $first) ${SELECTION}
  second: registerApproach(input: $second) ${SELECTION}
}`;

describe('The snapshot of an answer to a mutation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(() => server.close());

  const post = async (query: string, variables: object) =>
    (await server.as({ roles: ['admin'] }).post(query, { ...variables })) as unknown as Answered;
  const command = (name: string) => ({ commandId: randomUUID(), municipality: 'GM0363', name });
  /** How many events a snapshot holds, and the slugs of the approaches in it. */
  const heldBy = async (token: string | undefined) => {
    const response = await fetch(`${server.url}/graphql?snapshot=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await server.as({ roles: ['admin'] }).headers()) },
      body: JSON.stringify({ query: '{ snapshot { events } approaches { nodes { slug } } }' }),
    });
    const { data } = (await response.json()) as {
      data: { snapshot: { events: number }; approaches: { nodes: { slug: string }[] } };
    };
    return { events: data.snapshot.events, slugs: data.approaches.nodes.map(({ slug }) => slug) };
  };

  it('holds what was written', async () => {
    const { data, extensions } = await post(REGISTER, { input: command('Samen Doen') });
    expect(extensions?.snapshot).toBe(data.registerApproach?.snapshot);
    expect((await heldBy(extensions?.snapshot)).slugs).toContain('samen-doen');
  });

  it('is that of the first answer where the command is sent again', async () => {
    const input = command('Samen Sterk');
    const first = await post(REGISTER, { input });
    await post(REGISTER, { input: command('Samen Verder') });
    expect(await post(REGISTER, { input })).toEqual(first);
  });

  it('holds all that one request has written, also where its last command was sent before', async () => {
    const before = command('Eerder');
    const { data: known } = await post(REGISTER, { input: before });
    const { data, extensions } = await post(TWO, { first: command('Later'), second: before });
    expect(data.second).toEqual(known.registerApproach);
    expect(extensions?.snapshot).toBe(data.first?.snapshot);
    expect((await heldBy(extensions?.snapshot)).slugs).toEqual(expect.arrayContaining(['eerder', 'later']));
  });

  it('is what the register held where nothing was written', async () => {
    const { events } = await heldBy((await post(REGISTER, { input: command('Weer') })).extensions?.snapshot);
    const { data, extensions } = await post(REGISTER, { input: command('Weer') });
    expect(data.registerApproach?.__typename).toBe('CommandRejected');
    expect((await heldBy(extensions?.snapshot)).events).toBe(events);
  });
});
