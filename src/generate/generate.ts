import { type Decided, decide } from '../domain/approach';
import { FrameworkLine } from '../domain/framework';
import { type ApproachHistory, emptyHistory, evolve } from '../domain/history';
import { existedIn, MUNICIPALITIES, type Municipality } from '../domain/municipalities';
import { approachStream, slugOf } from '../domain/streams';
import type { EventStore } from '../event-store/event-store';
import { appendDecided, handleFrameworkCommand, stableId } from '../handle-command';
import { Random } from './random';
import { type SyntheticApproach, SyntheticAssessment } from './synthetic-assessment';
import { EQUIVALENTS, REVISED, SYNTHETIC } from './synthetic-framework';

/** What to generate; the same for the same figures and seed. */
export interface GenerateOptions {
  readonly municipalities: number;
  /** Approaches in each municipality. */
  readonly approaches: number;
  /** First and last reference year. */
  readonly years: { readonly from: number; readonly to: number };
  readonly seed: string;
}

const ACTOR = 'system:generate';
/** Appends that may be under way together: enough to share the log's writes to disk. */
const MAX_APPENDS_UNDER_WAY = 256;
/** Of so many municipalities one was merged, at least. */
const MERGED_ONE_IN = 20;

/**
 * Fills an empty log with a clearly synthetic national set, through the deciders that everything else goes
 * through: baselines and follow-ups in turn, corrections and withdrawals, merged municipalities, and a
 * revision of the framework in the middle.
 * @returns the number of events
 */
export async function generate(
  store: EventStore,
  options: GenerateOptions,
  onProgress: (events: number) => void = () => {},
): Promise<number> {
  const { from, to } = options.years;
  const random = new Random(options.seed);
  const context = (key: string) => ({
    actor: ACTOR,
    correlationId: stableId(key, 'command'),
    key: `${options.seed}/${key}`,
    document: null,
  });
  const line = new FrameworkLine().add(SYNTHETIC, []);
  let events = (
    await handleFrameworkCommand(
      store,
      { type: 'PublishFramework', framework: SYNTHETIC },
      context('framework 1'),
    )
  ).events.length;

  const approaches = chooseMunicipalities(options, random).flatMap((municipality) =>
    newApproaches(municipality, options),
  );
  const underWay = new Set<Promise<unknown>>();
  const revisedIn = from + Math.ceil((to - from + 1) / 2);
  for (let year = from; year <= to; year += 1) {
    if (year === revisedIn && year > from) {
      const command = { type: 'ReviseFramework', framework: REVISED, equivalents: EQUIVALENTS } as const;
      events += (await handleFrameworkCommand(store, command, context('framework 2'))).events.length;
      line.add(REVISED, EQUIVALENTS);
    }
    for (const approach of approaches) {
      if (!existedIn(approach.municipality, year)) continue;
      const framework = line.latest ?? SYNTHETIC;
      const key = `${approach.stream}/${year}`;
      const decided: Decided[] = [];
      // Each step is made on what those before it left, so they are decided one by one.
      for (const step of new SyntheticAssessment(approach, framework, year, random).steps()) {
        for (const one of decide(step, approach.history, () => line)) {
          evolve(approach.history, one.event, {
            revision: 0,
            position: 0,
            recordedAt: `${year}`,
            source: null,
          });
          decided.push(one);
        }
      }
      const appended = appendDecided(store, approach.stream, approach.revision, decided, context(key));
      approach.revision += decided.length;
      forget(approach.history);
      events += decided.length;
      underWay.add(appended);
      void appended.finally(() => underWay.delete(appended)).catch(() => {});
      if (underWay.size >= MAX_APPENDS_UNDER_WAY) await Promise.race(underWay);
      onProgress(events);
    }
    await Promise.all(underWay);
  }
  return events;
}

/** Only the latest assessment is followed up; what was found before it would fill the memory for nothing. */
function forget({ assessments, followed }: ApproachHistory): void {
  for (const { found } of assessments.slice(0, -1))
    for (const facts of Object.values(found)) facts.length = 0;
  for (const facts of Object.values(followed)) facts.length = 0;
}

/** The municipalities that a set over these years can hold. */
export function municipalitiesOf({ from, to }: GenerateOptions['years']): Municipality[] {
  const years = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return MUNICIPALITIES.filter(
    (one) => !one.name.endsWith('(Niet GBA)') && years.some((year) => existedIn(one, year)),
  );
}

/**
 * Some that were merged meanwhile come first, so that their histories and successors occur; then those that
 * lasted, from somewhere in the table on; and then the rest of the merged.
 */
function chooseMunicipalities({ municipalities, years }: GenerateOptions, random: Random): Municipality[] {
  const candidates = municipalitiesOf(years);
  const lasts = (one: Municipality): boolean => existedIn(one, years.from) && existedIn(one, years.to);
  const lasting = candidates.filter(lasts);
  const merged = candidates.filter((one) => !lasts(one));
  const begin = random.int(0, lasting.length - 1);
  const some = Math.floor(municipalities / MERGED_ONE_IN);
  return [
    ...merged.slice(0, some),
    ...lasting.slice(begin),
    ...lasting.slice(0, begin),
    ...merged.slice(some),
  ].slice(0, municipalities);
}

function newApproaches(municipality: Municipality, { approaches }: GenerateOptions): SyntheticApproach[] {
  return Array.from({ length: approaches }, (_, index) => {
    const name = `Synthetische aanpak ${index + 1}`;
    return {
      municipality,
      name,
      stream: approachStream(municipality.code, slugOf(name)),
      history: emptyHistory(),
      revision: -1,
    };
  });
}
