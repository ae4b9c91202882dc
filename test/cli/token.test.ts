import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_2013, Workplace } from './support';

describe('A token for trying out', () => {
  let place: Workplace;
  let key: string;
  beforeEach(() => {
    place = new Workplace();
    key = join(place.data, 'token-key.json');
  });
  afterEach(() => place.dispose());

  const ask = async (url: string, token: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/graphql?query={events(first:1){nodes{type}}}`, {
      headers: { ...headers, authorization: `Bearer ${token.trim()}` },
    });
    return [response.status, await response.json()];
  };

  it('is printed alone, and believed by a server on this machine', async () => {
    await place.run('import', SAMPLE_2013);
    const { status, stdout, stderr } = await place.run('token', '--role', 'reader');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const server = await place.serve();
    expect(await ask(server.url, stdout)).toMatchObject([
      200,
      { data: { events: { nodes: [{ type: 'FrameworkPublished' }] } } },
    ]);
    // The key may be made while the server runs, and is the same the next time.
    const again = await place.run('token', '--role', 'auditor', '--json');
    expect(await ask(server.url, JSON.parse(again.stdout).token)).toMatchObject([200, {}]);
    expect(statSync(key).mode & 0o777).toBe(0o600);
  });

  it('of another DATA_DIR is refused, which only those on this machine are told the reason of', async () => {
    await place.run('import', SAMPLE_2013);
    const elsewhere = { DATA_DIR: join(place.folder, 'elsewhere') };
    const { stdout: token } = await place.start(['token', '--role', 'reader'], elsewhere).ended;
    const { url } = await place.serve();
    const told = [401, { errors: [{ message: expect.stringContaining('of another DATA_DIR; expected') }] }];
    const general = [401, { errors: [{ message: expect.stringContaining('of an issuer trusted here') }] }];
    // Whether this DATA_DIR has a key of its own or none yet.
    expect(await ask(url, token)).toMatchObject(told);
    await place.run('token', '--role', 'reader');
    expect(await ask(url, token)).toMatchObject(told);
    for (const header of ['forwarded', 'x-forwarded-for', 'via'])
      expect([header, await ask(url, token, { [header]: '192.0.2.1' })]).toMatchObject([header, general]);
  });

  it('is not believed by a server that others can reach, and not made beside one', async () => {
    await place.run('import', SAMPLE_2013);
    const { stdout } = await place.run('token', '--role', 'admin');
    const open = place.start(['serve'], { HOST: '0.0.0.0' });
    const [, port = ''] = await open.says(/http:\/\/[\d.]+:(\d+)\/graphql/);
    expect(await ask(`http://127.0.0.1:${port}`, stdout)).toMatchObject([
      401,
      {
        errors: [
          {
            message: expect.stringContaining('of an issuer trusted here'),
            extensions: { code: 'UNAUTHENTICATED' },
          },
        ],
      },
    ]);
    // The operator is told why.
    await open.says(
      /"level":"warn",.*"trace_id":"\w+",.*by the rule iss: iss is .*urn:toetsspoor:local.*HOST/,
    );
    expect(await place.start(['token', '--role', 'admin'], { HOST: '0.0.0.0' }).ended).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'HOST is 0.0.0.0, which others can reach: such a server believes the issuers in OIDC_ISSUERS only\n',
    });
    // Nor one that others reach by a proxy on this machine, or that has an issuer.
    for (const [name, value] of [
      ['TRUST_PROXY', '127.0.0.1'],
      ['OIDC_ISSUERS', 'https://login.example.nl'],
    ] as const) {
      const refused = await place.start(['token', '--role', 'admin'], { [name]: value }).ended;
      expect(refused).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringContaining(`${name} names`),
      });
    }
  });

  it.each([
    [['--role', 'king'], '"king" is not a role; expected reader, inspector, auditor, integration, admin\n'],
    [['--role', 'inspector'], 'an inspector needs --inspectorate, as assessments name it\n'],
    [['--role', 'integration'], 'an integration needs --municipality or --framework\n'],
    [
      ['--role', 'integration', '--municipality', 'Maastricht'],
      '"Maastricht" is not the CBS code of a municipality\n',
    ],
    [['--role', 'reader', '--hours', '25'], '--hours is 25; expected a number up to 24\n'],
    [[], '--role is missing; expected reader, inspector, auditor, integration, admin\n'],
  ])('is refused with %j, with what is expected', async (args, stderr) => {
    expect(await place.run('token', ...args)).toMatchObject({ status: 1, stdout: '', stderr });
    expect(existsSync(key)).toBe(false);
  });

  it('is not made with a key that others may read, or that is none', async () => {
    await place.run('token', '--role', 'reader');
    chmodSync(key, 0o644);
    expect(await place.run('token', '--role', 'reader')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/token-key\.json holds the key for trying out and others may read it/),
    });
    chmodSync(key, 0o600);
    writeFileSync(key, '{}');
    expect(await place.run('token', '--role', 'reader')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/token-key\.json is not a key for trying out: remove it/),
    });
  });
});
