/** Lets what is done under one name be done one after the other, in the order in which it came. */
export class Turns {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** Does it when all that came before it under that name has ended, well or not. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(name) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#underWay.set(name, own);
    try {
      return await own;
    } finally {
      if (this.#underWay.get(name) === own) this.#underWay.delete(name);
    }
  }
}
