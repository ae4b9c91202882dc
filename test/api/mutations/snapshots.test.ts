import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { reachOf } from '../../../src/api/event-cursors';
import { SAMPLE_2013, startServer, type TestServer } from '../support';

/** What an answer says that it was read from, and what `registerApproach` says of it, by the name of the field. */
interface Answered {
  readonly status: number;
  readonly data: Readonly<
    Record<string, { readonly __typename: string; readonly snapshot?: string; readonly position?: string }>
  >;
  readonly extensions?: { readonly snapshot?: string };
}

const SELECTION = '{ __typename ... on CommandAnswer { snapshot position } }';
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

  it.each<[string, string, string, (name: string) => object]>([
    ['CommandRejected', 'registerApproach', 'RegisterApproachInput', command],
    ['CommandRejected', 'registerApproach', 'RegisterApproachInput', () => command('!')],
    [
      'RevisionConflict',
      'registerApproach',
      'RegisterApproachInput',
      (name) => ({ ...command(name), expectedRevision: 7 }),
    ],
    [
      'FactsheetNotRead',
      'importFactsheet',
      'ImportFactsheetInput',
      (name) => ({ commandId: randomUUID(), name, text: 'Er is vergaderd.' }),
    ],
    [
      'CommandRejected',
      'importFactsheet',
      'ImportFactsheetInput',
      (name) => ({ commandId: randomUUID(), name, text: 'x', reason: 'Geen nieuwe uitgave.' }),
    ],
  ])(
    'is a field of %s too, with the position that it was decided at: %s',
    async (type, field, input, ofName) => {
      const name = `Aanpak ${randomUUID()}`;
      const { data: written } = await post(REGISTER, { input: command(name) });
      const query = `mutation ($input: ${input}!) { ${field}(input: $input) ${SELECTION} }`;
      const { data, extensions } = await post(query, { input: ofName(name) });
      const { position, snapshot } = written.registerApproach ?? {};
      expect([data[field], extensions?.snapshot]).toEqual([
        { __typename: type, position, snapshot },
        snapshot,
      ]);
    },
  );

  it('holds what a command was refused for, also where that came while it was on its way', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `Tegelijk ${round}`;
      const answers = await Promise.all([1, 2, 3].map(() => post(REGISTER, { input: command(name) })));
      const [accepted, ...others] = answers
        .map(({ data }) => data.registerApproach)
        .toSorted((a, b) => (a?.__typename ?? '').localeCompare(b?.__typename ?? ''));
      expect([accepted, ...others].map((one) => one?.__typename)).toEqual([
        'ApproachRegistered',
        'CommandRejected',
        'CommandRejected',
      ]);
      for (const { position, snapshot } of others as { position: string; snapshot: string }[]) {
        expect(reachOf(position)).toBeGreaterThanOrEqual(reachOf(accepted?.position ?? ''));
        expect((await heldBy(snapshot)).slugs).toContain(`tegelijk-${round}`);
      }
    }
  });
});
