import { assessment } from '../factsheet/builder';
import { facts, SAMPLE_2013, SAMPLE_2014, startServerWith, type TestServer } from './support';

describe('A register that is reached below a path', () => {
  const ROOT = '/api';
  let below: TestServer;
  beforeAll(async () => {
    below = await startServerWith(
      { publicUrl: `https://register.example.nl${ROOT}` },
      SAMPLE_2013,
      SAMPLE_2014,
    );
    await below.import(assessment(facts({ approach: 'Wraparound' })));
  });
  afterAll(() => below.close());

  /** As the proxy in front does it: it takes the path away, and has nothing beside it. */
  const through = async (address: string) => {
    expect(address.slice(0, ROOT.length + 4)).toBe(`${ROOT}/v1/`);
    const headers = await below.as({ roles: ['auditor'] }).headers();
    const response = await fetch(`${below.url}${address.slice(ROOT.length)}`, { headers });
    const link = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
    // biome-ignore lint/suspicious/noExplicitAny: what it holds is what these tests are about
    return { status: response.status, link, body: (await response.json()) as any };
  };

  test('leads from page to page of its approaches', async () => {
    const slugs: string[] = [];
    for (let next: string | null = `${ROOT}/v1/approaches?first=1`; next !== null; ) {
      const { link, body } = await through(next);
      expect(body.next).toBe(link);
      slugs.push(...body.results.map(({ slug }: { slug: string }) => slug));
      next = link;
    }
    expect(slugs).toEqual(['integrale-aanpak', 'wraparound']);
  });

  test('leads from page to page of its events, and from each to the whole of it', async () => {
    const first = await through(`${ROOT}/v1/events?first=2`);
    const second = await through(first.link ?? '');
    expect([second.status, second.body.length]).toEqual([200, 2]);
    const { pathname } = new URL(second.body[0].dataref);
    expect((await through(pathname)).body).toEqual(second.body[0]);
  });

  test('leads to its exports', async () => {
    const { results } = (await through(`${ROOT}/v1/exports`)).body;
    expect(results).toHaveLength(5);
    for (const { address } of results) expect(address).toMatch(/^\/api\/v1\/exports\/[a-z-]+\?snapshot=/);
  });

  test('says so in its description, and where an address is not served', async () => {
    const { body } = await through(`${ROOT}/v1/openapi.json`);
    expect(body.servers).toEqual([{ url: '/api/v1' }]);
    expect(body.info.description).toContain('`/api/graphql`');
    const { status, body: problem } = await through(`${ROOT}/v1/nothing`);
    expect(status).toBe(404);
    expect(problem.detail).toMatch(
      /^GET "\/api\/v1\/nothing" is not served; expected GET of \/api\/v1\/approaches, /,
    );
  });
});
