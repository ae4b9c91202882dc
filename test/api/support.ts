import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bounds } from '../../src/api/bounded-reads';
import { LOCAL_ISSUER, signLocalToken } from '../../src/api/local-issuer';
import type { SignedIn } from '../../src/api/principal';
import { ReadScope } from '../../src/api/read-scope';
import type { ReadSources } from '../../src/api/read-sources';
import type { TraceContext } from '../../src/api/trace-context';
import { importInto } from '../../src/cli/import-command';
import type { Config } from '../../src/config';
import type { Audience } from '../../src/domain/audience';
import { GGSR } from '../../src/domain/ggsr';
import { placesOf } from '../../src/factsheet/places';
import { openRegister, type Register } from '../../src/register';
import { serve } from '../../src/serve';
import { localKeyFileIn } from '../../src/token-rules';
import type { Built } from '../factsheet/builder';
import { ownLogIn } from '../support/kurrentdb';

const SAMPLES = join(__dirname, '../../samples');
export const SAMPLE_2013 = join(SAMPLES, 'maastricht-integrale-aanpak-2013.txt');
export const SAMPLE_2014 = join(SAMPLES, 'maastricht-integrale-aanpak-2014.txt');

/** A query on the approach of the samples. */
export const maastricht = (selection: string, asOf = ''): string =>
  `{ approach(municipality: "GM0935", slug: "integrale-aanpak"${asOf && `, asOf: { ${asOf} }`}) { ${selection} } }`;

/** An answer as it came over HTTP. */
export interface Answer<Data> {
  readonly status: number;
  readonly data: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** Somebody who asks. */
export interface TestClient {
  /** What its requests say of who sends them. */
  readonly headers: () => Promise<Record<string, string>>;
  /** The answer, whatever it is. */
  post<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer<Data>>;
  /** The data of an answer without errors. */
  ask<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /** The code and message of the one error of an answer. */
  refusal(query: string, variables?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The real server on a port of its own, over a log of its own; asked by itself, it is asked anonymously. */
export interface TestServer extends TestClient {
  readonly url: string;
  readonly register: Register;
  /** What the server told its operator of, and callers only saw as an internal error. */
  readonly internalErrors: readonly unknown[];
  /** What else it told its operator. */
  readonly notices: readonly string[];
  /** The traces that these belong to. */
  readonly tracesOfErrors: readonly (TraceContext | null)[];
  /** What it told its operator to look into. */
  readonly warnings: readonly { readonly message: string; readonly trace: TraceContext | null }[];
  /** Imports documents, and waits until they can be read. */
  import(...documents: readonly string[]): Promise<void>;
  /** Imports a new issue, published then or on a day that is not known, and waits until it can be read. */
  reissue(document: string, published?: string): Promise<void>;
  /** The same server, asked by somebody who is signed in. */
  as(principal: Somebody): TestClient;
  /** The same server, asked by an auditor wherever nobody else is named. */
  asAuditor(): TestServer;
  /** A token of somebody. */
  token(principal: Somebody): Promise<string>;
  readonly config: Config;
  close(): Promise<void>;
}

/** A server that reads the log of another one. */
export interface Replica extends TestClient {
  /** The same replica, asked by an auditor wherever nobody else is named. */
  asAuditor(): Replica;
  readonly url: string;
  readonly register: Register;
  /** Folder of its read models. */
  readonly dataDir: string;
  /** What was told of building the read models. */
  readonly progress: readonly number[];
  close(): Promise<void>;
}

/** Somebody who is signed in, as far as it matters. */
export type Somebody = Partial<SignedIn> & Pick<SignedIn, 'roles'>;

/** A log and read models of their own, in a folder of their own. */
export interface TestRegister {
  readonly config: Config;
  readonly register: Register;
  /** Imports documents: paths of factsheets, or their text. */
  import(...documents: readonly string[]): Promise<void>;
  reissue(document: string, published?: string): Promise<void>;
  dispose(): Promise<void>;
}

export function openTestRegister(changes: Partial<Config> = {}): TestRegister {
  const dataDir = mkdtempSync(join(tmpdir(), 'toetsspoor-api-'));
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    dataDir,
    ...ownLogIn(dataDir),
    copy: { from: null, to: null },
    maxLagSeconds: 10,
    contact: { name: 'Tester', email: 'tester@example.nl', url: 'https://example.nl' },
    ledgerName: null,
    ledgerKey: join(dataDir, 'ledger.key'),
    source: 'urn:nld:oin:00000001823288444000:systeem:toetsspoor',
    publicUrl: 'https://toetsspoor.example.nl',
    webhooksFile: null,
    issuers: [],
    audience: 'toetsspoor',
    clients: null,
    tokenTypes: ['at+jwt'],
    documentsFile: null,
    introspection: true,
    explorer: true,
    costPerMinute: 10_000_000,
    requestSeconds: 30,
    origins: [],
    trustedProxies: [],
    logLevel: 'silent',
    accessLog: null,
    processingActivityId: null,
    metrics: null,
    traceEndpoint: null,
    ...changes,
  };
  const register = openRegister(config);
  let written = 0;
  const toFile = (document: string): string => {
    if (!document.includes('\n')) return document;
    written += 1;
    const path = join(dataDir, `factsheet-${written}.txt`);
    writeFileSync(path, document);
    return path;
  };
  return {
    config,
    register,
    async import(...documents) {
      await importInto(register, documents.map(toFile), { partial: false, actor: 'tester' });
    },
    async reissue(document, published) {
      const options = { partial: false, reissue: true, actor: 'tester', ...(published && { published }) };
      await importInto(register, [toFile(document)], options);
    },
    async dispose() {
      await register.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** @param documents paths of factsheets, or their text */
export function startServer(...documents: readonly string[]): Promise<TestServer> {
  return startServerWith({}, ...documents);
}

/** A server that is configured otherwise than the usual. */
export async function startServerWith(
  changes: Partial<Config>,
  ...documents: readonly string[]
): Promise<TestServer> {
  const opened = openTestRegister(changes);
  const { register, config } = opened;
  const internalErrors: unknown[] = [];
  const tracesOfErrors: (TraceContext | null)[] = [];
  const notices: string[] = [];
  const warnings: TestServer['warnings'][number][] = [];
  await register.projector.prepare();
  if (documents.length > 0) await opened.import(...documents);
  const server = await serve(
    register,
    config,
    (error, trace) => {
      internalErrors.push(error);
      tracesOfErrors.push(trace);
    },
    () => {},
    (message) => notices.push(message),
    (message, trace) => warnings.push({ message, trace }),
  );
  await level(register);
  const token = (principal: Somebody) => tokenOf(config.dataDir, principal);
  const as = (principal: Somebody): TestClient => {
    let known: Promise<string> | undefined;
    return client(server.url, async () => {
      known ??= token(principal);
      return { authorization: `Bearer ${await known}` };
    });
  };
  const asked: TestServer = {
    ...client(server.url),
    url: server.url,
    config,
    register,
    internalErrors,
    notices,
    tracesOfErrors,
    warnings,
    async import(...wanted) {
      await opened.import(...wanted);
      await level(register);
    },
    async reissue(document, published) {
      await opened.reissue(document, published);
      await level(register);
    },
    as,
    asAuditor: () => ({ ...asked, ...as({ roles: ['auditor'] }) }),
    token,
    async close() {
      await server.close();
      await opened.dispose();
    },
  };
  return asked;
}

/** @param dataDir folder of its read models, which may be there already */
export async function startReplica(
  of: Config,
  dataDir = mkdtempSync(join(tmpdir(), 'toetsspoor-replica-')),
): Promise<Replica> {
  const config = { ...of, dataDir };
  const register = openRegister(config, 'read');
  const progress: number[] = [];
  const server = await serve(
    register,
    config,
    () => {},
    (events) => progress.push(events),
  );
  await level(register);
  // Made when it is first needed: the folder of its key may be gone before somebody who needs none is done.
  let token: Promise<string> | undefined;
  const asked: Replica = {
    ...client(server.url),
    asAuditor: () => ({
      ...asked,
      ...client(server.url, async () => {
        token ??= tokenOf(dataDir, { roles: ['auditor'] });
        return { authorization: `Bearer ${await token}` };
      }),
    }),
    url: server.url,
    register,
    dataDir,
    progress,
    async close() {
      await server.close();
      await register.close();
      rmSync(dataDir, { recursive: true });
    },
  };
  return asked;
}

function client(url: string, headers: () => Promise<Record<string, string>> = async () => ({})): TestClient {
  const post = async <Data>(query: string, variables = {}): Promise<Answer<Data>> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await headers()) },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer<Data>, 'status'>) };
  };
  return {
    headers,
    post,
    async ask<Data>(query: string, variables = {}) {
      const { status, data, errors } = await post<Data>(query, variables);
      if (errors !== undefined || status !== 200) throw new Error(`${status}: ${JSON.stringify(errors)}`);
      return data;
    },
    async refusal(query, variables = {}) {
      const { errors = [] } = await post(query, variables);
      return errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join('\n');
    },
  };
}

/** Somebody who is signed in, without any limits but those named. */
export function signedIn(principal: Somebody): SignedIn {
  return {
    kind: 'SIGNED_IN',
    subject: 'jansen',
    issuer: LOCAL_ISSUER,
    inspectorates: [],
    municipalities: null,
    frameworks: null,
    ...principal,
  };
}

/** A token of somebody, as `npm run token` gives it. */
export function tokenOf(dataDir: string, somebody: Somebody): Promise<string> {
  const { subject, roles, inspectorates, municipalities, frameworks } = signedIn(somebody);
  return signLocalToken(
    localKeyFileIn(dataDir),
    {
      sub: subject,
      roles,
      inspectorates,
      ...(municipalities && { municipalities }),
      ...(frameworks && { frameworks }),
    },
    { audience: 'toetsspoor', lifetime: 3600 },
  );
}

export async function level({ projector, store }: Register): Promise<void> {
  await projector.waitFor((await store.lastPosition()) ?? 0, 10_000);
  while (!projector.isLevel) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A factsheet as facts: every indicator met, but for those named; a note beside each of `notes`. */
export function facts({
  improve = [],
  notes = [],
  ...rest
}: Partial<Omit<Built, 'rows'>> & { improve?: readonly string[]; notes?: readonly string[] }): Built {
  return {
    municipality: 'Maastricht',
    approach: 'Gezinscoaching',
    year: 2013,
    families: 12,
    partners: ['MEE'],
    rows: placesOf(GGSR).map(({ code }) => ({
      indicators: [code],
      marks: [
        {
          verdict: improve.includes(code) ? 'IMPROVEMENT_NEEDED' : 'MET',
          narrative: `Hier is van ${code} te lezen.`,
          notes: notes.includes(code) ? ['Niet iedereen kent dit.'] : [],
        },
      ],
    })),
    ...rest,
  };
}

/** What a request to that server would read, without the server between. */
export function scopeOn({ register }: TestServer, audience: Audience, bounds?: Bounds): ReadScope {
  const { database, projector, store } = register;
  const sources: ReadSources = {
    database,
    position: () => projector.position,
    readStream: (stream, from) => store.readStream(stream, from),
    now: () => new Date(),
    grown: async () => true,
  };
  return new ReadScope(sources, audience, undefined, bounds);
}
