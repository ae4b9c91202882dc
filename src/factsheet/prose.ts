import type { Framework } from '../domain/framework';
import type { Block } from './blocks';
import { isBoilerplate } from './boilerplate';
import { Claims } from './claims';
import { wholeDate } from './dates';
import type { Factsheet, Said } from './factsheet';
import { familiesReached } from './families';
import type { Section } from './headings';
import { squash } from './names';
import { endsSentence } from './passage';
import type { Problems } from './problems';
import {
  consultedIn,
  impossibleDateOfStatement,
  referredMunicipality,
  statementIn,
  testClaim,
} from './statements';
import { announcesTheme } from './themes';

/** What the text around the tables says. */
export interface Prose
  extends Pick<
    Factsheet,
    | 'municipality'
    | 'publishedOn'
    | 'assessor'
    | 'description'
    | 'familiesReached'
    | 'sources'
    | 'statement'
    | 'developments'
    | 'notUnderstood'
  > {
  readonly approach: Said<string> | null;
  /** True or false where a title says which of the two layouts this is. */
  readonly followUp: Said<boolean> | null;
  /** The year in which the inspectorate says that it tested. */
  readonly testedIn: Said<string> | null;
  /** The year of the heading *Ontwikkeling 2014*. */
  readonly developedIn: Said<string> | null;
}

const withoutBrackets = (name: string) => squash(name.replace(/\([^)]*\)/g, '').replace(/^(?:de|het) /i, ''));

/** Reads the blocks; contradictions go to `problems`, what is not understood is listed as such. */
export function readProse(blocks: readonly Block[], framework: Framework, problems: Problems): Prose {
  return new ProseReader(framework, problems).read(blocks);
}

class ProseReader {
  readonly #municipality = new Claims('municipality', withoutBrackets);
  readonly #approach = new Claims('approach', withoutBrackets);
  readonly #published = new Claims('publication date', (date) => date);
  readonly #testedIn = new Claims('year of the test', (year) => year);
  readonly #developedIn = new Claims('year of the follow-up', (year) => year);
  readonly #statement = new Claims('statement', (date) => date);
  #statedBy = '';
  #followUp: Said<boolean> | null = null;
  #assessor: Said<string> | null = null;
  readonly #description: Said<string>[] = [];
  readonly #described: { text: string; line: number }[] = [];
  readonly #consulted: { kind: 'OWN' | 'DOCUMENT' | 'PARTNER'; name: string; line: number }[] = [];
  readonly #developments: Said<string>[] = [];
  readonly #notUnderstood: Said<string>[] = [];
  #section: Section | null = null;
  #listing: 'partners' | 'themes' | null = null;

  constructor(
    readonly framework: Framework,
    readonly problems: Problems,
  ) {}

  read(blocks: readonly Block[]): Prose {
    for (const block of blocks) {
      const named = /Samenwerkend Toezicht Jeugd|\bSTJ\b/.exec(block.passage.text);
      if (named !== null && this.#assessor === null) {
        this.#assessor = { value: 'Samenwerkend Toezicht Jeugd', line: block.passage.lineAt(named.index) };
      }
      if (!this.#heading(block) && !this.#listed(block)) this.#paragraph(block);
    }
    const municipality = this.#municipality.settle(this.problems);
    const { reached, unclear } = familiesReached(this.#described);
    const [description] = this.#description;
    return {
      municipality,
      approach: this.#approach.settle(this.problems),
      publishedOn: this.#published.settle(this.problems),
      assessor: this.#assessor,
      description:
        description === undefined
          ? null
          : { value: this.#description.map(({ value }) => value).join('\n\n'), line: description.line },
      familiesReached: reached,
      sources: this.#sources(municipality?.value ?? null),
      statement: this.#stated(municipality?.value ?? null),
      developments: this.#developments,
      notUnderstood: [...this.#notUnderstood, ...unclear].toSorted((a, b) => a.line - b.line),
      followUp: this.#followUp,
      testedIn: this.#testedIn.settle(this.problems),
      developedIn: this.#developedIn.settle(this.problems),
    };
  }

  #heading({ heading, line }: Block): boolean {
    if (heading === null) return false;
    this.#listing = null;
    if (heading.kind === 'section') {
      this.#section = heading.section;
      this.#developedIn.add(heading.year, line);
    } else if (heading.kind === 'title') {
      this.#municipality.add(heading.municipality, line);
      this.#followUp ??= { value: heading.followUp, line };
      if (!heading.followUp) this.#testedIn.add(heading.year, line);
    } else if (heading.kind === 'approach') {
      if (heading.name === '')
        this.problems.add(line, 'an approach without a name; expected "Aanpak: " and its name');
      this.#approach.add(heading.name, line);
    }
    return true;
  }

  /** Items of the list of partners, or of the list of themes. */
  #listed(block: Block): boolean {
    const { text } = block.passage;
    if (announcesTheme(text, this.framework) && (block.bullet || this.#listing === 'themes')) return true;
    if (this.#listing === 'themes' && (block.bullet || !endsSentence(text))) return true;
    if (this.#listing === 'partners' && (block.bullet || !endsSentence(text))) {
      const items = block.bullet ? [{ text, number: block.line }] : block.lines;
      for (const item of items)
        this.#consult('PARTNER', item.text.replace(/(?:[;,.]|\s+en)+$/, ''), item.number);
      return true;
    }
    this.#listing = null;
    return false;
  }

  #paragraph(block: Block): void {
    const { passage, line } = block;
    const date = this.#section === null ? wholeDate(passage.text) : null;
    if (date !== null) this.#published.add(date, line);
    else if (this.#section === 'DESCRIPTION') {
      this.#description.push({ value: block.bullet ? `- ${passage.text}` : passage.text, line });
      this.#described.push(...passage.sentences());
    } else if (isBoilerplate(passage.text) && passage.sentences().length === 1)
      this.#claims(passage.text, line);
    else this.#sentences(block);
  }

  #sentences(block: Block): void {
    const rest = block.passage.sentences().filter(({ text, line }) => !this.#understood(text, line));
    const [first] = rest;
    if (first === undefined) return;
    if (this.#section === 'DEVELOPMENT') {
      this.#developments.push({ value: rest.map(({ text }) => text).join(' '), line: first.line });
    } else this.#notUnderstood.push(...rest.map(({ text, line }) => ({ value: text, line })));
  }

  #understood(sentence: string, line: number): boolean {
    const claimed = this.#claims(sentence, line);
    const impossible = impossibleDateOfStatement(sentence);
    if (impossible !== null) {
      this.problems.add(
        line,
        `"${impossible}" is no day that exists; expected the date of the municipality's statement`,
      );
    }
    const stated = statementIn(sentence);
    if (stated !== null) {
      this.#statement.add(stated.on, line);
      this.#statedBy ||= stated.by;
      return true;
    }
    const { municipality, documents, partners } = consultedIn(sentence);
    if (municipality) this.#consult('OWN', '', line);
    if (documents) this.#consult('DOCUMENT', '', line);
    for (const partner of partners ?? []) this.#consult('PARTNER', partner, line);
    if (partners?.length === 0) this.#listing = 'partners';
    if (/thema's (?:zijn|luiden|betreffen)\s*:$/i.test(sentence.replace(/[’‘]/g, "'")))
      this.#listing = 'themes';
    return claimed || municipality || documents || partners !== null || isBoilerplate(sentence);
  }

  #claims(sentence: string, line: number): boolean {
    this.#municipality.add(referredMunicipality(sentence), line);
    const claim = testClaim(sentence);
    this.#testedIn.add(claim?.year, line);
    this.#municipality.add(claim?.municipality, line);
    this.#approach.add(claim?.approach, line);
    return claim !== null && (claim.year !== null || claim.approach !== null);
  }

  #consult(kind: 'OWN' | 'DOCUMENT' | 'PARTNER', name: string, line: number): void {
    const known = this.#consulted.some((one) => one.kind === kind && squash(one.name) === squash(name));
    if (!known && (kind !== 'PARTNER' || name.trim() !== ''))
      this.#consulted.push({ kind, name: name.trim(), line });
  }

  #sources(municipality: string | null): Factsheet['sources'] {
    const own = municipality === null ? 'Gemeente' : `Gemeente ${municipality}`;
    return this.#consulted.map(({ kind, name, line }) => ({
      value: {
        kind: kind === 'DOCUMENT' ? ('DOCUMENT' as const) : ('QUESTIONNAIRE' as const),
        name:
          kind === 'PARTNER' ? name : kind === 'OWN' ? own : `Documentatie van de ${own.replace('G', 'g')}`,
        consultedOn: null,
      },
      line,
    }));
  }

  /** "De gemeente" is named in full where the document names it. */
  #stated(municipality: string | null): Factsheet['statement'] {
    const on = this.#statement.settle(this.problems);
    if (on === null) return null;
    const bare = this.#statedBy.replace(/^(?:de|het) /i, '');
    const by = /^gemeente$/i.test(bare) && municipality !== null ? `Gemeente ${municipality}` : bare;
    return { value: { by: by.charAt(0).toUpperCase() + by.slice(1), on: on.value }, line: on.line };
  }
}
