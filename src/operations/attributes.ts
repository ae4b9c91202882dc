import type { Action } from '../api/actions';

/** What is said of an action, alike in the access log and in traces. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The most that is kept of what a caller chooses, in characters: else who asks often enough could fill the disk. */
const MAX_CHOSEN = 100;

/** What the program is called in both. */
export const RESOURCE: Attributes = { 'service.name': 'toetsspoor' };

/**
 * The attributes of an action: those of Logboek Dataverwerkingen (`dpl.core`), and beside these by the semantic
 * conventions of OpenTelemetry who did it, and what.
 * @param processingActivityId where the register of processing activities describes this one; null: not said
 */
export function attributesOf(action: Action, processingActivityId: string | null): Attributes {
  const { actor, method, route, asked, isKept, followed, status } = action;
  return {
    ...(processingActivityId !== null && { 'dpl.core.processing_activity_id': processingActivityId }),
    'enduser.id': actor ?? 'anonymous',
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
    ...(asked !== null && {
      'graphql.operation.type': asked.kind,
      ...(asked.name !== null && { 'graphql.operation.name': chosen(asked.name) }),
      'toetsspoor.fields': asked.fields,
    }),
    ...(followed !== null && {
      'toetsspoor.moment': followed.moment,
      'toetsspoor.events': followed.events,
    }),
    'toetsspoor.kept': isKept,
  };
}

/** A name of GraphQL, so letters and digits, and cut: the only thing here that a caller may choose freely. */
function chosen(name: string): string {
  return name.length <= MAX_CHOSEN ? name : `${name.slice(0, MAX_CHOSEN - 1)}…`;
}

/** What was done, in short. */
export function nameOf({ method, route, asked, followed }: Action): string {
  const name = asked === null ? `${method} ${route}` : `${asked.kind} ${asked.fields.join(' ')}`;
  return followed?.moment === 'begin' ? `begin of ${name}` : name;
}
