import pino from 'pino';
import type { Action } from '../api/actions';

/** Where actions are written to. */
export interface AccessLog {
  write(action: Action): void;
  /** Everything is on disk when it returns. */
  close(): void;
}

/**
 * A line of JSON an action, with the fields of the standard Logboek Dataverwerkingen
 * (https://logius-standaarden.github.io/logboek-dataverwerkingen/), as far as this register can know them: it
 * holds nothing of people but who recorded what, so there is no data subject. Beside these stand attributes by the semantic conventions of
 * OpenTelemetry: who did it, and what.
 * @param path file to append to; `-`: standard output
 * @param processingActivityId where the register of processing activities describes this one; null: not said
 */
export function openAccessLog(path: string, processingActivityId: string | null): AccessLog {
  const destination = pino.destination({
    dest: path === '-' ? 1 : path,
    sync: false,
    minLength: 4096,
    mkdir: true,
  });
  // So that the last lines of a quiet hour are there as well.
  const timer = setInterval(() => destination.flush(), 1_000).unref();
  return {
    write: (action) => {
      destination.write(`${JSON.stringify(lineOf(action, processingActivityId))}\n`);
    },
    close() {
      clearInterval(timer);
      destination.flushSync();
      destination.end();
    },
  };
}

function lineOf(action: Action, processingActivityId: string | null): object {
  const { trace, actor, method, route, asked, isKept, status, start, end } = action;
  return {
    trace_id: trace.traceId,
    span_id: trace.spanId,
    status: status >= 500 ? 'Error' : 'Unset',
    name: nameOf(action),
    start_time: new Date(start).toISOString(),
    end_time: new Date(end).toISOString(),
    resource: { attributes: { 'service.name': 'toetsspoor' } },
    attributes: {
      ...(processingActivityId !== null && { 'dpl.core.processing_activity_id': processingActivityId }),
      ...(trace.parentId !== null && { 'dpl.core.foreign_operation.span_id': trace.parentId }),
      'enduser.id': actor ?? 'anonymous',
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      ...(asked !== null && {
        'graphql.operation.type': asked.kind,
        ...(asked.name !== null && { 'graphql.operation.name': asked.name }),
        'toetsspoor.fields': asked.fields,
      }),
      'toetsspoor.kept': isKept,
    },
  };
}

/** What was done, in short. */
export function nameOf({ method, route, asked }: Action): string {
  return asked === null ? `${method} ${route}` : `${asked.kind} ${asked.fields.join(' ')}`;
}
