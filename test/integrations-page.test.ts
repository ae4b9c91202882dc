import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './api/support';

/** A request on the page, its variables, and the answer printed below it. */
interface Example {
  readonly query: string;
  readonly variables: string;
  readonly answer: string;
}

const page = readFileSync(join(__dirname, '..', 'docs', 'integrations.md'), 'utf8');
const block = (language: string) => `\`\`\`${language}\\n([^\`]+)\`\`\``;
const examples: Example[] = [
  ...page.matchAll(new RegExp(`${block('graphql')}\\s+${block('json')}\\s+${block('json')}`, 'g')),
].map(([, query = '', variables = '', answer = '']) => ({ query, variables, answer }));

describe('The page on writing', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
  });
  afterAll(() => server.close());

  it('has examples, each with its variables and its answer', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
    expect(page.match(/```graphql/g)).toHaveLength(examples.length);
    expect(page.match(/```json/g)).toHaveLength(2 * examples.length);
  });

  // One after the other: each builds on those before it.
  it('gets the answers that it prints', async () => {
    for (const { query, variables, answer } of examples) {
      const { data, errors } = await server.as({ roles: ['admin'] }).post(query, JSON.parse(variables));
      expect(errors === undefined ? { data } : { data, errors }).toEqual(JSON.parse(answer));
    }
  });
});
