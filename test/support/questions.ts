import type { TestServer } from '../api/support';

const VERDICT = `
  indicator { code name } status basis assessedIn carriedForward
  findings { id verdict basis narrative source { line text } }
  attentionPoints { id }
  explanation { id type position data recordedAt source { name line text } }
`;
const APPROACH = `
  id name description municipality { code successor { code } }
  assessments { id year kind publishedOn framework { version name } sources { name } findings { id narrative } notes }
  verdicts { ${VERDICT} }
  development(from: 2012, to: 2014) {
    summary { change count } rows { indicator { code } change before { status } after { ${VERDICT} } }
  }
  improvementPoints {
    id text status openedIn indicators { code } finding { id }
    followUps { reportedBy verdict basis narrative findings { id } } commitments { id status text }
  }
  attentionPoints { id text raisedIn }
  history(first: 100) { edges { cursor node { id type position } } pageInfo { hasNextPage endCursor } }
`;

/** Questions on every root field that takes a point, as the variable `asOf`. */
export const questionsOf = (framework: string): readonly string[] => [
  `query ($asOf: AsOf, $slug: String!) { approach(municipality: "GM0935", slug: $slug, asOf: $asOf) { ${APPROACH} } }`,
  `query ($asOf: AsOf) {
    approaches(first: 2, asOf: $asOf) { edges { cursor node { id verdicts { status } } } pageInfo { hasNextPage endCursor } }
    own: approaches(framework: "${framework}", asOf: $asOf) { nodes { id } }
  }`,
  `query ($asOf: AsOf) {
    theme: trend(framework: "${framework}", asOf: $asOf) { year code name frameworkVersion approaches tested met improvementNeeded carriedForward attentionPoints }
    indicator: trend(framework: "${framework}", by: INDICATOR, asOf: $asOf) { year code name tested met carriedForward attentionPoints }
    municipality: trend(framework: "${framework}", by: MUNICIPALITY, asOf: $asOf) { year code approaches tested met }
  }`,
  `query ($asOf: AsOf) {
    improvementPoints(asOf: $asOf, first: 3) { edges { cursor node { id status } } pageInfo { hasNextPage } }
    open: improvementPoints(asOf: $asOf, status: OPEN) { nodes { id text } }
  }`,
];

/** Questions on the root fields that take no point: they read what the request reads. */
export const questionsOfNow = (framework: string): readonly string[] => [
  '{ snapshot { token events position recordedAt } }',
  `{ framework(code: "${framework}") { version name themes { code name } } frameworks { code version } }`,
  '{ events(first: 100) { edges { cursor node { id type data } } pageInfo { hasNextPage endCursor } } }',
  '{ events(types: ["FindingRecorded", "FindingCorrected"], first: 3) { nodes { id position } pageInfo { hasNextPage } } }',
  `query ($id: ID!) { node(id: $id) { id ... on Approach { verdicts { status assessedIn carriedForward } } } }`,
  'query ($point: ID!) { node(id: $point) { ... on ImprovementPoint { status followUps { verdict } } } }',
  // What is refused is answered with the same refusal.
  `{ approaches(first: 1, after: "x") { nodes { id } } framework(code: "${framework}") { version } }`,
];

/** A question in short, to name a test. */
export const inShort = (query: string): string => query.replace(/\s+/g, ' ').trim().slice(0, 90);

/** The answer as text, to a question by POST or GET, from a snapshot where one is named. */
export async function textOf(
  { url, headers }: Pick<TestServer, 'url' | 'headers'>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  { snapshot, method = 'POST' }: { readonly snapshot?: string; readonly method?: 'GET' | 'POST' } = {},
): Promise<string> {
  const address = new URL(`${url}/graphql`);
  if (snapshot !== undefined) address.searchParams.set('snapshot', snapshot);
  if (method === 'GET') {
    address.searchParams.set('query', query);
    address.searchParams.set('variables', JSON.stringify(variables));
    return (await fetch(address, { headers: await headers() })).text();
  }
  const response = await fetch(address, {
    method,
    headers: { 'content-type': 'application/json', ...(await headers()) },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The token in the extensions of an answer. */
export function tokenIn(answer: string): string {
  const { snapshot } = JSON.parse(answer).extensions ?? {};
  if (typeof snapshot !== 'string') throw new Error(`there is no token in ${answer.slice(0, 300)}`);
  return snapshot;
}
