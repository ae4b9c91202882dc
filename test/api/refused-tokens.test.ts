import { createHmac } from 'node:crypto';
import { AuthenticationError } from '../../src/api/authentication-error';
import { BrokenRule, otherThanExpected, RefusedTokens } from '../../src/api/refused-tokens';
import { traceContextOf } from '../../src/api/trace-context';
import { newKey, type SigningKey, startIssuer, type TestIssuer } from '../support/issuer';
import { startServerWith, type TestServer } from './support';

describe('Why a token is refused', () => {
  let server: TestServer;
  let issuer: TestIssuer;
  let stranger: SigningKey;
  beforeAll(async () => {
    issuer = await startIssuer(await newKey('ES256', 'one'));
    stranger = await newKey('ES256', 'one');
  });
  afterAll(() => issuer.close());
  // One of its own each: a rule that was broken before is told again only after a while.
  beforeEach(async () => {
    server = await startServerWith({ issuers: [issuer.url], clients: ['dashboard'] });
  });
  afterEach(() => server.close());

  const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
  const ask = (authorization: string) =>
    fetch(`${server.url}/graphql?query={__typename}`, {
      headers: { authorization, traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` },
    });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['aud', { aud: 'elsewhere' }, {}, 'aud is "elsewhere"; expected "toetsspoor" (OIDC_AUDIENCE) in it'],
    ['azp', { azp: 'other' }, {}, 'azp is "other"; expected one of OIDC_CLIENTS'],
    ['azp', { azp: undefined }, {}, 'azp is not there; expected one client'],
    ['typ', {}, { typ: 'JWT' }, 'typ is "JWT"; expected one of OIDC_TOKEN_TYPES: at+jwt'],
    ['kid', {}, { kid: 'new' }, 'its issuer publishes no key that fits kid "new" and alg "ES256"'],
    ['exp', { exp: undefined }, {}, 'exp is not there; expected a time, in seconds since 1970'],
    [
      'exp',
      { iat: 1_000_000_000, exp: 2_000_000_000 },
      {},
      'exp lies 1000000000 s behind iat; accepted are at most 86400',
    ],
    ['exp', { iat: 1, exp: 2 }, {}, 'exp is 2; expected a time to come'],
    ['iat', { iat: undefined }, {}, 'iat is not there; expected a time, in seconds since 1970'],
    ['sub', { sub: undefined }, {}, 'sub is not there'],
    ['sub', { sub: 'Jan\nPieters' }, {}, 'sub is not 1 to 255 printable characters'],
    ['roles', { roles: 'admin' }, {}, 'roles is "admin"; expected a list of texts'],
    ['municipalities', { municipalities: 'GM0935' }, {}, 'municipalities is "GM0935"; expected a list'],
  ])(
    'is told the operator: %s, where claims are %j and the header has %j',
    async (rule, claims, header, why) => {
      const token = await issuer.token(claims, header);
      expect((await ask(`Bearer ${token}`)).status).toBe(401);
      expect(server.warnings).toEqual([
        {
          message: expect.stringContaining(`a token of ${issuer.url} is refused by the rule ${rule}: ${why}`),
          trace: expect.objectContaining({ traceId: TRACE_ID }),
        },
      ]);
      expect(server.warnings[0]?.message).not.toMatch(/Pieters/);
      for (const part of token.split('.')) expect(server.warnings[0]?.message).not.toContain(part);
      expect(server.internalErrors).toEqual([]);
    },
  );

  it.each<[string, () => Promise<string>, string]>([
    [
      'of an issuer that is not trusted',
      () => issuer.token({ iss: `${issuer.url}/` }),
      `a token is refused by the rule iss: iss is "ISSUER/"; expected one of OIDC_ISSUERS, to the letter`,
    ],
    [
      'for trying out',
      () => issuer.token({ iss: 'urn:toetsspoor:local' }),
      'tokens for trying out are believed only without these, without TRUST_PROXY, and with HOST on this machine',
    ],
    [
      'that another has signed',
      () => issuer.token({}, {}, stranger),
      'a token of ISSUER is refused by the rule signature: it is not signed by the key that it names',
    ],
    [
      'signed with a secret',
      async () => {
        const [, payload] = (await issuer.token()).split('.');
        const head = `${Buffer.from('{"alg":"HS256","typ":"at+jwt"}').toString('base64url')}.${payload}`;
        return `${head}.${createHmac('sha256', 'x').update(head).digest('base64url')}`;
      },
      'refused by the rule alg: alg is "HS256"; expected RS256, PS256 or ES256',
    ],
    ['that is none', async () => 'x.y.z', 'a token is refused by the rule iss: iss is not there'],
    ['that is no JWT at all', async () => 'geheim', 'rule Authorization: it is not Bearer, one blank, and a'],
  ])('%s, is told by its rule', async (_, token, why) => {
    expect((await ask(`Bearer ${await token()}`)).status).toBe(401);
    const [{ message } = { message: '' }] = server.warnings;
    expect(message).toContain(why.replace('ISSUER', issuer.url));
    expect(message).not.toContain('geheim');
  });

  it('is told once, however many tokens come', async () => {
    for (let sent = 0; sent < 50; sent += 1)
      await ask(`Bearer ${await issuer.token({ iss: `https://${sent}.example.nl` })}`);
    expect(server.warnings).toHaveLength(1);
  });

  it('shows what others chose in printable ASCII, quoted, and cut', () => {
    const { message } = otherThanExpected('kid', `a"\n\u001b[2J\u009b${'x'.repeat(500)}`, 'one');
    expect(message).toMatch(/^kid is "a\\"\\n\\u001b\[2J\\u009bx{60,90}…; expected one$/);
  });

  it('is told again after a minute, with how many came meanwhile, and apart for each rule and issuer', () => {
    let ms = 0;
    const told: string[] = [];
    const unreachable: unknown[] = [];
    const operator = {
      onWarning: (message: string) => told.push(message),
      onError: (error: unknown) => unreachable.push(error),
    };
    const refused = new RefusedTokens(operator, () => ms);
    const tell = (rule: string, issuerUrl: string | null = 'https://a.example.nl') =>
      refused.tell(
        new AuthenticationError('NOT_ACCEPTED', { cause: new BrokenRule(rule, 'why') }, issuerUrl),
        () => traceContextOf({}),
      );
    for (ms = 0; ms < 60_000; ms += 1_000) tell('aud');
    tell('aud');
    tell('azp');
    tell('azp', null);
    expect(told).toEqual([
      'a token of https://a.example.nl is refused by the rule aud: why',
      'a token of https://a.example.nl is refused by the rule aud: why; as were 59 before it',
      'a token of https://a.example.nl is refused by the rule azp: why',
      'a token is refused by the rule azp: why',
    ]);
    const away = new AuthenticationError('ISSUER_UNREACHABLE', {}, 'https://a.example.nl');
    for (let times = 0; times < 9; times += 1) refused.tell(away, () => traceContextOf({}));
    expect(unreachable).toEqual([away]);
  });

  it.each(['NOT_ACCEPTED', 'OTHER_LOCAL_KEY', 'EXPIRED', 'TOKEN_IN_ADDRESS', 'ISSUER_UNREACHABLE'] as const)(
    'as callers are told it, fits into the frame that closes a WebSocket: %s',
    (problem) => {
      expect(Buffer.byteLength(new AuthenticationError(problem).message)).toBeLessThanOrEqual(123);
    },
  );
});
