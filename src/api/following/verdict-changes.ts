import { approachKey } from '../../../projections/approaches';
import { everythingUpTo } from '../../domain/as-of';
import type { EventType, Position, RecordedEvent } from '../../domain/events';
import type { Indicator } from '../../domain/framework';
import { approachOfStream } from '../../domain/streams';
import type { Standing } from '../../domain/verdicts';
import { ApproachReading } from '../approach-reading';
import type { ReadScope } from '../read-scope';

/** A verdict as it stood before or after an event. */
export interface VerdictState {
  readonly status: Standing['status'];
  readonly basis: Standing['basis'];
  readonly assessedIn: number;
}

/** What an event did to the verdict of one indicator; null where there was or is none. */
export interface VerdictChange {
  readonly indicator: Indicator;
  readonly before: VerdictState | null;
  readonly after: VerdictState | null;
}

/** Events that may change what stands for an approach. */
const MAY_CHANGE_VERDICTS: ReadonlySet<EventType> = new Set<EventType>([
  'AssessmentConcluded',
  // It may give a confidential one to another inspectorate, or say that it was published before or after another.
  'AssessmentCorrected',
  'FindingRecorded',
  'FindingCorrected',
  'FindingWithdrawn',
  'FollowUpAssessed',
]);

/** The verdicts that an event changed, for who reads, in framework order; the newer framework's last. */
export async function verdictChanges(
  scope: ReadScope,
  { type, stream, position }: Pick<RecordedEvent, 'type' | 'stream' | 'position'>,
): Promise<VerdictChange[]> {
  const approach = approachOfStream(stream);
  if (approach === null || !MAY_CHANGE_VERDICTS.has(type)) return [];
  const row = await scope.approach.load(approachKey(approach));
  if (row === null) return [];
  const at = async (upTo: Position): Promise<Map<string, Standing>> => {
    const standings = await new ApproachReading(
      row,
      { ...everythingUpTo(upTo, scope.audience), asked: null },
      scope,
    ).standings();
    // Two frameworks may have indicators of the same code.
    return new Map(standings.map((one) => [`${one.framework} ${one.indicator.code}`, one]));
  };
  const before = await at(position - 1);
  // A page has many of these, each with two readings.
  await scope.breathe();
  const after = await at(position);
  const changes: VerdictChange[] = [];
  for (const [key, { indicator }] of new Map([...before, ...after])) {
    const was = stateOf(before.get(key));
    const is = stateOf(after.get(key));
    if (JSON.stringify(was) !== JSON.stringify(is)) changes.push({ indicator, before: was, after: is });
  }
  return changes;
}

function stateOf(standing: Standing | undefined): VerdictState | null {
  return standing === undefined
    ? null
    : { status: standing.status, basis: standing.basis, assessedIn: standing.assessedIn };
}
