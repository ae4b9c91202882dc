import type { Framework } from '../domain/framework';
import { wholeDate } from './dates';
import { type Heading, headingIn, isPageNumber } from './headings';
import type { Line } from './lines';
import { endsSentence, Passage } from './passage';

/** A paragraph, a list item or a heading of the text around the tables. */
export interface Block {
  readonly line: number;
  readonly lines: readonly Line[];
  readonly passage: Passage;
  readonly bullet: boolean;
  readonly heading: Heading | null;
}

/** Puts together the paragraphs of the text around the tables; page numbers are left out. */
export function toBlocks(lines: readonly Line[], framework: Framework): Block[] {
  const blocks: Block[] = [];
  let current: Line[] = [];
  const flush = () => {
    const [first] = current;
    if (first !== undefined) blocks.push(toBlock(first, current, framework));
    current = [];
  };
  for (const line of lines) {
    const last = current.at(-1);
    if (line.blank) flush();
    else if (isPageNumber(line)) continue;
    else if (last === undefined || !begins(line, last, current, framework)) current.push(line);
    else {
      flush();
      current.push(line);
    }
  }
  flush();
  return blocks;
}

/** True where a new block begins although no blank line parts it from the line before. */
function begins(line: Line, last: Line, block: readonly Line[], framework: Framework): boolean {
  if (line.bullet || line.heading || last.heading) return true;
  // A list follows; but "de aanpak:" is followed by a name.
  if (/(?<!.\baanpak):$/i.test(last.text)) return true;
  const above = headingIn(last, framework);
  const heading = headingIn(line, framework);
  // In running text a line may begin like a heading by accident of where it was broken.
  const running = above === null && last.text.length > 40 && !endsSentence(last.text);
  if (heading !== null && !running && /^\p{Lu}/u.test(line.text)) return true;
  if (above !== null) return above.kind !== 'title' || above.municipality !== '';
  if (wholeDate(line.text) !== null || wholeDate(last.text) !== null)
    return endsSentence(last.text) || block.length < 4;
  return block[0]?.bullet === true && !line.indented && !/^\p{Ll}/u.test(line.text);
}

function toBlock(first: Line, lines: readonly Line[], framework: Framework): Block {
  const passage = new Passage(lines.map(({ number, text }) => ({ line: number, text, joint: 'wrap' })));
  const heading = headingIn({ ...first, text: passage.text }, framework);
  return { line: first.number, lines, passage, bullet: first.bullet, heading };
}
