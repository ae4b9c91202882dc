import { randomUUID } from 'node:crypto';
import { buildApiSchema } from '../../../src/api/schema';
import type { EventType } from '../../../src/domain/events';
import { APPROACH } from '../../support/events';
import { KADER } from '../../support/frameworks';
import { type Answer, startServer, type TestClient, type TestServer } from '../support';

/** What a mutation answers, whatever it is; of what was written, the fields that were selected. */
export interface CommandAnswer {
  readonly __typename: string;
  readonly commandId?: string;
  readonly events?: readonly {
    readonly id: string;
    readonly type: EventType;
    readonly revision: number;
    readonly actor: string;
    readonly correlationId: string;
  }[];
  readonly position?: string;
  readonly revision?: number;
  readonly snapshot?: string;
  readonly reason?: string;
  readonly field?: string | null;
  readonly message?: string;
  readonly accepted?: string;
  readonly expectedRevision?: number | null;
  readonly currentRevision?: number;
  // biome-ignore lint/suspicious/noExplicitAny: what was written differs by mutation, and each test knows what it asked for
  readonly [thing: string]: any;
}

const schema = buildApiSchema();
export const MUTATIONS = Object.keys(schema.getMutationType()?.getFields() ?? {});
export type Input = Readonly<Record<string, unknown>>;

/** The document of a mutation; `selection` is what it shows of what was written. */
export function documentOf(mutation: string, selection = ''): string {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const accepted = schema.getType(`${name}Result`);
  const types = accepted !== undefined && 'getTypes' in accepted ? accepted.getTypes() : [];
  const own = types.find((type) => type.getInterfaces().some(({ name: is }) => is === 'CommandAccepted'));
  return `mutation ($input: ${name}Input!) { ${mutation}(input: $input) {
    __typename
    ... on CommandAnswer { position snapshot }
    ... on CommandAccepted { commandId revision events { id type stream revision actor correlationId } }
    ... on CommandProblem { message }
    ... on CommandRejected { reason field accepted line }
    ... on RevisionConflict { expectedRevision currentRevision }
    ${selection === '' ? '' : `... on ${own?.name} { ${selection} }`}
  } }`;
}

/** Sends mutations as one client does, each with a command id of its own unless one is given. */
export class Sender {
  readonly #client: Pick<TestClient, 'post'>;

  constructor(client: Pick<TestClient, 'post'>) {
    this.#client = client;
  }

  /** The whole answer, errors included. */
  post(
    mutation: string,
    input: Input,
    selection = '',
  ): Promise<Answer<Readonly<Record<string, CommandAnswer>>>> {
    const variables = { input: { commandId: randomUUID(), ...input } };
    return this.#client.post(documentOf(mutation, selection), variables);
  }

  /** What the mutation answers, as data. */
  async send(mutation: string, input: Input, selection = ''): Promise<CommandAnswer> {
    const { status, data, errors } = await this.post(mutation, input, selection);
    const answer = data?.[mutation];
    if (errors !== undefined || status !== 200 || answer === undefined)
      throw new Error(`${status}: ${JSON.stringify(errors)}`);
    return answer;
  }

  /** What an accepted mutation answers. */
  async accepted(mutation: string, input: Input, selection = ''): Promise<CommandAnswer> {
    const answer = await this.send(mutation, input, selection);
    if (answer.message !== undefined) throw new Error(JSON.stringify(answer));
    return answer;
  }
}

/** The framework KADER as it is published by a mutation. */
export const { version: _, ...PUBLISH_KADER } = KADER;

export const STJ = 'Samenwerkend Toezicht Jeugd';
export const IGJ = 'Inspectie Gezondheidszorg en Jeugd';

/** An assessment to be opened, where nothing else is said. */
export const opening = (changes: Input = {}): Input => ({
  framework: 'KADER',
  frameworkVersion: 1,
  kind: 'BASELINE',
  year: 2013,
  assessor: STJ,
  ...changes,
});

/** A server that holds KADER and the approach of Maastricht, and those who write there. */
export interface WritableServer {
  readonly server: TestServer;
  readonly stj: TestClient;
  readonly igj: TestClient;
  readonly admin: TestClient;
}

export async function startWritable(): Promise<WritableServer> {
  const server = await startServer();
  const inspectorOf = (inspectorate: string): TestClient =>
    server.as({ roles: ['inspector'], inspectorates: [inspectorate] });
  const admin = server.as({ roles: ['admin'] });
  const sender = new Sender(admin);
  await sender.accepted('publishFramework', PUBLISH_KADER);
  await sender.accepted('registerApproach', {
    municipality: APPROACH.municipality,
    name: 'Integrale aanpak',
  });
  return { server, stj: inspectorOf(STJ), igj: inspectorOf(IGJ), admin };
}
