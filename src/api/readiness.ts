/** What tells whether requests are to be sent to this process. */
export interface Readiness {
  /** True once the read models are level with the log. */
  readonly isReady: () => boolean;
  /** Since when the read models are not known to hold all of the log, in seconds. */
  readonly lagSeconds: () => number;
  /** True while the log does not answer. */
  readonly isLogAway: () => boolean;
  /** False while the disk takes nothing. */
  readonly isWritable: () => boolean;
  /** The lag up to which this replica calls itself ready, in seconds. */
  readonly maxLagSeconds: number;
}

/**
 * Whether it is ready for all that may be asked, or for reads. Behind a proxy all replicas would be taken out at once
 * where the log is away: what they hold is still true, so that may be read.
 */
export function isReadyFor(
  what: 'all' | 'reads',
  { isReady, lagSeconds, isLogAway, isWritable, maxLagSeconds }: Readiness,
): boolean {
  const isFine = lagSeconds() <= maxLagSeconds && isWritable();
  return isReady() && (isFine || (what === 'reads' && (isLogAway() || !isWritable())));
}
