/** An approach as a query names it. */
export interface ApproachName {
  readonly municipality: string;
  readonly slug: string;
}

const VERDICTS = `verdicts {
    indicator { code name }
    status basis assessedIn carriedForward
    findings { narrative }
    attentionPoints { text }
  }`;

const CURRENT = `query Verdicts($municipality: String!, $slug: String!) {
  approach(municipality: $municipality, slug: $slug) { ${VERDICTS} }
}`;

const AS_OF = `query VerdictsAsOf($municipality: String!, $slug: String!, $asOf: AsOf!) {
  approach(municipality: $municipality, slug: $slug, asOf: $asOf) { ${VERDICTS} }
}`;

const TREND_QUERY = `query Trend { trend(framework: "SYNTH", by: THEME) {
    year code name approaches tested met improvementNeeded carriedForward attentionPoints
  } }`;

/** What a dashboard asks again and again. */
export const TREND = JSON.stringify({ query: TREND_QUERY });

/** The same, no two requests alike: what it costs where something was recorded meanwhile. */
export function freshTrends(): () => string {
  let asked = 0;
  return () => {
    asked += 1;
    return JSON.stringify({ query: TREND_QUERY, variables: { request: asked } });
  };
}

/** The first page of what a dashboard lists. */
export const LIST = JSON.stringify({
  query: `query List { approaches(first: 50) {
    nodes { id slug name municipality { code name } }
    pageInfo { hasNextPage endCursor }
  } }`,
});

/** A page of all approaches, by name. */
export function namesPage(after: string | null): string {
  const query = `query Names($after: String) { approaches(first: 100, after: $after) {
    nodes { slug municipality { code } }
    pageInfo { hasNextPage endCursor }
  } }`;
  return JSON.stringify({ query, variables: { after } });
}

/** One approach, asked about once. */
export function oneApproach(approach: ApproachName): string {
  return JSON.stringify({ query: CURRENT, variables: approach });
}

type AsOf = Readonly<Record<string, string>>;

/**
 * Makes questions about each approach in turn. No two requests are the same, so an answer that was kept is
 * of no use.
 */
export class Questions {
  readonly #approaches: readonly ApproachName[];
  #asked = 0;

  constructor(approaches: readonly ApproachName[]) {
    this.#approaches = approaches;
  }

  /** The same document, always other variables: one that the document does not use counts the requests. */
  readonly fresh = (): string => this.#body(CURRENT, { request: this.#asked });

  /** As {@link fresh}, at a point of one of the clocks. */
  asOf(asOf: AsOf): () => string {
    return () => this.#body(AS_OF, { asOf, request: this.#asked });
  }

  /** A document that nobody has seen before, so that nothing kept of a document is of use either. */
  readonly newDocument = (): string => this.#body(`${CURRENT}\n# ${this.#asked}`, {});

  /** The same document and, after a round over all approaches, the same variables: what clients send. */
  readonly plain = (): string => this.#body(CURRENT, {});

  #body(query: string, more: Readonly<Record<string, unknown>>): string {
    const approach = this.#approaches[this.#asked % this.#approaches.length];
    this.#asked += 1;
    return JSON.stringify({ query, variables: { ...approach, ...more } });
  }
}
