import { type ApproachCommand, stepsOf } from '../../domain/approach-commands';
import { EARLIEST_YEAR } from '../../domain/edtf';
import { Rejection } from '../../domain/rejection';

/** Dates of what has happened; only what is promised may lie ahead. */
const PAST_DATES = new Set([
  'consultedOn',
  'reportedOn',
  'settledOn',
  'publishedOn',
  'assessmentPublishedOn',
]);

/**
 * What an event might hold, and still makes no sense from somebody who records it now.
 * @throws Rejection with the code VALUE_NOT_ACCEPTED
 */
export function assertSensible(command: ApproachCommand, now: Date): void {
  if (command.type === 'RecordAssessment') return;
  const today = now.toISOString().slice(0, 10);
  for (const [field, value] of stepsOf(command).flatMap(({ data }) => valuesIn(data))) {
    // Of a reason the domain itself says that it may not be missing.
    if (typeof value === 'string' && value.trim() === '' && field !== 'reason')
      throw notAccepted(field, 'is blank', field.endsWith('Id') ? 'an id' : 'words');
    if (field === 'improvementPointIds' && Array.isArray(value) && new Set(value).size < value.length) {
      throw notAccepted(field, 'has one twice', 'each once');
    }
    if (typeof value !== 'string') continue;
    if (
      PAST_DATES.has(field.split('.').at(-1) ?? '') &&
      value.replace('~', '') > today.slice(0, value.replace('~', '').length)
    ) {
      throw notAccepted(field, `is ${value}, which lies in the future`, `a date up to ${today}`);
    }
    if (PAST_DATES.has(field.split('.').at(-1) ?? '') && Number(value.slice(0, 4)) < EARLIEST_YEAR) {
      throw notAccepted(field, `is ${value}`, `a date from ${EARLIEST_YEAR} on`);
    }
    if (field === 'reference' && (Number(value) < EARLIEST_YEAR || value > today.slice(0, 4))) {
      throw notAccepted(field, `is ${value}`, `a year from ${EARLIEST_YEAR} to ${today.slice(0, 4)}`);
    }
  }
}

/** All values in it, by their paths; texts without their salts. */
function valuesIn(data: object, path = ''): [field: string, value: unknown][] {
  return Object.entries(data).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    const field = `${path}${name}`;
    if (value === null || typeof value !== 'object') return [[field, value]];
    return 'text' in value ? [[field, value.text]] : [[field, value], ...valuesIn(value, `${field}.`)];
  });
}

function notAccepted(field: string, is: string, accepted: string): Rejection {
  return new Rejection('VALUE_NOT_ACCEPTED', `${field} ${is}; expected ${accepted}`, field, { accepted });
}
