import type { EventData, Themes } from '../../src/domain/events';
import { type Framework, FrameworkLine } from '../../src/domain/framework';

type Indicators = readonly (readonly [code: string, name: string])[];

/** Themes from their indicators: theme and criterion are read off the codes. */
function themes(indicators: Indicators): Themes {
  const result: Themes = [];
  for (const [code, name] of indicators) {
    const [theme = '', criterion = ''] = code.split('.');
    let inTheme = result.find((one) => one.code === theme);
    if (inTheme === undefined) {
      inTheme = { code: theme, name: `Thema ${theme}`, criteria: [] };
      result.push(inTheme);
    }
    const criterionCode = `${theme}.${criterion}`;
    let inCriterion = inTheme.criteria.find((one) => one.code === criterionCode);
    if (inCriterion === undefined) {
      inCriterion = { code: criterionCode, name: `Criterium ${criterionCode}`, indicators: [] };
      inTheme.criteria.push(inCriterion);
    }
    inCriterion.indicators.push({ code, name });
  }
  return result;
}

/** Four indicators in two themes. */
export const KADER: Framework = {
  code: 'KADER',
  version: 1,
  name: 'Toetsingskader',
  themes: themes([
    ['1.1.1', 'Bereik'],
    ['1.1.2', 'Toeleiding'],
    ['2.1.1', 'Regie'],
    ['2.2.1', 'Afspraken'],
  ]),
};

/** Its revision: `Bereik` moved, `Regie` stayed, and the codes of what was dropped ask something new. */
export const KADER_2: Framework = {
  code: 'KADER',
  version: 2,
  name: 'Toetsingskader, herzien',
  themes: themes([
    ['1.1.1', 'Vroegsignalering'],
    ['1.1.2', 'Bereik van de aanpak'],
    ['2.1.1', 'Regie'],
    ['2.2.1', 'Nazorg'],
  ]),
};
export const EQUIVALENTS: EventData<'FrameworkRevised'>['equivalents'] = [
  { from: '1.1.1', to: '1.1.2' },
  { from: '2.1.1', to: '2.1.1' },
];

/** Another framework, with codes that KADER has too. */
export const ANDER: Framework = {
  code: 'ANDER',
  version: 1,
  name: 'Ander kader',
  themes: themes([
    ['1.1.1', 'Veiligheid'],
    ['1.1.2', 'Toezicht'],
  ]),
};

const lines = new Map([
  ['KADER', new FrameworkLine().add(KADER, []).add(KADER_2, EQUIVALENTS)],
  ['ANDER', new FrameworkLine().add(ANDER, [])],
]);
const unknown = new FrameworkLine();

/** The frameworks of the tests by code; one that nobody published has no versions. */
export function frameworks(code: string): FrameworkLine {
  return lines.get(code) ?? unknown;
}
