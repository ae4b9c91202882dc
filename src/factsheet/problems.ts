import { FactsheetError, type FactsheetProblem } from './factsheet';

/** Gathers all that is wrong with a document, so that its author can mend everything in one go. */
export class Problems {
  readonly #found: FactsheetProblem[] = [];

  add(line: number, message: string): void {
    if (!this.#found.some((known) => known.line === line && known.message === message)) {
      this.#found.push({ line, message });
    }
  }

  /** @throws FactsheetError with every problem in order of lines, where there is one. */
  throwIfAny(): void {
    const [first, ...others] = this.#found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    if (first !== undefined) throw new FactsheetError([first, ...others]);
  }
}
