import type { EventPlace } from '../../../projections/event-index';
import type { RecordedEvent } from '../../domain/events';
import { stretches } from '../../domain/stretches';
import { Turns } from '../../turns';
import { charactersOf } from '../characters';
import type { ReadScope } from '../read-scope';
import type { ReadSources } from '../read-sources';

/** What one who follows holds of events, in characters; one that is larger is held alone. */
const MOST_HELD = 1_000_000;
/** What all of them hold together, in characters, before each loads only the event that is its next. */
const MOST_TOGETHER = 16_000_000;
/** Two wanted events of a stream that lie further apart than this are read apart. */
const MAX_EVENTS_BETWEEN = 500;

// Of the process, as its memory is: what all who follow hold, in characters, and whose turn it is to load.
let together = 0;
const turns = new Turns();

interface Held {
  readonly event: RecordedEvent;
  readonly characters: number;
}

/**
 * The events at these places, in their order, loaded some at a time as they are taken: an event may be long, and many
 * who follow may be slow to take it. Nobody is refused; a page of the log is read for one of them after the other.
 * @param scope within whose bounds they are read
 */
export async function* loadedEvents<Place extends EventPlace>(
  { readStream }: Pick<ReadSources, 'readStream'>,
  scope: Pick<ReadScope, 'breathe'>,
  places: readonly Place[],
): AsyncGenerator<{ readonly place: Place; readonly event: RecordedEvent }, void, undefined> {
  const held = new Map<string, Held>();
  let own = 0;
  const count = (characters: number): void => {
    own += characters;
    together += characters;
  };
  /** Loads the event at a place, and what fits of those wanted behind it in its stream. */
  const load = async ({ stream, revision }: Place, wanted: ReadonlySet<number>): Promise<void> => {
    await scope.breathe();
    const behind = [...wanted].filter((one) => one >= revision).sort((a, b) => a - b);
    const last = stretches(behind, MAX_EVENTS_BETWEEN)[0]?.[1] ?? revision;
    for await (const page of readStream(stream, revision)) {
      for (const event of page) {
        const key = keyOf(event);
        if (wanted.has(event.revision) && !held.has(key)) {
          const characters = charactersOf(event.data);
          const isNext = event.revision === revision;
          if (!isNext && (own + characters > MOST_HELD || together + characters > MOST_TOGETHER)) return;
          held.set(key, { event, characters });
          count(characters);
        }
        if (event.revision >= last) return;
      }
      await scope.breathe();
    }
  };
  try {
    for (const [index, place] of places.entries()) {
      const key = keyOf(place);
      if (!held.has(key)) {
        const ofStream = places.slice(index).filter(({ stream }) => stream === place.stream);
        const wanted = new Set(ofStream.map(({ revision }) => revision));
        await turns.take('load', () => load(place, wanted));
      }
      const next = held.get(key);
      if (next === undefined) throw new Error(`${place.stream} has no revision ${place.revision}`);
      yield { place, event: next.event };
      held.delete(key);
      count(-next.characters);
    }
  } finally {
    together -= own;
  }
}

function keyOf({ stream, revision }: Pick<EventPlace, 'stream' | 'revision'>): string {
  return `${stream}/${revision}`;
}
