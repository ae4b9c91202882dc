import pino, { type Logger } from 'pino';
import type { TraceContext } from '../api/trace-context';

/** What operators read: a line of JSON each, on standard error. */
export interface OperatorLog {
  /** Something went wrong that a caller only sees as an internal error. */
  error(error: unknown, trace: TraceContext | null): void;
  /** Something to look into, though nothing went wrong here. */
  warn(message: string, trace: TraceContext | null): void;
  /** Something that is good to know, and no error. */
  info(message: string): void;
}

/** Only what is named here is written of an error: others of its properties may hold what was asked, or a token. */
export function openOperatorLog(level: string): OperatorLog {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    error(error, trace) {
      logger.error({ ...idsOf(trace), ...told(error) }, messageOf(error));
    },
    warn: (message, trace) => logger.warn(idsOf(trace), message),
    info: (message) => logger.info(message),
  };
}

function idsOf(trace: TraceContext | null): object {
  return trace === null ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
}

function told(error: unknown): object {
  if (!(error instanceof Error)) return {};
  const { name, stack, cause } = error;
  return { error: name, stack, ...(cause !== undefined && { cause: causeOf(cause) }) };
}

/** What was behind it, and behind that: `fetch failed: connect ECONNREFUSED 127.0.0.1:4318`. */
function causeOf(error: unknown): string {
  const further = error instanceof Error ? error.cause : undefined;
  return further === undefined ? messageOf(error) : `${messageOf(error)}: ${causeOf(further)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
