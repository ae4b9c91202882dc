import { isDeepStrictEqual } from 'node:util';
import { alternately, type Figure } from './figures';
import { ask, requestsPerSecond } from './load';
import { memory } from './log-figures';
import { ourServer, type Server } from './processes';
import { type ApproachName, freshTrends, LIST, namesPage, oneApproach, Questions, TREND } from './queries';
import type { Size } from './size';

interface Verdicts {
  readonly approach: { readonly verdicts: readonly unknown[] } | null;
}

/** The names of all approaches that a server of ours holds. */
export async function approachNames({ url }: Server): Promise<ApproachName[]> {
  interface Names {
    readonly approaches: {
      readonly nodes: readonly { readonly slug: string; readonly municipality: { readonly code: string } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  }
  const names: ApproachName[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Names['approaches'] = (await ask<Names>(url, namesPage(after))).data
      .approaches;
    names.push(...nodes.map(({ slug, municipality }) => ({ municipality: municipality.code, slug })));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return names;
}

/**
 * Figures of two servers mean something only where both do the same work.
 * @returns the median size of an answer, in bytes
 * @throws where they differ, or an answer holds less than the figures speak of
 */
export async function assertSameAnswers(
  ours: Server,
  stock: Server,
  approaches: readonly ApproachName[],
): Promise<number> {
  const step = Math.max(1, Math.floor(approaches.length / 50));
  const sizes: number[] = [];
  for (const approach of approaches.filter((_, index) => index % step === 0)) {
    const question = oneApproach(approach);
    const [one, other] = [await ask<Verdicts>(ours.url, question), await ask<Verdicts>(stock.url, question)];
    const { municipality, slug } = approach;
    if (!isDeepStrictEqual(one.data, other.data)) {
      throw new Error(`the stock peer answers otherwise about ${municipality}/${slug}`);
    }
    const verdicts = one.data.approach?.verdicts.length ?? 0;
    // The framework asks 30 or 31, by version; where a finding was withdrawn, an indicator may have none.
    if (verdicts < 25) throw new Error(`${municipality}/${slug} has only ${verdicts} verdicts`);
    sizes.push(Buffer.byteLength(one.text));
  }
  return sizes.toSorted((a, b) => a - b)[sizes.length >> 1] ?? 0;
}

/** The query for one approach, each time another one. */
export async function approachFigures(
  servers: { readonly all: Server; readonly ten: Server; readonly stock: Server },
  names: { readonly all: readonly ApproachName[]; readonly ten: readonly ApproachName[] },
  points: { readonly publishedBy: string; readonly recordedBy: string; readonly reference: string },
  { rounds, seconds, warmSeconds }: Size,
): Promise<Figure[]> {
  const all = new Questions(names.all);
  const ten = new Questions(names.ten);
  const { publishedBy, recordedBy, reference } = points;
  const variants = (duration: number) => ({
    all: () => requestsPerSecond(servers.all, all.fresh, duration),
    ten: () => requestsPerSecond(servers.ten, ten.fresh, duration),
    stock: () => requestsPerSecond(servers.stock, all.fresh, duration),
    publishedBy: () => requestsPerSecond(servers.all, all.asOf({ publishedBy }), duration),
    recordedBy: () => requestsPerSecond(servers.all, all.asOf({ recordedBy }), duration),
    reference: () => requestsPerSecond(servers.all, all.asOf({ reference }), duration),
    newDocument: () => requestsPerSecond(servers.all, all.newDocument, duration),
    stockNewDocument: () => requestsPerSecond(servers.stock, all.newDocument, duration),
    plain: () => requestsPerSecond(servers.all, all.plain, duration),
  });
  await alternately(1, variants(warmSeconds));
  const rate = await alternately(rounds, variants(seconds));

  const share = { unit: '/s', ratio: 'share' } as const;
  const slowness = { unit: '/s', ratio: 'slowness' } as const;
  const current = { ...slowness, limitName: 'the current one', limit: rate.all, wanted: { most: 1.5 } };
  return [
    {
      name: 'one approach among all',
      ours: rate.all,
      ...slowness,
      limitName: 'among ten',
      limit: rate.ten,
      wanted: { most: 1.3 },
    },
    {
      name: 'one approach, against stock',
      ours: rate.all,
      ...share,
      limitName: 'stock peer',
      limit: rate.stock,
      wanted: { least: 3 },
    },
    { name: 'one approach, publishedBy', ours: rate.publishedBy, ...current },
    { name: 'one approach, recordedBy', ours: rate.recordedBy, ...current },
    { name: 'one approach, reference', ours: rate.reference, ...current },
    {
      name: 'one approach, document never seen',
      ours: rate.newDocument,
      ...share,
      limitName: 'stock peer',
      limit: rate.stockNewDocument,
      wanted: null,
    },
    {
      name: 'one approach, answers may be kept',
      ours: rate.plain,
      ...share,
      limitName: 'stock peer',
      limit: rate.stock,
      wanted: null,
    },
  ];
}

/** A question that is asked again and again, beside Fastify that sends the same bytes. */
export async function repeatedFigures(
  ours: Server,
  bare: Server,
  { rounds, seconds, warmSeconds }: Size,
): Promise<Figure[]> {
  const fresh = freshTrends();
  const variants = (duration: number) => ({
    trend: () => requestsPerSecond(ours, TREND, duration),
    fresh: () => requestsPerSecond(ours, fresh, duration),
    bareTrend: () => requestsPerSecond(bare, TREND, duration),
    list: () => requestsPerSecond(ours, LIST, duration),
    bareList: () => requestsPerSecond(bare, LIST, duration),
  });
  await alternately(1, variants(warmSeconds));
  const rate = await alternately(rounds, variants(seconds));
  const beside = { unit: '/s', ratio: 'share', limitName: 'bare Fastify', wanted: { least: 0.7 } } as const;
  return [
    { name: 'repeated trend by theme', ours: rate.trend, limit: rate.bareTrend, ...beside },
    { name: 'repeated list of 50 approaches', ours: rate.list, limit: rate.bareList, ...beside },
    { name: 'trend by theme, none kept', ours: rate.fresh, limit: rate.bareTrend, ...beside, wanted: null },
  ];
}

/** What the bare peer sends: our own answers. */
export async function recordAnswers({ url }: Server): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const body of [TREND, LIST]) answers[body] = (await ask(url, body)).text;
  return answers;
}

/** What the server held at most, after all that was asked of it. */
export function serverMemory(server: Server, stock: Server): Figure[] {
  return [
    memory('server, peak memory after the load', [server.peakMb()], { most: 1 }),
    memory('stock peer, peak memory', [stock.peakMb()]),
  ];
}

/** From the start of the process to the first answer, with the read models there. */
export async function startFigures(
  dataDir: string,
  { rounds }: Size,
  first: ApproachName,
): Promise<Figure[]> {
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const server = await ourServer(dataDir, oneApproach(first));
    ours.push(server.firstAnswerMs);
    await server.stop();
  }
  return [
    {
      name: 'first answer after start',
      unit: 'ms',
      ours,
      limitName: 'a fixed number',
      limit: [1000],
      ratio: 'share',
      wanted: { most: 1 },
    },
  ];
}
