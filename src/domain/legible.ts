import type { DomainEvent } from './events';
import { atLine, Rejection } from './rejection';

// Names and texts are shown, copied and exported for decades. A character that nobody sees but a terminal or a
// spreadsheet obeys has no place in them. Held where something is decided, not where events are read: what was recorded
// before there was this rule stays readable.

/** Of what stands on one line: control characters, separators of lines, and what turns the direction of writing. */
const NOT_IN_NAMES = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Of free text, which may have lines and tabs. */
const NOT_IN_TEXTS = /(?![\t\n\r])\p{Cc}/u;

/** Some ten pages: a text is read and answered whole, and events are for ever. */
const MAX_TEXT = 20_000;

const IN_NAMES =
  'text on one line, without control characters and marks that change the direction of writing';
const IN_TEXTS = 'text without control characters other than line breaks and tabs';

/**
 * The text of a document is kept as its bytes spell it: it is held to what a document may be where it is read.
 * @throws Rejection where a name or a text of the event has characters that do not belong there, or too many.
 */
export function assertLegible(event: DomainEvent, line: number | null = null): void {
  atLine(line, () =>
    assertValues(event.type === 'FactsheetImported' ? { name: event.data.name } : event.data, ''),
  );
}

function assertValues(value: object, path: string): void {
  for (const [name, member] of Object.entries(value)) {
    const field = `${path}${name}`;
    if (typeof member === 'string') assertWithout(NOT_IN_NAMES, member, field, IN_NAMES);
    if (member === null || typeof member !== 'object') continue;
    if ('text' in member && 'salt' in member) assertText(String(member.text), field);
    else assertValues(member, `${field}.`);
  }
}

function assertText(text: string, field: string): void {
  assertWithout(NOT_IN_TEXTS, text, field, IN_TEXTS);
  if (text.length <= MAX_TEXT) return;
  const accepted = `at most ${MAX_TEXT} characters`;
  const message = `${field} has ${text.length} characters; expected ${accepted}`;
  throw new Rejection('VALUE_NOT_ACCEPTED', message, field, { accepted });
}

function assertWithout(characters: RegExp, text: string, field: string, accepted: string): void {
  const found = characters.exec(text);
  if (found === null) return;
  const code = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  throw new Rejection(
    'VALUE_NOT_ACCEPTED',
    `${field} holds the character U+${code}; expected ${accepted}`,
    field,
    {
      accepted,
    },
  );
}
