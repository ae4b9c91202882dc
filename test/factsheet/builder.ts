import fc from 'fast-check';
import type { Verdict } from '../../src/domain/events';
import { GGSR } from '../../src/domain/ggsr';
import { placesOf } from '../../src/factsheet/places';

export interface BuiltMark {
  readonly verdict: Verdict;
  readonly narrative: string;
  readonly notes: readonly string[];
}

export interface BuiltRow {
  readonly indicators: readonly string[];
  readonly marks: readonly BuiltMark[];
}

/** A factsheet as facts; {@link assessment} and {@link followUp} write it down in the two layouts. */
export interface Built {
  readonly municipality: string;
  readonly approach: string;
  readonly year: number;
  readonly families: number;
  readonly partners: readonly string[];
  readonly rows: readonly BuiltRow[];
}

const PLACES = placesOf(GGSR);
const sign = (verdict: Verdict) => (verdict === 'MET' ? '✓' : '✗');

const sentence = fc
  .array(
    fc.constantFrom(
      'de',
      'gemeente',
      'partners',
      'plan',
      'x',
      'X-factor',
      'gezin',
      'zien',
      'één',
      'en',
      '2012',
    ),
    {
      minLength: 2,
      maxLength: 12,
    },
  )
  .map((words) => `Hier ${words.join(' ')} is te lezen.`);
const mark: fc.Arbitrary<BuiltMark> = fc.record({
  verdict: fc.constantFrom<Verdict>('MET', 'IMPROVEMENT_NEEDED'),
  narrative: sentence,
  notes: fc.array(sentence, { maxLength: 2 }),
});

/** Rows for all indicators; neighbours under one criterion are sometimes bundled in one row. */
const rows: fc.Arbitrary<BuiltRow[]> = fc
  .tuple(
    fc.array(fc.boolean(), { minLength: PLACES.length, maxLength: PLACES.length }),
    fc.array(fc.array(mark, { minLength: 1, maxLength: 3 }), {
      minLength: PLACES.length,
      maxLength: PLACES.length,
    }),
  )
  .map(([bundled, marks]) => {
    const built: { indicators: string[]; criterion: string; marks: BuiltMark[] }[] = [];
    for (const [index, { code, criterion }] of PLACES.entries()) {
      const above = built.at(-1);
      if (bundled[index] === true && above?.criterion === criterion.code) above.indicators.push(code);
      else built.push({ indicators: [code], criterion: criterion.code, marks: marks[index] ?? [] });
    }
    return built.map(({ indicators, marks }) => ({ indicators, marks }));
  });

export const built: fc.Arbitrary<Built> = fc.record({
  municipality: fc.constantFrom(
    'Maastricht',
    "'s-Hertogenbosch",
    'Súdwest-Fryslân',
    'Bergen (NH.)',
    'Den Haag',
    'Hengelo',
  ),
  approach: fc.constantFrom(
    'Integrale Aanpak',
    'Gezinscoaching',
    'Aanpak Multiprobleemgezinnen',
    'Eén Gezin, Eén Plan',
    '10 voor Toekomst',
  ),
  year: fc.integer({ min: 2011, max: 2018 }),
  families: fc.integer({ min: 1, max: 12000 }),
  partners: fc.uniqueArray(
    fc.constantFrom('Mondriaan', 'MEE', 'Politie', 'Zorg en Welzijn', 'Bureau Jeugdzorg'),
    { minLength: 1 },
  ),
  rows,
});

export function assessment({ municipality, approach, year, families, partners, rows }: Built): string {
  const lines = [
    `# Uitkomsten toezichtonderzoek ${municipality}`,
    '',
    `Aanpak: ${approach}`,
    '',
    `November ${year}`,
    '',
    `In ${year} heeft STJ in ${municipality} de aanpak: ${approach} getoetst.`,
    '',
    'De gemeente heeft de vragenlijst ingevuld en documentatie toegestuurd. Een vragenlijst is ingevuld door:',
    '',
    ...partners.map((partner) => `- ${partner}`),
    '',
    'Beschrijving',
    '',
    `Nu krijgen ${families.toLocaleString('nl-NL')} gezinnen ondersteuning.`,
    '',
    'Bevindingen toezichtonderzoek',
  ];
  let criterion = '';
  let theme = '';
  for (const row of rows) {
    const places = PLACES.filter(({ code }) => row.indicators.includes(code));
    const [first] = places;
    if (first === undefined) continue;
    if (first.theme.code !== theme)
      lines.push('', `${first.theme.name}\t\t`, 'Criteria\tIndicatoren\tBevindingen');
    theme = first.theme.code;
    const cell = row.marks
      .map(({ verdict, narrative, notes }) =>
        [`${sign(verdict)} ${narrative}`, ...notes.map((note) => `LET OP: ${note}`)]
          .map((part) => `<p>${part}</p>`)
          .join(' '),
      )
      .join(' ');
    const names = places.map(({ name }) => name).join(' ');
    lines.push(`${first.criterion.code === criterion ? '' : first.criterion.name}\t${names}\t${cell}`);
    criterion = first.criterion.code;
  }
  return `${lines.join('\n')}\n`;
}

/** The follow-up two years later, with the earlier year in the second column or, `swapped`, in the third. */
export function followUp({ municipality, approach, year, rows }: Built, swapped: boolean): string {
  const order = <T>(earlier: T, later: T) => (swapped ? [later, earlier] : [earlier, later]);
  const lines = [
    `# Uitkomsten verbeterpunten toezichtonderzoek ${municipality}`,
    '',
    `Aanpak: ${approach}`,
    '',
    `## Ontwikkeling ${year + 2}`,
    '',
    `Op 3 april ${year + 2} heeft de gemeente aan STJ aangegeven wat er met de verbeterpunten is gebeurd.`,
    '',
    '## Uitkomsten verbeterpunten',
  ];
  let theme = '';
  for (const row of rows) {
    const places = PLACES.filter(({ code }) => row.indicators.includes(code));
    const [first] = places;
    if (first === undefined) continue;
    if (first.theme.code !== theme) {
      lines.push('', `${first.theme.name}\t\t`, ['Indicator', ...order(year, year + 2)].join('\t'));
    }
    theme = first.theme.code;
    const cell = row.marks.map(({ verdict, narrative }) => `${sign(verdict)} ${narrative}`).join(' ');
    lines.push(
      [places.map(({ name }) => name).join('; '), ...order('X Hier ontbrak iets.', cell)].join('\t'),
    );
  }
  return `${lines.join('\n')}\n`;
}
