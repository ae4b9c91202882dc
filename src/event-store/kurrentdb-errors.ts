import { type ServiceError, status } from '@grpc/grpc-js';
import { ErrorType, isCommandError, type WrongExpectedVersionError } from '@kurrent/kurrentdb-client';
import { LogClosedError, LogUnavailableError, UnusableLogError } from './event-store';

/** Nobody answered in time: it is unknown what became of the request. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The kinds of refusal that repeating does not change; all else may pass, whatever the client calls it. */
const LASTING: ReadonlySet<string> = new Set([
  ErrorType.WRONG_EXPECTED_VERSION,
  ErrorType.ACCESS_DENIED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.UNSUPPORTED,
]);
const GONE: ReadonlySet<string> = new Set([ErrorType.STREAM_DELETED, ErrorType.STREAM_TOMBSTONED]);
const LASTING_STATUS: ReadonlySet<unknown> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
]);

/** True where the same request may succeed later: the node went away, is busy, or does not lead any more. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  if (isStreamDeleted(error)) return false;
  if (!(error instanceof Error)) return false;
  if (isCommandError(error)) return !LASTING.has(error.type);
  if ('code' in error && typeof error.code === 'number') return !LASTING_STATUS.has(error.code);
  // The client throws plain errors for a channel that was shut, and where discovery found no node.
  return error.constructor === Error;
}

export function isWrongVersion(error: unknown): error is WrongExpectedVersionError {
  return error instanceof Error && isCommandError(error) && error.type === ErrorType.WRONG_EXPECTED_VERSION;
}

/** How many bytes the server takes in one append, where it says so in refusing a larger one. */
export function mostBytes(error: unknown): number | undefined {
  if (!(error instanceof Error && isCommandError(error))) return undefined;
  return error.type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED ? error.maxAppendSize : undefined;
}

/** True where the stream was deleted for good, and left a tombstone. */
export function isStreamDeleted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isCommandError(error)) return GONE.has(error.type);
  return (error as Partial<ServiceError>).metadata?.get('exception')[0] === ErrorType.STREAM_DELETED;
}

/** A stream that was deleted for good holds nothing, as one that is not there. */
export async function* untilDeleted<Page>(pages: AsyncGenerator<Page, void>): AsyncGenerator<Page, void> {
  try {
    yield* pages;
  } catch (error) {
    if (!isStreamDeleted(error)) throw error;
  }
}

/** What will not pass, in words for the operator where they can change it. */
export function refused(error: unknown, place: string): unknown {
  return isAccessDenied(error)
    ? new UnusableLogError(
        `the log at ${place} refuses user or password: give those of a user who may read $all and append, as kurrentdb://USER:PASSWORD@HOST`,
        { cause: withoutDetails(error) },
      )
    : error;
}

/** What passes is waited for no longer, because the log is being closed. */
export function givenUp(error: unknown, place: string): LogUnavailableError {
  return new LogUnavailableError(`the log at ${place} was closed before it answered: ${reason(error)}`, {
    cause: error,
  });
}

/** Why the log cannot be used from the start, in one sentence: it may be away, or it is for the operator to put right. */
export function unusable(error: unknown, place: string): unknown {
  if (error instanceof UnusableLogError || error instanceof LogUnavailableError) return error;
  if (error instanceof LogClosedError) return error;
  if (isAccessDenied(error)) return refused(error, place);
  const sentence = `the log at ${place} cannot be reached: ${reason(error)}`;
  const mayBeAway = isPassing(error) && reasonOf(error)?.[2] !== 'LASTING';
  return new (mayBeAway ? LogUnavailableError : UnusableLogError)(sentence, { cause: error });
}

/** What an error's message means; lasting is what repeating does not mend. */
const REASONS: readonly (readonly [RegExp, string, 'LASTING'?])[] = [
  [/name resolution failed|ENOTFOUND|EAI_AGAIN/i, 'there is no such host'],
  [/ECONNREFUSED/, 'nothing listens there'],
  [
    /wrong version number|EPROTO|packet length too long/i,
    'it does not speak TLS; add ?tls=false where that is meant',
    'LASTING',
  ],
  [
    /certificate|self.signed|altnames/i,
    'its certificate is not trusted; name the authority with ?tlsCAFile=PATH',
    'LASTING',
  ],
  [
    /ECONNRESET|socket hang up|protocol error|dropped|last error: failed to connect/i,
    'it closed the connection; does it expect TLS?',
    'LASTING',
  ],
  [
    /failed to discover/i,
    'none of these hosts answers as a node of a cluster: check the names, and whether TLS is expected',
  ],
  [/unimplemented|HTTP/i, 'it is no KurrentDB server', 'LASTING'],
];

/** The reason of a failure in a few words. */
export function reason(error: unknown): string {
  return reasonOf(error)?.[1] ?? messageOf(error);
}

function reasonOf(error: unknown) {
  const message = messageOf(error);
  return REASONS.find(([pattern]) => pattern.test(message));
}

function isAccessDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isCommandError(error)) return error.type === ErrorType.ACCESS_DENIED;
  return (
    'code' in error && (error.code === status.UNAUTHENTICATED || error.code === status.PERMISSION_DENIED)
  );
}

/** The message alone: what else an error of the client carries may hold the request's headers. */
function withoutDetails(error: unknown): Error {
  return new Error(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
