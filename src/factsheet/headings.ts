import type { Framework } from '../domain/framework';
import type { Line } from './lines';
import { themeIn } from './themes';

export type Section = 'DESCRIPTION' | 'FINDINGS' | 'INTRODUCTION' | 'DEVELOPMENT' | 'OUTCOMES';

/** A line of its own that divides the document. */
export type Heading =
  | { readonly kind: 'section'; readonly section: Section; readonly year: string | null }
  | {
      readonly kind: 'title';
      readonly followUp: boolean;
      readonly municipality: string;
      readonly year: string | null;
    }
  | { readonly kind: 'approach'; readonly name: string }
  | { readonly kind: 'continuation' };

const SECTIONS: readonly [RegExp, Section][] = [
  [/^(?:korte )?beschrijving(?: van)?(?: de)?(?: aanpak)?$/i, 'DESCRIPTION'],
  [/^bevindingen(?: van het| uit het)?(?: toezichtonderzoek)?$/i, 'FINDINGS'],
  [/^inleiding$/i, 'INTRODUCTION'],
  [/^ontwikkeling(?:en)?(?: in)?(?: (\d{4}))?$/i, 'DEVELOPMENT'],
  [/^uitkomsten(?: van de)? verbeterpunten$/i, 'OUTCOMES'],
];
const TITLE = /^uitkomsten (?<followUp>verbeterpunten )?(?:van het )?toezichtonderzoek(?<rest>.*)$/i;
const APPROACH = /^(?:naam(?: van de)? )?aanpak\s*:\s*(?<name>.*)$/i;
const CONTINUATION = /^[([*]*vervolg\b/i;

/** What the line is, where it is one of the lay-out's headings; null otherwise. */
export function headingIn(line: Line, framework: Framework): Heading | null {
  if (line.bullet || line.text === '') return null;
  const text = line.text.replace(/\s*:$/, '');
  for (const [pattern, section] of SECTIONS) {
    const match = pattern.exec(text);
    if (match !== null) return { kind: 'section', section, year: match[1] ?? null };
  }
  const title = TITLE.exec(text)?.groups;
  if (title !== undefined && !/[.!?]$/.test(text.replace(/\(.*\)$/, ''))) {
    const rest = (title.rest ?? '').replace(/^\s*[:–-]\s*/, '').trim();
    const year = /[\s(](\d{4})\)?$/.exec(` ${rest}`)?.[1] ?? null;
    return {
      kind: 'title',
      followUp: title.followUp !== undefined,
      municipality: rest
        .replace(/\s*\(?\d{4}\)?$/, '')
        .replace(/^(?:in )?(?:de )?gemeente /i, '')
        .trim(),
      year,
    };
  }
  const approach = APPROACH.exec(line.text)?.groups;
  if (approach !== undefined) return { kind: 'approach', name: (approach.name ?? '').trim() };
  return isContinuation(text, framework) ? { kind: 'continuation' } : null;
}

/** *Vervolg bevindingen toezichtonderzoek* and its like, above the part of a table on a next page. */
function isContinuation(text: string, framework: Framework): boolean {
  if (!CONTINUATION.test(text) || /[.!?]$/.test(text) || text.split(' ').length > 6) return false;
  const of = text.replace(/^[([*]*vervolg[)\]*]*\s*:?\s*(?:van\s+)?(?:de\s+|het\s+)?/i, '');
  return (
    of === '' ||
    /^(?:bevinding|uitkomst|verbeterpunt|tabel|overzicht|toezicht)/i.test(of) ||
    themeIn(of, framework) !== null
  );
}

/** A page number: nothing else stands on the line. */
export function isPageNumber(line: Line): boolean {
  return /^(?:(?:pagina|pag\.?|p\.)\s*\d{1,3}(?:\s*(?:van|\/)\s*\d{1,3})?|[-–]\s*\d{1,3}\s*[-–]|\d{1,3}\s*(?:van|\/)\s*\d{1,3}|\d{1,3})$/i.test(
    plainNumber(line),
  );
}

function plainNumber(line: Line): string {
  return line.cells.join(' ').replace(/\s+/g, ' ').trim();
}
