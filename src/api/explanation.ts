import type { Explanation } from '../domain/explanation';
import { frameworkStream } from '../domain/streams';
import type { ApproachReading } from './approach-reading';
import { EventObject } from './types/event-type';

/** The events behind a verdict, or behind a difference, each once, in the order of the log. */
export async function eventsBehind(
  { stream, scope }: ApproachReading,
  explanations: readonly Explanation[],
): Promise<EventObject[]> {
  const places = explanations.flatMap(({ facts, framework, versions }) => [
    ...facts.map(({ revision }) => ({ stream, revision })),
    // The first event of a framework's stream publishes version 1, each further one the next version.
    ...versions.map((version) => ({ stream: frameworkStream(framework), revision: version - 1 })),
  ]);
  const events = new Set(await scope.event.loadMany(places));
  return [...events]
    .map((event) => {
      if (event instanceof Error) throw event;
      return event;
    })
    .sort((a, b) => a.position - b.position)
    .map((event) => new EventObject(event));
}
