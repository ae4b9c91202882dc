import type { FastifyRequest } from 'fastify';
import type { RecordedEvent } from '../../domain/events';
import { eventLines } from '../../export/event-lines';
import { tableLines, tablePoint } from '../../export/table-lines';
import { TABLES, type Table } from '../../export/tables';
import { refusalBy } from '../access';
import { Deadline } from '../deadline';
import { userError } from '../errors';
import { EXPORT_POLICIES, type ExportName } from '../policies';
import { COST_OF_ASKING, type RateLimit } from '../rate-limit';
import { LedgerScope, RECORD_WAIT_MS, type SignedLog } from '../signed-log';
import type { Snapshot } from '../snapshots';
import { CLOCKS, SNAPSHOT, type Values } from './parameters';
import { NOT_READY, problemOfError } from './problem';
import { addressOf, type Representation, type Resource, type ScopeOf } from './resource';
import { reference } from './schema-of-query';

export interface ExportSources {
  readonly scopeOf: ScopeOf;
  readonly signedLog: SignedLog;
  readonly rate: RateLimit;
  /** All events of the log, in pages. */
  readonly readLog: () => AsyncIterable<readonly RecordedEvent[]>;
  /** How long a step of an export may take, in seconds: one page. */
  readonly stepSeconds: number;
  readonly isReady: () => boolean;
  /** Where this register is reached from outside. */
  readonly publicUrl: string;
}

/** An export as the list of them has it. */
interface Export {
  readonly name: ExportName;
  readonly type: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
}

const TABLE_DESCRIPTION =
  'As CSV (RFC 4180) in UTF-8 with a byte order mark, its columns in the first line; the last three say from which point it was read. In order of municipality code and approach, of all that is there for who asks.';

const EXPORTS: readonly Export[] = [
  {
    name: 'verdicts',
    type: 'text/csv',
    operationId: 'getVerdictsExport',
    summary: 'The verdict that stands for each indicator of each approach',
    description: TABLE_DESCRIPTION,
  },
  {
    name: 'developments',
    type: 'text/csv',
    operationId: 'getDevelopmentsExport',
    summary: 'What became of each indicator from one assessed year to the next',
    description: TABLE_DESCRIPTION,
  },
  {
    name: 'attention-points',
    type: 'text/csv',
    operationId: 'getAttentionPointsExport',
    summary: 'The attention points beside the findings that count',
    description: TABLE_DESCRIPTION,
  },
  {
    name: 'checkpoint',
    type: 'text/plain',
    operationId: 'getCheckpointExport',
    summary: 'What is signed of the log, over exactly the events of the snapshot',
    description:
      'A signed note (https://c2sp.org/tlog-checkpoint). The events of the same snapshot can be checked against it by `tools/verify.mjs`.',
  },
  {
    name: 'events',
    type: 'application/x-ndjson',
    operationId: 'getEventsExport',
    summary: 'The whole log: every event, one a line, each with the hash that the ledger recorded of it',
    description:
      'From the first event to the last of the snapshot, with all that not everybody may see: for auditors and administrators. `toetsspoor import` makes the same register of it.',
  },
];

/** `/exports`, and each export below it. */
export function exportResources(sources: ExportSources): Resource[] {
  return [listOfExports(sources), ...EXPORTS.map((one) => exportResource(one, sources))];
}

function listOfExports(sources: ExportSources): Resource {
  return {
    path: '/exports',
    operationId: 'getExports',
    summary: 'What can be downloaded whole',
    description:
      'The exports that who asks may have. Their addresses name one snapshot, so that those that are downloaded together belong together.',
    tag: 'exports',
    needsToken: false,
    parameters: [SNAPSHOT],
    type: 'application/json',
    schema: {
      type: 'object',
      required: ['results'],
      properties: { results: { type: 'array', items: reference('Export') } },
    },
    components: {
      Export: {
        type: 'object',
        required: ['name', 'summary', 'mediaType', 'address'],
        properties: {
          name: { type: 'string', enum: EXPORTS.map(({ name }) => name) },
          summary: { type: 'string', description: 'What is in it.' },
          mediaType: { type: 'string', description: 'What it comes as.', examples: ['text/csv'] },
          address: {
            type: 'string',
            description: 'Where it is to be had, from the snapshot of this answer.',
            examples: ['/v1/exports/verdicts?snapshot=MSBlbXB0eQ'],
          },
        },
      },
    },
    async answer({ snapshot }, request) {
      const refused = refusal(request, sources);
      if (refused !== null) return refused;
      const { token } = await (await sources.scopeOf(request, snapshot)).snapshotAt();
      const path = request.url.split('?')[0] ?? '';
      const results = EXPORTS.filter(({ name }) => refusalOf(name, request) === null).map(
        ({ name, summary, type }) => ({
          ...{ name, summary, mediaType: type },
          address: addressOf(sources.publicUrl, { url: `${path}/${name}` }, { snapshot: token }),
        }),
      );
      return { body: JSON.stringify({ results }), next: null, snapshot: token };
    },
  };
}

function exportResource(one: Export, sources: ExportSources): Resource {
  const { name, type, operationId, summary, description } = one;
  const isTable = (TABLES as readonly string[]).includes(name);
  return {
    ...{ operationId, summary, description, type },
    path: `/exports/${name}`,
    tag: 'exports',
    needsToken: EXPORT_POLICIES[name] !== 'EVERYBODY',
    isDownload: name !== 'checkpoint',
    parameters: isTable ? [...CLOCKS, SNAPSHOT] : [SNAPSHOT],
    schema: { type: 'string' },
    components: {},
    async answer(values, request) {
      const forbidden = refusalOf(name, request);
      if (forbidden !== null) return { problem: problemOfError(forbidden.toJSON()) };
      const refused = refusal(request, sources);
      if (refused !== null) return refused;
      if (name === 'checkpoint') return checkpoint(values, request, sources);
      if (name === 'events') return events(values, request, sources);
      return table(name, values, request, sources);
    },
  };
}

function refusalOf(name: ExportName, { principal }: FastifyRequest) {
  return refusalBy(EXPORT_POLICIES[name], `the export of ${name}`, principal);
}

/** Why a request that is allowed is not answered now; null where it is. */
function refusal(request: FastifyRequest, { rate, isReady }: ExportSources): Representation | null {
  rate.charge(request, COST_OF_ASKING);
  return isReady() ? null : { problem: NOT_READY };
}

async function table(
  name: Table,
  { snapshot, ...values }: Values,
  request: FastifyRequest,
  { scopeOf, stepSeconds }: ExportSources,
): Promise<Representation> {
  const text = (value: Values[string]) => (value === undefined ? undefined : String(value));
  // What is long is the whole; each page of it is as any request.
  let deadline = new Deadline(stepSeconds);
  const scope = await scopeOf(request, snapshot, () => deadline.check());
  const point = await tablePoint(
    {
      reference: text(values.reference),
      publishedBy: text(values.publishedBy),
      recordedBy: text(values.recordedBy),
    },
    scope,
  );
  const read = await scope.snapshotAt();
  const anew = () => {
    deadline = new Deadline(stepSeconds);
  };
  return {
    chunks: eachAfter(tableLines(name, point, scope), anew),
    fileName: fileName(name, 'csv', read),
    snapshot: read.token,
  };
}

/** The chunks; `before` is called before each is made. */
async function* eachAfter(chunks: AsyncGenerator<string>, before: () => void): AsyncGenerator<string> {
  before();
  for await (const chunk of chunks) {
    yield chunk;
    before();
  }
}

async function events(
  { snapshot }: Values,
  request: FastifyRequest,
  { scopeOf, readLog, signedLog }: ExportSources,
): Promise<Representation> {
  const { ledger, follower } = signedLog;
  const scope = await scopeOf(request, snapshot);
  const { upTo } = scope;
  // A ledger that the log no longer fits is exported with it: then the export shows where.
  if (!(await follower.waitFor(upTo, RECORD_WAIT_MS)) && follower.failure === undefined) {
    throw userError('the ledger is still recording the log; try again shortly', 'NOT_READY');
  }
  const read = await scope.snapshotAt();
  return {
    chunks: eventLines(readLog(), ledger, upTo),
    fileName: fileName('events', 'ndjson', read),
    snapshot: read.token,
  };
}

async function checkpoint(
  { snapshot }: Values,
  request: FastifyRequest,
  { scopeOf, signedLog }: ExportSources,
): Promise<Representation> {
  const scope = await scopeOf(request, snapshot);
  const { note } = await new LedgerScope(signedLog, scope).checkpoint();
  return { body: note, next: null, snapshot: (await scope.snapshotAt()).token };
}

/** Such as `toetsspoor-verdicts-20260131T120000Z.csv`: when the last event was recorded that is in it. */
function fileName(name: ExportName, extension: string, { recordedAt }: Snapshot): string {
  const instant = recordedAt === null ? '' : `-${recordedAt.replaceAll(/[-:]|\.\d+/g, '')}`;
  return `toetsspoor-${name}${instant}.${extension}`;
}
