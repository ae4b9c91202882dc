import * as fc from 'fast-check';
import { lastDay } from '../../src/domain/edtf';
import type { RecordedEvent } from '../../src/domain/events';
import { withoutPoints } from '../support/node-ids';
import { questionsOf, questionsOfNow, textOf, tokenIn } from '../support/questions';
import { randomHistory } from '../support/random-history';
import { appendAll } from '../support/temporary-log';
import { level, startServer, type TestServer } from './support';

const QUESTIONS = questionsOf('KADER');
const [ABOUT_APPROACH = ''] = QUESTIONS;
const APPROACHES = ['integrale-aanpak', 'achter-de-voordeur'];
const PUBLISHED = ['2013-12-31', '2014-05', '2016-06~'];
const REFERENCES = ['2011', '2014-06'];

const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** A moment in the growth of a log: what was asked then, and where it stood. */
interface Moment {
  readonly token: string;
  /** When the last event of then was recorded. */
  readonly instant: string;
  readonly answers: ReadonlyMap<string, string>;
}

type Variables = Readonly<Record<string, unknown>>;
type Data = Readonly<Record<string, unknown>>;

/** The laws of reading from a point, on the real server over real HTTP, for logs as they come. */
describe('For every log, read over HTTP', () => {
  afterEach(() => {
    jest.useRealTimers();
  });
  const law = (check: (server: TestServer, moments: readonly Moment[]) => Promise<void>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        randomHistory,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
        async ({ log }, cuts) => {
          const server = (await startServer()).asAuditor();
          try {
            const moments: Moment[] = [];
            for (const part of partsOf(log, cuts)) {
              await appendAll(server.register.store, part);
              await level(server.register);
              moments.push(await momentOf(server));
            }
            await check(server, moments);
            expect(server.internalErrors).toEqual([]);
          } finally {
            await server.close();
          }
        },
      ),
      { numRuns: 3 },
    );

  it('a snapshot gives each answer again byte by byte, whatever was added since', () =>
    law(async (server, moments) => {
      for (const { token, answers } of moments) {
        for (const [asked, answer] of answers) {
          const [query, variables] = JSON.parse(asked);
          expect(await textOf(server, query, variables, { snapshot: token })).toBe(answer);
        }
      }
    }));

  it('what was known by an instant, or in a snapshot, is never changed by what was recorded later', () => {
    // A clock that stands still: what is recorded later is told apart all the same.
    jest.useFakeTimers({ now: new Date(), doNotFake: [...TIMERS] });
    return law(async (server, moments) => {
      for (const { token, instant, answers } of moments) {
        for (const [asked, answer] of answers) {
          const [query, { asOf, ...variables }] = JSON.parse(asked);
          if (!QUESTIONS.includes(query)) continue;
          for (const recorded of [{ recordedBy: instant }, { snapshot: token }]) {
            expect(await answerTo(server, query, { ...variables, asOf: { ...asOf, ...recorded } })).toEqual(
              saidIn(answer),
            );
          }
        }
      }
    });
  });

  it('as of now is what stands now', () =>
    law(async (server, moments) => {
      const { token } = moments.at(-1) ?? { token: '' };
      for (const query of QUESTIONS) {
        const now = await answerTo(server, query, { slug: APPROACHES[0] });
        for (const asOf of [{ recordedBy: new Date().toISOString() }, { snapshot: token }, {}]) {
          expect(await answerTo(server, query, { slug: APPROACHES[0], asOf })).toEqual(now);
        }
      }
    }));

  it('nothing that was published later is shown, and all that is nested is of one point', () =>
    law(async (server) => {
      const all = await eventsOf(server);
      for (const slug of APPROACHES) {
        for (const publishedBy of PUBLISHED) {
          const { approach } = await dataOf<Answer>(server, ABOUT_APPROACH, { slug, asOf: { publishedBy } });
          if (approach === null) continue;
          const isPublic = (date: string | null | undefined) =>
            date != null && lastDay(date) <= lastDay(publishedBy);
          for (const { publishedOn } of approach.assessments) expect(isPublic(publishedOn)).toBe(true);

          const shown = new Set(approach.history.edges.map(({ node }) => node.id));
          for (const { id, type, data, recordedAt } of all.filter((event) => shown.has(event.id))) {
            if (!('publishedOn' in data)) continue;
            const isCorrection = type === 'FindingCorrected' || type === 'FindingWithdrawn';
            const since = data.publishedOn ?? (isCorrection ? recordedAt.slice(0, 10) : null);
            expect([id, type, since, isPublic(since)]).toEqual([id, type, since, true]);
          }
          const findings = new Set(approach.assessments.flatMap((one) => one.findings.map(({ id }) => id)));
          const after = approach.development.rows.flatMap((row) => row.after ?? []);
          for (const verdict of [...approach.verdicts, ...after]) {
            for (const { id } of verdict.findings) expect(findings).toContain(id);
            for (const { id } of verdict.explanation) expect(shown).toContain(id);
          }
          for (const { finding, followUps } of approach.improvementPoints) {
            expect(findings).toContain(finding.id);
            for (const { id } of followUps.flatMap((followUp) => followUp.findings))
              expect(findings).toContain(id);
          }
        }
      }
    }));
});

interface Answer {
  readonly approach: null | {
    readonly assessments: readonly { publishedOn: string | null; findings: { id: string }[] }[];
    readonly verdicts: readonly VerdictRow[];
    readonly development: { readonly rows: readonly { after: VerdictRow | null }[] };
    readonly improvementPoints: readonly {
      finding: { id: string };
      followUps: { findings: { id: string }[] }[];
    }[];
    readonly history: { readonly edges: readonly { node: { id: string } }[] };
  };
}
type Published = object & { readonly publishedOn?: string | null };
interface VerdictRow {
  readonly findings: { id: string }[];
  readonly explanation: { id: string }[];
}

function partsOf(log: readonly RecordedEvent[], cuts: readonly number[]): RecordedEvent[][] {
  const ends = [...cuts.map((cut) => Math.round(cut * log.length)), log.length].sort((a, b) => a - b);
  return ends.map((end, index) => log.slice(ends[index - 1] ?? 0, end));
}

async function momentOf(server: TestServer): Promise<Moment> {
  const answers = new Map<string, string>();
  const ask = async (query: string, variables: Variables): Promise<string> => {
    const text = await textOf(server, query, variables);
    answers.set(JSON.stringify([query, variables]), text);
    return text;
  };
  const now = await ask('{ snapshot { token events position recordedAt } }', {});
  const token = tokenIn(now);
  const { recordedAt } = JSON.parse(now).data.snapshot;
  for (const query of questionsOfNow('KADER').filter((one) => !/\$/.test(one))) await ask(query, {});
  for (const slug of APPROACHES) await ask(ABOUT_APPROACH, { slug });
  for (const query of QUESTIONS.slice(1)) await ask(query, {});
  for (const asOf of [
    ...PUBLISHED.map((publishedBy) => ({ publishedBy })),
    ...REFERENCES.map((reference) => ({ reference })),
  ]) {
    for (const query of QUESTIONS) await ask(query, { asOf, slug: APPROACHES[0] });
  }
  const instant = recordedAt ?? '1970-01-01T00:00:00.000Z';
  return { token, instant, answers };
}

/** What is told, or why it is refused: a framework that is not there at that point is. In ids the points differ. */
const saidIn = (text: string): unknown => {
  const { data, errors } = JSON.parse(text);
  return withoutPoints({ data, errors });
};

async function answerTo(server: TestServer, query: string, variables: Variables): Promise<unknown> {
  return saidIn(await textOf(server, query, variables));
}

async function dataOf<T = Data>(server: TestServer, query: string, variables: Variables): Promise<T> {
  const { data, errors } = JSON.parse(await textOf(server, query, variables));
  expect(errors).toBeUndefined();
  return data;
}

async function eventsOf(server: TestServer) {
  const events: { id: string; type: string; recordedAt: string; data: Published }[] = [];
  for await (const page of server.register.store.readAll()) {
    for (const { id, type, data, metadata } of page) {
      events.push({ id, type, data, recordedAt: metadata.recordedAt });
    }
  }
  return events;
}
