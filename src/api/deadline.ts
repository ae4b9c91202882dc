import type { GraphQLError } from 'graphql';
import { type ErrorCode, LOG_UNAVAILABLE, userError } from './errors';

/** Until when a request is worked on: not when it takes too long, nor when nobody waits for it any more. */
export class Deadline {
  #seconds: number;
  #until: number;
  readonly #isGone: () => boolean;
  readonly #isLogAway: () => boolean;

  /**
   * @param isGone true once nobody waits for the answer any more
   * @param isLogAway true while the log does not answer: then that is why it takes too long
   */
  constructor(seconds: number, isGone: () => boolean = () => false, isLogAway: () => boolean = () => false) {
    this.#seconds = seconds;
    this.#until = performance.now() + seconds * 1000;
    this.#isGone = isGone;
    this.#isLogAway = isLogAway;
  }

  /** How long is left, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#until - performance.now());
  }

  /** Gives it so much more: what a request waits for something to happen is no work. */
  extend(seconds: number): void {
    this.#seconds += seconds;
    this.#until += seconds * 1000;
  }

  /**
   * To be called between the steps of longer work.
   * @throws GraphQLError with code TIMEOUT or LOG_UNAVAILABLE where no further step is to be made
   */
  check(): void {
    if (performance.now() > this.#until || this.#isGone()) throw this.#error();
  }

  /** The work, or the error where it takes too long: also where a step of it never ends. */
  async over<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => {
      // Timers may be early by a moment; from now on no step is made.
      this.#until = 0;
      reject(this.#error());
    };
    const timer = setTimeout(giveUp, this.leftMs);
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #error(): GraphQLError {
    const code: ErrorCode = this.#isLogAway() ? 'LOG_UNAVAILABLE' : 'TIMEOUT';
    const message =
      code === 'LOG_UNAVAILABLE'
        ? LOG_UNAVAILABLE
        : `the request took longer than ${this.#seconds} s and was given up; expected one that asks less. Of a mutation it is unknown whether it was recorded: send it again, with the same commandId`;
    return userError(message, code, 503);
  }
}
