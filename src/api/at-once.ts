import { limited } from './rate-limit';

/** When to come again where there are too many, in seconds: how long others take is not known. */
export const COME_AGAIN_SECONDS = 30;

/** How many of something that lasts there may be at once: of one sender, and of all together. */
export class AtOnce {
  readonly #what: string;
  readonly #mostOfSender: number;
  readonly #mostTogether: number;
  readonly #taken = new Map<string, number>();
  #together = 0;

  /** @param what there may be so many of, in the plural, such as `downloads` */
  constructor(what: string, mostOfSender: number, mostTogether: number) {
    this.#what = what;
    this.#mostOfSender = mostOfSender;
    this.#mostTogether = mostTogether;
  }

  /**
   * Takes a place.
   * @returns gives it back; once is enough
   * @throws GraphQLError with code RATE_LIMITED where there is none
   */
  enter(sender: string): () => void {
    const own = this.#taken.get(sender) ?? 0;
    if (own >= this.#mostOfSender)
      throw this.#tooMany(`${own} ${this.#what} of this sender are open, which is the most`);
    if (this.#together >= this.#mostTogether)
      throw this.#tooMany(`${this.#together} ${this.#what} are open, which is the most`);
    this.#taken.set(sender, own + 1);
    this.#together += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#together -= 1;
      const left = (this.#taken.get(sender) ?? 1) - 1;
      if (left === 0) this.#taken.delete(sender);
      else this.#taken.set(sender, left);
    };
  }

  #tooMany(message: string): ReturnType<typeof limited> {
    return limited(`${message}; try again when one has ended`, COME_AGAIN_SECONDS);
  }
}
