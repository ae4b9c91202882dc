// Decorators write their types with it, so it comes before all that has some.
import 'reflect-metadata';
import { Field, ID, InputType } from 'type-graphql';
import { type AsOf, everythingUpTo } from '../domain/as-of';
import { userError } from './errors';
import type { Clocks } from './node-id';
import type { ReadScope } from './read-scope';
import { DateTimeScalar, EdtfScalar } from './scalars';

@InputType('AsOf', {
  description:
    'The point from which everything nested below is read, on any of three clocks. What is left out sets no limit.',
})
export class AsOfInput {
  @Field(() => EdtfScalar, {
    nullable: true,
    description: 'The reference clock: nothing that speaks of a later period than this.',
  })
  reference?: string | null;

  @Field(() => EdtfScalar, {
    nullable: true,
    description:
      'The publication clock: nothing that was not public by the end of this date. What has no known publication date is left out.',
  })
  publishedBy?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The recorded clock: nothing that this register learned after this instant.',
  })
  recordedBy?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The recorded clock, to the event: nothing behind the snapshot with this token (`extensions.snapshot` of an answer). With `recordedBy` too, nothing behind either.',
  })
  snapshot?: string | null;
}

/** The point that something is read from, and the clocks by which it was asked for: they are part of ids. */
export interface AsOfAsked extends AsOf {
  /** Null where none was asked for. */
  readonly asked: Clocks | null;
}

/** All that the request sees. */
export function asOfNow({ upTo, audience }: ReadScope): AsOfAsked {
  return { ...everythingUpTo(upTo, audience), asked: null };
}

/**
 * The clocks as the domain reads them, never beyond what the request sees.
 * @throws GraphQLError with code AS_OF_IN_FUTURE where a clock begins after now: no answer could be kept. A
 *   request that named its snapshot may ask for any, as its answers never change. As
 *   {@link ReadScope.positionOfSnapshot} for a token that is not accepted.
 */
export async function toAsOf(
  input: Clocks | null | undefined,
  scope: ReadScope,
  argument = 'asOf',
): Promise<AsOfAsked> {
  if (input == null) return asOfNow(scope);
  const { reference = null, publishedBy = null, recordedBy = null, snapshot = null } = input;
  if (!scope.isPinned) assertNotInFuture({ reference, publishedBy, recordedBy }, scope, argument);
  const limits = [scope.upTo];
  if (recordedBy !== null) limits.push(scope.positionRecordedBy(recordedBy));
  if (snapshot !== null) limits.push(await scope.positionOfSnapshot(snapshot));
  return { reference, publishedBy, upTo: Math.min(...limits), audience: scope.audience, asked: input };
}

function assertNotInFuture(
  clocks: Readonly<Record<string, string | null>>,
  scope: ReadScope,
  argument: string,
): void {
  const now = scope.now().toISOString();
  for (const [clock, value] of Object.entries(clocks)) {
    // A date with less precision than today's begins with it, or lies before it, or after it.
    if (value === null || value.replace('~', '') <= now.slice(0, value.replace('~', '').length)) continue;
    // Unless the register itself has recorded something then, by a clock that went wrong.
    if (clock !== 'recordedBy' || value > scope.lastRecordedAt()) {
      // As precise as what was asked: a day, a month or a year that has begun is accepted.
      const latest = clock === 'recordedBy' ? now : now.slice(0, value.replace('~', '').length);
      throw userError(
        `${argument}.${clock} ${value} lies in the future; the latest accepted is ${latest}`,
        'AS_OF_IN_FUTURE',
      );
    }
  }
}

/** A reference year of a question. @throws GraphQLError with code BAD_USER_INPUT where no date has such a year. */
export function yearAsked(year: number, argument: string): number {
  if (year >= 0 && year <= 9999) return year;
  throw userError(`${argument} is ${year}; expected a year from 0 to 9999`);
}
