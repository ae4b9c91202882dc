import { unwrapResolverError } from '@apollo/server/errors';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { type Action, type Asked, knownActor } from '../actions';
import { isInternal, withoutInternals } from '../caller-errors';
import type { ApiContext } from '../context';
import { userError } from '../errors';
import type { Principal } from '../principal';
import type { LogFilter, ReleasePoint } from '../released-events';
import { problemOfError } from '../rest/problem';
import { childOf, type TraceContext } from '../trace-context';
import type { EventObject } from '../types/event-type';

/** What the resolvers of a subscription are given. */
export interface FollowerContext extends Pick<ApiContext, 'scope' | 'ledger' | 'principal'> {
  /**
   * Waits, for a bounded time, until what lies behind a cursor can be read.
   * @throws GraphQLError with code POSITION_UNKNOWN or POSITION_NOT_REACHED
   */
  readonly awaitCursor: (cursor: string) => Promise<void>;
  readonly follow: (behind: ReleasePoint, filter: LogFilter) => AsyncIterable<EventObject>;
}

/** Who is told what of a subscription. */
export interface SubscriptionTold {
  readonly tell: readonly ((action: Action) => void)[];
  /** Told of errors that callers only see as INTERNAL_SERVER_ERROR. */
  readonly onError: (error: unknown, trace: TraceContext) => void;
  readonly now: () => Date;
}

/** A subscription from when it is asked for to its end, and the account of it. */
export class Subscription {
  readonly #trace: TraceContext;
  readonly #principal: Principal;
  readonly #told: SubscriptionTold;
  readonly #leave: () => void;
  readonly #start: number;
  readonly #end = new AbortController();
  #events = 0;
  #status = 200;
  /** What it asks; null as long as that is not known. */
  asked: Asked | null = null;
  /** Aborted when it ends. */
  readonly signal = this.#end.signal;

  /** @param leave called when it ends, or is refused */
  constructor(trace: TraceContext, principal: Principal, told: SubscriptionTold, leave: () => void) {
    this.#trace = trace;
    this.#principal = principal;
    this.#told = told;
    this.#leave = leave;
    this.#start = told.now().getTime();
  }

  /** It was refused, for these reasons. */
  refuse(errors: readonly GraphQLError[]): readonly GraphQLError[] {
    for (const error of errors) {
      this.#notice(error);
      const { status } = problemOfError(withoutInternals(error.toJSON(), error));
      this.#status = Math.max(this.#status, status);
    }
    this.#leave();
    this.#tell(null);
    return errors;
  }

  /** It could not begin, as something is wrong here. */
  fail(error: unknown): readonly GraphQLError[] {
    this.#told.onError(error, this.#trace);
    return this.refuse([internalError()]);
  }

  /** Its answers, or why there are none. */
  async run(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
    let events: Awaited<ReturnType<typeof createSourceEventStream>>;
    try {
      events = await createSourceEventStream(args);
    } catch (error) {
      return { errors: this.fail(error) };
    }
    if (!(Symbol.asyncIterator in events)) {
      this.refuse(events.errors ?? []);
      return events;
    }
    this.#tell('begin');
    const answers = this.#answers(args, events as AsyncIterable<unknown>);
    const finish = answers.return.bind(answers);
    // Also where the first was never asked for, and at once where the next one is being waited for.
    answers.return = (value) => {
      this.#over();
      return finish(value);
    };
    return answers;
  }

  /**
   * The answers. Each event is answered with reads of its own: what one keeps would otherwise grow for as long as
   * somebody follows.
   */
  async *#answers(
    args: ExecutionArgs,
    events: AsyncIterable<unknown>,
  ): AsyncGenerator<ExecutionResult, void, undefined> {
    const context = args.contextValue as FollowerContext;
    try {
      for await (const event of events) {
        const scope = context.scope.anew();
        const contextValue: FollowerContext = { ...context, scope, ledger: context.ledger.at(scope) };
        const answer = await execute({ ...args, rootValue: event, contextValue });
        for (const error of answer.errors ?? []) this.#notice(error);
        if (this.signal.aborted) return;
        this.#events += 1;
        yield answer;
      }
    } catch (error) {
      this.#status = 500;
      this.#told.onError(error, this.#trace);
      throw internalError();
    } finally {
      this.#over();
    }
  }

  #notice(error: GraphQLError): void {
    if (!isInternal(error)) return;
    this.#status = 500;
    this.#told.onError(unwrapResolverError(error), this.#trace);
  }

  #over(): void {
    if (this.signal.aborted) return;
    this.#end.abort();
    this.#leave();
    this.#tell('end');
  }

  /** @param moment null: it was refused */
  #tell(moment: 'begin' | 'end' | null): void {
    const action: Action = {
      // Its beginning is an action within it.
      trace: moment === 'begin' ? childOf(this.#trace) : this.#trace,
      actor: knownActor(this.#principal),
      method: 'GET',
      route: '/graphql',
      asked: this.asked,
      isKept: false,
      followed: moment && { moment, events: this.#events },
      status: this.#status,
      start: this.#start,
      end: this.#told.now().getTime(),
    };
    for (const one of this.#told.tell) one(action);
  }
}

function internalError(): GraphQLError {
  return userError('Internal server error', 'INTERNAL_SERVER_ERROR');
}

/** What a caller sees of an error over a WebSocket, where there is neither a status nor headers. */
export function toldToCaller(error: GraphQLError): GraphQLFormattedError {
  const { extensions = {}, ...formatted } = withoutInternals(error.toJSON(), error);
  const { http: _, ...shown } = extensions;
  return { ...formatted, extensions: shown };
}
