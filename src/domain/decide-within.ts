import { type Decided, decide } from './approach';
import type { ApproachCommand } from './approach-commands';
import { assertPlaceFree } from './approach-rules';
import type { Audience } from './audience';
import type { FrameworkLine } from './framework';
import type { ApproachHistory } from './history';
import { atLine } from './rejection';
import { eventsAskedFor } from './repeated-command';
import { assertReaches, assertWithin, historyShownTo } from './write-limits';

/**
 * What a command makes of the history as it is there for its sender: as {@link decide}. Nothing else is looked at, so
 * what is hidden is answered as what does not exist, in the same words and the same order of checks. One thing alone is
 * told of what is hidden: that the place of an assessment is taken. Ids of new things follow from the command, so nothing
 * that is hidden has them.
 * @param limits of the sender; undefined where there are none
 * @throws Rejection where the history does not allow it.
 * @throws OutsideLimitsError where the sender may see it, but not write it.
 */
export function decideWithin(
  limits: Audience | undefined,
  municipality: string,
  command: ApproachCommand,
  history: ApproachHistory,
  frameworks: (code: string) => FrameworkLine,
): Decided[] {
  if (limits === undefined) return decide(command, history, frameworks);
  const shown = historyShownTo(limits, municipality, history);
  assertWithin(limits, municipality, eventsAskedFor(command), shown);
  const decided = decide(command, shown, frameworks);
  const events = decided.map(({ event }) => event);
  assertReaches(limits, municipality, events, shown);
  for (const { event, line } of decided) {
    if (event.type === 'AssessmentOpened') atLine(line, () => assertPlaceFree(history, event.data));
  }
  return decided;
}
