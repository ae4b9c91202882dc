import { GraphQLError } from 'graphql';
import type { ErrorCode } from './errors';

/** Until when a request is worked on: not when it takes too long, nor when nobody waits for it any more. */
export class Deadline {
  readonly #seconds: number;
  #until: number;
  readonly #isGone: () => boolean;

  /** @param isGone true once nobody waits for the answer any more */
  constructor(seconds: number, isGone: () => boolean = () => false) {
    this.#seconds = seconds;
    this.#until = performance.now() + seconds * 1000;
    this.#isGone = isGone;
  }

  /**
   * To be called between the steps of longer work.
   * @throws GraphQLError with code TIMEOUT where no further step is to be made
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
    const timer = setTimeout(giveUp, Math.max(0, this.#until - performance.now()));
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #error(): GraphQLError {
    return new GraphQLError(
      `the request took longer than ${this.#seconds} s and was given up; expected one that asks less`,
      {
        extensions: { code: 'TIMEOUT' satisfies ErrorCode, http: { status: 503 } },
      },
    );
  }
}
