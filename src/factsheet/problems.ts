import { FactsheetError, type FactsheetProblem } from './factsheet';

/** A document with more that is wrong is no factsheet, or was damaged as a whole: reading on would help nobody. */
const MAX_PROBLEMS = 100;

/** Gathers all that is wrong with a document, so that its author can mend everything in one go. */
export class Problems {
  readonly #found: FactsheetProblem[] = [];

  /** @throws FactsheetError with the first problems that were found, where there are too many to go on. */
  add(line: number, message: string): void {
    if (this.#found.some((known) => known.line === line && known.message === message)) return;
    if (this.#found.length === MAX_PROBLEMS) {
      const more = `more than ${MAX_PROBLEMS} things are wrong, and reading ended here; expected a factsheet`;
      throw this.#error({ line: null, message: more });
    }
    this.#found.push({ line, message });
  }

  /** @throws FactsheetError with every problem in order of lines, where there is one. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw this.#error();
  }

  #error(...more: FactsheetProblem[]): FactsheetError {
    const found = this.#found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return new FactsheetError([...found, ...more] as [FactsheetProblem, ...FactsheetProblem[]]);
  }
}
