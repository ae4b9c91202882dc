import type { Config } from '../config';
import { generate, municipalitiesOf } from '../generate/generate';
import { SYNTHETIC } from '../generate/synthetic-framework';
import { makeFolderFor } from '../make-folder';
import { openLog } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** The options of `generate` as the command line gives them. */
export interface GenerateCommandOptions {
  readonly municipalities: string;
  readonly approaches: string;
  readonly years: string;
  readonly seed: string;
}

/** Fills an empty log with a synthetic set, and says how much and how fast. */
export async function generateCommand(
  config: Config,
  options: GenerateCommandOptions,
  out: Output,
): Promise<void> {
  const years = yearRange(options.years);
  const figures = {
    municipalities: wholeNumber(
      '--municipalities',
      options.municipalities,
      1,
      municipalitiesOf(years).length,
    ),
    approaches: wholeNumber('--approaches', options.approaches, 1, 1000),
    years,
    seed: options.seed,
  };
  makeFolderFor('DATA_DIR', config.dataDir);
  const store = openLog(config, 'write');
  try {
    if ((await store.lastPosition()) !== undefined) {
      throw new UsageError(
        'the log is not empty: a synthetic set goes into a log of its own; name another DATA_DIR',
      );
    }
    const start = performance.now();
    const events = await generate(store, figures, progress(out, 'generating'));
    const seconds = (performance.now() - start) / 1000;
    const perSecond = Math.round(events / seconds);
    out.result(
      `${events.toLocaleString('en')} synthetic events in ${seconds.toFixed(1)} s, ${perSecond.toLocaleString('en')} a second`,
      { events, seconds, perSecond },
    );
    out.note(`its framework is ${SYNTHETIC.code}: npm start shows it`);
  } finally {
    await store.close();
  }
}

function wholeNumber(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  throw new UsageError(`${option} is "${value}"; expected a whole number from ${min} to ${max}`);
}

function yearRange(value: string): { from: number; to: number } {
  const match = /^(\d{4})\.\.(\d{4})$/.exec(value);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && from <= to) return { from, to };
  throw new UsageError(`--years is "${value}"; expected two years such as 2005..2024, the earlier first`);
}
