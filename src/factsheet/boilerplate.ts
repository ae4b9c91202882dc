/**
 * Sentences that the factsheets share word for word, or nearly so. They say how the inspectorate works and
 * nothing about this approach, so nothing is lost where they are passed over.
 */
const SENTENCES: readonly RegExp[] = [
  /^(?:samenwerkend toezicht jeugd|stj|ministerie van|inspectie (?:voor|van|jeugd|gezondheid)|rijksoverheid)\b[^.!?]*$/i,
  /verstaat onder (?:een )?gezin(?:nen)? met (?:een )?geringe sociale redzaamheid/i,
  /^kinderen van dat gezin lopen hierdoor/i,
  /^het gezin kent vaak een historie/i,
  /^(?:gezin|chronisch|leefgebieden): /i,
  /^deze netwerkpartners zijn (?:aangedragen|voorgedragen|genoemd)/i,
  /^op basis van de (?:ingevulde )?vragenlijsten? en /i,
  /(?:stj|samenwerkend toezicht jeugd)(?: \(stj\))? (?:heeft|in \d{4}|toetste)\b.*\b(?:getoetst|beoordeeld)\b/i,
  /^in \d{4} (?:heeft|toetste) (?:stj|samenwerkend toezicht jeugd)\b/i,
  /^het toetsingskader ggsr (?:bestaat|omvat)/i,
  /^de (?:vijf )?thema's zijn:?$/i,
  /^deze thema's zijn (?:verder )?uitgewerkt/i,
  /^de (?:onderstaande|volgende) tabel (?:bevat|toont|geeft)/i,
  /^per indicator (?:wordt|is|staat) (?:aangegeven|vermeld)/i,
  /^(?:het )?onderstaande? overzicht (?:geeft|laat|toont)/i,
  /^dit overzicht gaat (?:alleen|uitsluitend) (?:in op|over)/i,
  /\bniet (?:opnieuw|nog eens) getoetst\b/i,
];

/** True where the sentence is one of the study's standing ones. */
export function isBoilerplate(sentence: string): boolean {
  const straight = sentence.replace(/[’‘`´]/g, "'");
  return SENTENCES.some((pattern) => pattern.test(straight));
}
