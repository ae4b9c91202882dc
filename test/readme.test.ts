import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './api/support';
import { textOf, tokenIn } from './support/questions';

/** A question in the README and the answer printed below it; `…` stands for the rest. */
interface Example {
  /** True where it is asked with a token of an auditor. */
  readonly signedIn: boolean;
  /** Where it is asked; TOKEN stands for a token that an answer named. */
  readonly address: string;
  readonly query: string;
  readonly answer: string;
}

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const examples: Example[] = [
  ...readme.matchAll(
    /^\$ curl -s( -H "Authorization: Bearer \$TOKEN")? --get '?http:\/\/[^/]+(\/graphql[^\s']*)'? --data-urlencode query='([^']+)'\n([^`]+)```/gm,
  ),
].map(([, header, address = '', query = '', answer = '']) => ({
  signedIn: header !== undefined,
  address,
  query,
  answer,
}));

/** Lines of an answer are broken for the page only. */
const unbroken = (text: string) => text.replace(/\s+/g, '');

describe('The README', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
  });
  afterAll(() => server.close());

  it('has examples, and no other curl than those that are tried here', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
    expect(readme.match(/curl/g)).toHaveLength(examples.length);
  });

  it.each(examples)(
    'gets the answer that it prints to $query',
    async ({ signedIn, address, query, answer }) => {
      const token = tokenIn(await textOf(server, '{ snapshot { token } }'));
      const asked = new URL(server.url + address.replace('TOKEN', token));
      asked.searchParams.set('query', query.replace('TOKEN', token));
      const headers = { authorization: `Bearer ${await server.token({ roles: ['auditor'] })}` };
      const response = await fetch(asked, signedIn ? { headers } : {});
      const body = unbroken(await response.text());
      const [begin = '', rest] = unbroken(answer).split('…');
      expect(rest === undefined ? body : body.slice(0, begin.length)).toBe(begin);
    },
  );
});
