/** Where a command prints: results to standard output, everything else to standard error. */
export interface Output {
  /** A result, as text or, with `--json`, as one JSON line. */
  result(text: string, json: unknown): void;
  /** Part of a result that is told at once, as text; with `--json` the result holds it. */
  say(text: string): void;
  /** The whole result with `--json`, where it was said in parts without. */
  json(result: unknown): void;
  /** Progress and hints; never part of a result. */
  note(text: string): void;
}

export function output(asJson: boolean): Output {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  return {
    result: (text, json) => print(asJson ? JSON.stringify(json) : text),
    say: (text) => (asJson ? undefined : print(text)),
    json: (result) => (asJson ? print(JSON.stringify(result)) : undefined),
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
