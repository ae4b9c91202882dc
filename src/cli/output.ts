/** Where a command prints: results to standard output, everything else to standard error. */
export interface Output {
  /** A result, as text or, with `--json`, as one JSON line. */
  result(text: string, json: unknown): void;
  /** Part of a result that is told at once, as text; with `--json` the result holds it. */
  say(text: string): void;
  /** Progress and hints; never part of a result. */
  note(text: string): void;
}

export function output(asJson: boolean): Output {
  return {
    result: (text, json) => process.stdout.write(`${asJson ? JSON.stringify(json) : text}\n`),
    say: (text) => {
      if (!asJson) process.stdout.write(`${text}\n`);
    },
    note: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Tells of progress at most once a second, so that long work shows a rate and short work shows nothing. */
export function progress(out: Output, what: string): (count: number) => void {
  const start = performance.now();
  let next = 1000;
  return (count) => {
    const elapsedMs = performance.now() - start;
    if (elapsedMs < next) return;
    next = elapsedMs + 1000;
    out.note(
      `${what}: ${count.toLocaleString('en')} events, ${Math.round((count / elapsedMs) * 1000).toLocaleString('en')} a second`,
    );
  };
}
