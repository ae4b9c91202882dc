import type { Said } from './factsheet';
import type { Problems } from './problems';

/** What a document says in more than one place must be the same everywhere. */
export class Claims {
  readonly #said: Said<string>[] = [];
  constructor(
    readonly subject: string,
    readonly same: (value: string) => string,
  ) {}

  add(value: string | null | undefined, line: number): void {
    if (value !== null && value !== undefined && value.trim() !== '')
      this.#said.push({ value: value.trim(), line });
  }

  /** The first claim; a later one that says something else is a contradiction. */
  settle(problems: Problems): Said<string> | null {
    const [first, ...others] = this.#said;
    if (first === undefined) return null;
    for (const { value, line } of others) {
      if (this.same(value) !== this.same(first.value)) {
        problems.add(
          line,
          `${this.subject} "${value}" contradicts "${first.value}" on line ${first.line}; expected one ${this.subject}`,
        );
      }
    }
    return first;
  }
}
