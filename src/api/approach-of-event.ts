import { approachKey } from '../../projections/approaches';
import type { RecordedEvent } from '../domain/events';
import { approachOfStream } from '../domain/streams';
import { toNodeId } from './node-id';

/** The approach that an event is of, by all that the rest of the API knows it by. */
export interface ApproachOfEvent {
  /** Global id. */
  readonly id: string;
  /** CBS code. */
  readonly municipality: string;
  readonly slug: string;
}

/** The approach that an event is of; null where it is of none, such as those of frameworks. */
export function approachOfEvent({ stream }: Pick<RecordedEvent, 'stream'>): ApproachOfEvent | null {
  const key = approachOfStream(stream);
  return key && { id: toNodeId('Approach', approachKey(key), null), ...key };
}
