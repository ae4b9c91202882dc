import { partsOf, textsAt } from '../../projections/approaches';
import type { ReadDatabase } from '../../projections/database';
import type { EventPlace } from '../../projections/event-index';
import type { PartFacts, PartKey } from '../../projections/stored-history';
import type { Position, RecordedEvent } from '../domain/events';
import { stretches } from '../domain/stretches';
import { charactersOf } from './characters';
import type { ReadSources } from './read-sources';

// What a request reads much of, some at a time: so that too much is noticed before all of it is there.

/** Two wanted events of a stream that lie further apart than this are read apart. */
const MAX_EVENTS_BETWEEN = 500;
/** Texts that are read together. */
const MAX_TEXTS_TOGETHER = 2_000;
/** Parts of histories that are read together. */
const MAX_PARTS_TOGETHER = 500;
/** What a history takes for each character that it is stored in, in characters of text: its facts are objects. */
const WEIGHT_OF_FACTS = 2;

/** What the work of a request is held in. */
export interface Bounds {
  /** Called between the steps of it; throws where no further step is to be made. */
  readonly check: () => void;
  /** Told of so many characters more that were read; throws where that is too much. */
  readonly hold: (characters: number) => void;
}

export const NO_BOUNDS: Bounds = { check: () => {}, hold: () => {} };

/** Holds what is read of histories that are stored in so many characters. */
export function holdFacts({ hold }: Bounds, characters: number): void {
  hold(WEIGHT_OF_FACTS * characters);
}

/** Parts of histories, in the order of the keys; null where a history has no such part. */
export function readParts(
  database: ReadDatabase,
  keys: readonly PartKey[],
  bounds: Bounds,
): (PartFacts | null)[] {
  const parts: (PartFacts | null)[] = [];
  for (let begin = 0; begin < keys.length; begin += MAX_PARTS_TOGETHER) {
    bounds.check();
    const together = keys.slice(begin, begin + MAX_PARTS_TOGETHER);
    for (const facts of partsOf(database, together, (characters) => holdFacts(bounds, characters)))
      parts.push(facts);
  }
  return parts;
}

/** The free texts of the events at these positions, and of others where that is as cheap. */
export function readTexts(
  database: ReadDatabase,
  positions: readonly Position[],
  bounds: Bounds,
): ReadonlyMap<Position, string> {
  const texts = new Map<Position, string>();
  for (let begin = 0; begin < positions.length; begin += MAX_TEXTS_TOGETHER) {
    bounds.check();
    const together = textsAt(database, positions.slice(begin, begin + MAX_TEXTS_TOGETHER));
    let characters = 0;
    for (const [position, text] of together) {
      characters += text.length;
      texts.set(position, text);
    }
    bounds.hold(characters);
  }
  return texts;
}

/** The events at these places, in their order; an error for each that is not there. */
export async function readEvents(
  { readStream }: Pick<ReadSources, 'readStream'>,
  places: readonly Pick<EventPlace, 'stream' | 'revision'>[],
  bounds: Bounds,
): Promise<(RecordedEvent | Error)[]> {
  const found = new Map<string, RecordedEvent>();
  for (const [stream, own] of Map.groupBy(places, (place) => place.stream)) {
    const wanted = own.map(({ revision }) => revision).sort((a, b) => a - b);
    for (const [first, last] of stretches(wanted, MAX_EVENTS_BETWEEN)) {
      stretch: for await (const page of readStream(stream, first)) {
        bounds.check();
        for (const event of page) {
          bounds.hold(charactersOf(event.data));
          found.set(`${stream}/${event.revision}`, event);
          if (event.revision >= last) break stretch;
        }
      }
    }
  }
  return places.map(
    ({ stream, revision }) =>
      found.get(`${stream}/${revision}`) ?? new Error(`${stream} has no revision ${revision}`),
  );
}
