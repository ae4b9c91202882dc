import rows from './municipalities.json';
import { nearest } from './nearest';

/** A municipality as Statistics Netherlands (CBS) numbers it, with its successor where it was merged. */
export interface Municipality {
  /** `GM` and four digits. */
  readonly code: string;
  readonly name: string;
  /** Code of the municipality that it went into; null where it exists, or has no successor. */
  readonly successor: string | null;
  /** First day of its existence as `YYYY-MM-DD`; null where older than the table. */
  readonly validFrom: string | null;
  /** First day on which it no longer exists; null where it exists. */
  readonly validUntil: string | null;
}

/** All municipalities there were and are, in order of code. */
export const MUNICIPALITIES: readonly Municipality[] = (
  rows as [string, string, string | null, string | null, string | null][]
).map(([code, name, successor, validFrom, validUntil]) => ({ code, name, successor, validFrom, validUntil }));

/** What everybody calls them, beside the official name. */
const COMMON_NAMES: Readonly<Record<string, string>> = {
  "'s-gravenhage": 'den haag',
  "'s-hertogenbosch": 'den bosch',
};

const byCode = new Map(MUNICIPALITIES.map((municipality) => [municipality.code, municipality]));

export function municipalityByCode(code: string): Municipality | undefined {
  return byCode.get(code);
}

/** True where the municipality existed on at least one day of the year. */
export function existedIn(municipality: Municipality, year: number): boolean {
  const written = String(year).padStart(4, '0');
  return (
    (municipality.validFrom === null || municipality.validFrom <= `${written}-12-31`) &&
    (municipality.validUntil === null || municipality.validUntil > `${written}-01-01`)
  );
}

/** No municipality, or more than one, answers to the name in that year. The message lists the candidates. */
export class UnresolvedMunicipalityError extends Error {
  override readonly name = 'UnresolvedMunicipalityError';
}

/**
 * The municipality that a document of the given reference year means by a name or a CBS code: one that
 * existed in that year and is called so exactly, or without a suffix in brackets where only one fits
 * (Hengelo is *Hengelo (O)* since 2005).
 * @throws UnresolvedMunicipalityError with the candidates.
 */
export function resolveMunicipality(nameOrCode: string, year: number): Municipality {
  const wanted = comparable(nameOrCode);
  const existing = MUNICIPALITIES.filter((municipality) => existedIn(municipality, year));

  const exact = existing.filter(({ name, code }) =>
    [comparable(name), COMMON_NAMES[comparable(name)], comparable(code)].includes(wanted),
  );
  if (exact[0] !== undefined && exact.length === 1) return exact[0];
  const unsuffixed = existing.filter(({ name }) => comparable(withoutSuffix(name)) === wanted);
  if (unsuffixed[0] !== undefined && unsuffixed.length === 1) return unsuffixed[0];

  const called = MUNICIPALITIES.filter(({ name, code }) =>
    [name, withoutSuffix(name), code].map(comparable).includes(wanted),
  );
  const candidates = exact.length > 1 ? exact : unsuffixed.length > 1 ? unsuffixed : called;
  if (candidates.length === 0 && /^gm\d*$/.test(wanted)) {
    throw new UnresolvedMunicipalityError(
      `there is no municipality with the code "${nameOrCode}"; expected GM and four digits, such as GM0935`,
    );
  }
  throw new UnresolvedMunicipalityError(
    candidates.length === 0
      ? `no municipality is called "${nameOrCode}"; in ${year} there were, nearest in name: ${nearest(
          wanted,
          existing,
          ({ name }) => comparable(name),
        )
          .map(describe)
          .join(', ')}`
      : candidates.some((municipality) => existedIn(municipality, year))
        ? `"${nameOrCode}" is ambiguous in ${year}: ${candidates.map(describe).join(', ')}; name one by its code`
        : `"${nameOrCode}" did not exist in ${year}: ${candidates.map(describe).join(', ')}${predecessors(candidates, existing)}`,
  );
}

/** Which of those that existed went into one of the candidates. */
function predecessors(candidates: readonly Municipality[], existing: readonly Municipality[]): string {
  const codes = new Set(candidates.map(({ code }) => code));
  const before = existing.filter(({ successor }) => successor !== null && codes.has(successor));
  return before.length === 0 ? '' : `; before it were ${before.map(describe).join(', ')}`;
}

/** Name with the form of Unicode, apostrophes, white space and case that comparing needs. */
function comparable(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[’‘`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

function withoutSuffix(name: string): string {
  return name.replace(/\s*\([^)]*\)$/, '');
}

function describe({ code, name, validFrom, validUntil, successor }: Municipality): string {
  const parts = [
    code,
    ...(validFrom === null ? [] : [`from ${validFrom}`]),
    ...(validUntil === null ? [] : [`until ${validUntil}`]),
    ...(successor === null ? [] : [`then ${byCode.get(successor)?.name ?? ''} ${successor}`]),
  ];
  return `${name} (${parts.join(', ')})`;
}
