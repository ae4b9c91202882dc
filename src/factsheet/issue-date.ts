import { type Edtf, lastDay } from '../domain/edtf';
import { type Factsheet, FactsheetError, type Said } from './factsheet';

/**
 * When a new issue was published: the day that the document says, where that lies behind the issues before
 * it. One that still bears the date of an issue before it says nothing of its own: then it is the day given
 * beside it, or not known.
 * @param earlier when the issues before it were published, as far as that is known
 * @param given by `--published`
 * @throws FactsheetError where it was published before an issue that it comes after, or in the future.
 */
export function issueDate(
  { publishedOn }: Pick<Factsheet, 'publishedOn'>,
  earlier: readonly Edtf[],
  given: Edtf | null,
  today: string,
): { readonly publishedOn: Edtf | null; readonly warnings: readonly Said<string>[] } {
  const said = publishedOn?.value ?? null;
  const before = earlier.reduce<Edtf | null>(
    (latest, date) => (latest === null || lastDay(date) > lastDay(latest) ? date : latest),
    null,
  );
  if (said !== null && (before === null || lastDay(said) > lastDay(before))) {
    return { publishedOn: said, warnings: [] };
  }
  if (said !== null && before !== null && !earlier.some((date) => lastDay(date) === lastDay(said))) {
    throw early(publishedOn?.line ?? null, said, before);
  }
  if (given !== null && given.replace('~', '') > today.slice(0, given.replace('~', '').length)) {
    throw new FactsheetError([
      { line: null, message: `--published ${given} lies in the future; today is ${today}` },
    ]);
  }
  if (given !== null && before !== null && lastDay(given) < lastDay(before)) throw early(null, given, before);
  const warning = `bears the date of an earlier issue (${said}): its corrections are public from ${given ?? 'the day they are recorded; --published says otherwise'}`;
  return {
    publishedOn: given,
    warnings: said === null ? [] : [{ value: warning, line: publishedOn?.line ?? 1 }],
  };
}

function early(line: number | null, publishedOn: Edtf, before: Edtf): FactsheetError {
  return new FactsheetError([
    {
      line,
      message: `published on ${publishedOn}, before the issue that it comes after (${before}); expected a later date`,
    },
  ]);
}
