/**
 * Limits within which somebody has rights: by the inspectorate that assesses, the municipality whose approach
 * it is, and the framework. Null sets no limit; an empty list lets nothing in.
 */
export interface Limits {
  /** Names, as assessments have them for their assessor. */
  readonly inspectorates: readonly string[] | null;
  /** CBS codes. */
  readonly municipalities: readonly string[] | null;
  readonly frameworks: readonly string[] | null;
}

/** No limits at all. */
export const EVERYTHING: Limits = { inspectorates: null, municipalities: null, frameworks: null };

/**
 * Who reads, as far as it decides what is there for them: everybody sees what is published, and beside it an
 * audience sees the drafts and the confidential assessments that lie within any of these limits.
 */
export type Audience = readonly Limits[];

/** Everybody. */
export const PUBLIC: Audience = [];

/** Whether an assessment lies within any of the limits. */
export function includesAssessment(
  audience: Audience,
  municipality: string,
  { assessor, framework }: { readonly assessor: string; readonly framework: string },
): boolean {
  return audience.some(
    (limits) =>
      fits(limits.municipalities, municipality) &&
      fits(limits.inspectorates, assessor) &&
      fits(limits.frameworks, framework),
  );
}

/** Whether there is nothing that the audience does not see. */
export function includesEverything(audience: Audience): boolean {
  return audience.some(
    ({ inspectorates, municipalities, frameworks }) =>
      inspectorates === null && municipalities === null && frameworks === null,
  );
}

/** Whether approaches of a municipality lie within any of the limits, as far as nothing more is known of them. */
export function includesMunicipality(audience: Audience, municipality: string): boolean {
  return audience.some(
    ({ municipalities, inspectorates, frameworks }) =>
      fits(municipalities, municipality) && inspectorates?.length !== 0 && frameworks?.length !== 0,
  );
}

function fits(limit: readonly string[] | null, value: string): boolean {
  return limit === null || limit.includes(value);
}
