import { SAMPLE_2013, startServer, type TestServer } from './support';

const EXPECTED = 'expected one as answers have it in the header toetsspoor-position';

describe('Extensions of a request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    await server.close();
    expect(server.internalErrors).toEqual([]);
  });

  const answered = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, init);
    const { errors = [] } = (await response.json()) as {
      errors?: { message: string; extensions: { code: string } }[];
    };
    return `${response.status} ${errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join()}`;
  };
  /** @param extensions JSON */
  const post = (extensions: string) =>
    answered('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"{ __typename }","extensions":${extensions}}`,
    });
  const get = (extensions: string) => answered(`/graphql?query=%7B__typename%7D&extensions=${extensions}`);

  it.each(['{"toString":1}', '[]', 'null', '7', 'true', '["WzFd"]'])(
    'name a position by a text, and by nothing like %s',
    async (position) => {
      for (const ask of [post, get])
        expect(await ask(`{"position":${position}}`)).toBe(
          `400 BAD_USER_INPUT: extensions.position is no text; ${EXPECTED}`,
        );
    },
  );

  it('name a position that can be read', async () => {
    for (const ask of [post, get])
      expect(await ask('{"position":"x"}')).toBe(`400 BAD_USER_INPUT: "x" is not a position; ${EXPECTED}`);
  });

  it('hold a hundred values at most, however they lie in one another', async () => {
    const refused = '400 QUERY_TOO_LARGE: the extensions hold more than 100 values; accepted is at most 100';
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const hash = `{"version":1,"sha256Hash":"${'0'.repeat(64)}"}`;
    expect(await post(`{"position":${nested(100_000)}}`)).toBe(refused);
    expect(await post(`{"persistedQuery":${hash},"more":${nested(100_000)}}`)).toBe(refused);
    expect(await post(JSON.stringify(`{"persistedQuery":${hash},"more":${nested(100_000)}}`))).toBe(refused);
    expect(await get(`{"more":${nested(5_000)}}`)).toBe(refused);
    expect(await get(`{"more":${nested(101)}}`)).toBe(refused);
    expect(await get(`{"more":${nested(100)}}`)).toBe('200 ');
  });
});
