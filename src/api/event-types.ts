import { EVENT_TYPES, type EventType } from '../domain/events';

/** `FindingRecorded` becomes `nl.toetsspoor.finding-recorded`, as CloudEvents spell it. */
export function cloudEventType(type: EventType): string {
  return `nl.toetsspoor${type.replaceAll(/[A-Z]/g, (letter, at) => (at === 0 ? '.' : '-') + letter.toLowerCase())}`;
}

const TYPES = new Map<string, EventType>(
  EVENT_TYPES.flatMap((type) => [
    [type, type],
    [cloudEventType(type), type],
  ]),
);

/** The type that callers mean, by either spelling; undefined where there is none. */
export function eventTypeOf(spelling: string): EventType | undefined {
  return TYPES.get(spelling);
}

/** What an error says of the types that there are. */
export const EXPECTED_TYPES = `one of ${EVENT_TYPES.join(', ')}, or the same as CloudEvents spell it, such as ${cloudEventType('FindingRecorded')}`;

/** What is wrong with a type that is none, and what is accepted. */
export function notAType(spelling: string): string {
  return `"${spelling}" is not a type of event; expected ${EXPECTED_TYPES}`;
}
