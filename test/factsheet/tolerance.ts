import { GGSR } from '../../src/domain/ggsr';
import { placesOf } from '../../src/factsheet/places';

/** Ways in which the same factsheet may reach us. None changes what it says; those with `lines` move lines. */
export interface Variation {
  readonly name: string;
  readonly lines?: boolean;
  readonly apply: (text: string) => string;
}

const swapGlyphs = (met: string, needed: string) => (text: string) =>
  text.replace(/✓(?= )(?!\))/g, met).replace(/(?<=[\t>])(?:✗|X)(?= )/g, needed);

export const VARIATIONS: readonly Variation[] = [
  { name: 'CR LF as line end', apply: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'CR as line end', apply: (text) => text.replaceAll('\n', '\r') },
  { name: 'a byte order mark', apply: (text) => `\uFEFF${text}` },
  { name: 'decomposed Unicode (NFD)', apply: (text) => text.normalize('NFD') },
  { name: 'the marks ✔ and ✘', apply: swapGlyphs('✔', '✘') },
  { name: 'emoji variation selectors behind the marks', apply: swapGlyphs('✔\uFE0F', '✘\uFE0F') },
  { name: 'X for ✗', apply: swapGlyphs('✓', 'X') },
  { name: 'x for ✗', apply: swapGlyphs('✓', 'x') },
  { name: 'no space behind the marks', apply: (text) => text.replace(/([\t>])✓ /g, '$1✓') },
  { name: 'non-breaking spaces', apply: (text) => text.replaceAll(' ', '\u00A0') },
  {
    name: 'thin and ideographic spaces',
    apply: (text) => text.replace(/(?<=\p{L}) (?=\p{L})/gu, '\u2009\u3000'),
  },
  {
    name: 'spaces around tabs and at line ends',
    apply: (text) => text.replaceAll('\t', '  \t ').replaceAll('\n', '  \n'),
  },
  {
    name: 'white space cut off the lines',
    apply: (text) => text.replace(/[ \t]+$/gm, '').replace(/^[ \t]+/gm, ''),
  },
  { name: 'soft hyphens', apply: (text) => text.replace(/(\p{Ll}{4})(\p{Ll}{4})/gu, '$1\u00AD$2') },
  { name: 'zero-width spaces', apply: (text) => text.replace(/(\p{Ll}{5})(\p{Ll})/gu, '$1\u200B$2') },
  { name: 'no <p>', apply: (text) => text.replace(/<\/?p>/g, '') },
  {
    name: '<P class> with capitals',
    apply: (text) => text.replaceAll('<p>', '<P class="x">').replaceAll('</p>', '</P>'),
  },
  { name: '<br> for <p>', apply: (text) => text.replaceAll('</p> <p>', '<br/>').replace(/<\/?p>/g, '') },
  { name: 'bold marks', apply: (text) => text.replace(/([\t>])([✓✗X]) /g, '$1**$2** ') },
  {
    name: 'bold headings',
    apply: (text) => text.replace(/^#+ (.*)$/gm, '**$1**').replace(/^Aanpak: (.*)$/gm, '**Aanpak:** $1'),
  },
  {
    name: 'emphasised header rows',
    apply: (text) => text.replace(/^(Criteria|Indicator)\t(.*)\t(.*)$/gm, '*$1*\t<b>$2</b>\t__$3__'),
  },
  { name: 'a space before the colon of LET OP', apply: (text) => text.replace(/let op:/gi, 'LET OP :') },
  { name: 'let op in lower case', apply: (text) => text.replace(/let op:/gi, 'let op:') },
  {
    name: 'names in capitals',
    apply: (text) =>
      placesOf(GGSR).reduce((varied, { name }) => varied.replaceAll(name, name.toUpperCase()), text),
  },
  { name: 'themes with an article', apply: (text) => text.replace(/^Aanpak\t/gm, 'De aanpak\t') },
  {
    name: 'small spelling mistakes in names',
    apply: (text) => text.replaceAll('samenwerkingsafspraken gemaakt', 'samenwerkings-afspraaken gemaakt'),
  },
  { name: 'blank lines between all lines', lines: true, apply: (text) => text.replaceAll('\n', '\n\n') },
  { name: 'form feeds before the themes', apply: (text) => text.replace(/^(?=Samenwerking\t)/gm, '\f') },
  {
    name: 'page numbers',
    lines: true,
    apply: (text) => text.replace(/^(?=Samenwerking\t)/gm, '3\n\n\fPagina 4 van 6\n\n'),
  },
  {
    name: 'page breaks that repeat heading, theme and header row',
    lines: true,
    apply: (text) =>
      text.replace(
        /^(?=\tBinnen de aanpak wordt het sociale)/m,
        '\nVervolg bevindingen toezichtonderzoek\n\nGezin centraal (vervolg)\t\t\nCriteria\tIndicatoren\tBevindingen\n',
      ),
  },
  {
    name: 'the criterion repeated in each row',
    apply: (text) => {
      let criterion = '';
      return text.replace(/^([^\t\n]*)\t(?=[^\t\n]+\t)/gm, (_, cell: string) => {
        if (cell === 'Criteria' || cell === 'Indicator') return `${cell}\t`;
        criterion = cell === '' ? criterion : cell;
        return `${criterion}\t`;
      });
    },
  },
  {
    name: 'a Markdown table',
    apply: (text) => text.replace(/^[^\n]*\t[^\n]*$/gm, (row) => `| ${row.replaceAll('\t', ' | ')} |`),
  },
  {
    name: 'lines broken at 80 characters',
    lines: true,
    apply: (text) =>
      text.replace(/[^\n]{81,}/g, (line) => line.replace(/(.{1,80})(?: |$)/gu, '$1\n').trimEnd()),
  },
  {
    name: 'semicolons between bundled indicators',
    apply: (text) => text.replace(/ (?=De gemeente heeft beleid|De netwerkpartners hebben gez)/g, '; '),
  },
  {
    name: '<br> between bundled indicators',
    apply: (text) => text.replace(/ (?=De gemeente heeft beleid|De netwerkpartners hebben gez)/g, '<br>'),
  },
];
