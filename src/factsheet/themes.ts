import { distance } from 'fastest-levenshtein';
import type { Framework } from '../domain/framework';
import { squash } from './names';

export type Theme = Framework['themes'][number];

const AROUND =
  /^(?:vervolg(?: van)?\s*:?\s+)?(?:thema\s*\d*\s*[:.–-]?\s*)?(?:\d+\s*[.):]?\s+)?|\s*[([]?vervolg[)\]]?\s*$|\s*:\s*$/giu;

/** The theme that the text names: `Aanpak`, `De aanpak`, `Thema 3: Aanpak (vervolg)`, one letter in eight off. */
export function themeIn(text: string, framework: Framework): Theme | null {
  const bare = squash(text.replace(AROUND, '').replace(AROUND, ''));
  const without = bare.replace(/^de(?=\w)/, '');
  const near = framework.themes.filter(({ name }) => {
    const wanted = squash(name);
    const allowed = Math.floor(wanted.length / 8);
    return [bare, without].some((tried) => distance(tried, wanted) <= allowed);
  });
  return near.length === 1 ? (near[0] ?? null) : null;
}

/** What the document's lists of themes begin with: the theme's name and a colon. */
export function announcesTheme(text: string, framework: Framework): boolean {
  const [name, explained] = text.split(':', 2);
  return (
    name !== undefined &&
    explained?.trim() !== '' &&
    explained !== undefined &&
    themeIn(name, framework) !== null
  );
}

/** For what an error says. */
export function expectedThemes(framework: Framework): string {
  return `one of the themes ${framework.themes.map(({ name }) => name).join(', ')}`;
}
