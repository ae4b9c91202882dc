import { randomBytes } from 'node:crypto';

/** What tells this action from others, and which it belongs to (W3C Trace Context). Hexadecimal. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** The action of the caller that this one is part of; null where it named none. */
  readonly parentId: string | null;
}

/** The trace that a request is part of by its header `traceparent`, or else a new one. */
export function traceContextOf({ traceparent }: Readonly<Record<string, unknown>>): TraceContext {
  const spanId = randomBytes(8).toString('hex');
  const [, version, traceId = '', parentId = ''] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/.exec(
      typeof traceparent === 'string' ? traceparent : '',
    ) ?? [];
  const isValid =
    version !== undefined && version !== 'ff' && !/^0+$/.test(traceId) && !/^0+$/.test(parentId);
  return isValid
    ? { traceId, spanId, parentId }
    : { traceId: randomBytes(16).toString('hex'), spanId, parentId: null };
}

/** The header `traceparent` of a request that is made in this action. */
export function traceparentOf({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** An action of its own within another one. */
export function childOf({ traceId, spanId }: TraceContext): TraceContext {
  return { traceId, spanId: randomBytes(8).toString('hex'), parentId: spanId };
}
