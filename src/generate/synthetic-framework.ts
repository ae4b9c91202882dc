import type { EventData } from '../domain/events';
import { type Framework, indicatorsOf } from '../domain/framework';
import { GGSR } from '../domain/ggsr';

/**
 * A framework of the same size as the real one, under a code and names that nobody takes for it: synthetic
 * verdicts never stand under a real framework.
 */
export const SYNTHETIC: Framework = {
  code: 'SYNTH',
  version: 1,
  name: 'Synthetisch toetsingskader (geen echte toetsing)',
  themes: GGSR.themes.map((theme) => ({
    code: theme.code,
    name: `Synthetisch thema ${theme.code}`,
    criteria: theme.criteria.map((criterion) => ({
      code: criterion.code,
      name: `Synthetisch criterium ${criterion.code}`,
      indicators: criterion.indicators.map(({ code }) => ({ code, name: `Synthetische indicator ${code}` })),
    })),
  })),
};

/** In version 2 the last indicator is no longer asked, and a new one stands before the first. */
export const REVISED: Framework = {
  ...SYNTHETIC,
  version: 2,
  themes: SYNTHETIC.themes.map((theme, t) => ({
    ...theme,
    criteria: theme.criteria.map((criterion, c) => {
      const isFirst = t === 0 && c === 0;
      const isLast = t === SYNTHETIC.themes.length - 1 && c === theme.criteria.length - 1;
      const kept = isLast ? [] : criterion.indicators;
      const added =
        isFirst || isLast ? [{ code: '', name: 'Synthetische indicator, nieuw in versie 2' }] : [];
      return {
        ...criterion,
        indicators: [...added, ...kept].map(({ name }, index) => ({
          code: `${criterion.code}.${index + 1}`,
          name,
        })),
      };
    }),
  })),
};

/** What version 2 asks as version 1 did: what has the same name. */
export const EQUIVALENTS: EventData<'FrameworkRevised'>['equivalents'] = indicatorsOf(SYNTHETIC).flatMap(
  (old) => {
    const same = indicatorsOf(REVISED).find(({ name }) => name === old.name);
    return same === undefined ? [] : [{ from: old.code, to: same.code }];
  },
);

/** The rows of a factsheet's table: most hold one indicator, two of the third theme bundle several. */
export function rowsOf(framework: Framework): string[][] {
  const rows: string[][] = [];
  for (const criterion of framework.themes.flatMap(({ criteria }) => criteria)) {
    const codes = criterion.indicators.map(({ code }) => code);
    if (codes.length === 7) rows.push(codes.slice(0, 3), codes.slice(3));
    else rows.push(...codes.map((code) => [code]));
  }
  return rows;
}
