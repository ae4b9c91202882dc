import { createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import type { AuthenticationError } from '../../src/api/authentication-error';
import { Authenticator } from '../../src/api/tokens';
import { newKey, type SigningKey, startIssuer, type TestIssuer } from '../support/issuer';
import { SAMPLE_2013, startServerWith, type TestServer } from './support';

const PUBLIC = '{ approaches { nodes { slug } } }';
const RESTRICTED = '{ events(first: 1) { nodes { type } } }';

/** An answer as far as it matters here. */
interface Seen {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly body: string;
}

describe('A token', () => {
  let server: TestServer;
  let issuer: TestIssuer;
  let keys: { RS256: SigningKey; PS256: SigningKey; ES256: SigningKey; stranger: SigningKey };
  beforeAll(async () => {
    keys = {
      RS256: await newKey('RS256', 'rs'),
      PS256: await newKey('PS256', 'ps'),
      ES256: await newKey('ES256', 'es'),
      stranger: await newKey('RS256', 'rs'),
    };
    issuer = await startIssuer(keys.RS256, keys.PS256, keys.ES256);
    server = await startServerWith({ issuers: [issuer.url], clients: ['dashboard', 'portal'] }, SAMPLE_2013);
  });
  afterAll(async () => {
    await server.close();
    await issuer.close();
  });

  /** With `node:http`, which sends what it is given. */
  function ask(query: string, authorization: readonly string[], path = '/graphql'): Promise<Seen> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const headers = [
      'Host',
      'localhost',
      'Connection',
      'close',
      ...authorization.flatMap((value) => ['Authorization', value]),
    ];
    const url = `${server.url}${path}${path.includes('?') ? '&' : '?'}query=${encodeURIComponent(query)}`;
    httpRequest(url, { headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, challenge: response.headers['www-authenticate'], body }),
      );
    })
      .on('error', reject)
      .end();
    return promise;
  }
  const bearer = (token: string) => ask(RESTRICTED, [`Bearer ${token}`]);
  const TAKEN = { status: 200, challenge: undefined, body: expect.stringContaining('FrameworkPublished') };
  const NOT_ACCEPTED = {
    status: 401,
    challenge: 'Bearer realm="toetsspoor", error="invalid_token"',
    body: JSON.stringify({
      errors: [
        {
          message:
            'the token is not accepted; expected one Authorization: Bearer TOKEN, of an issuer trusted here, made for this register',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    }),
  };
  const now = () => Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each(['RS256', 'PS256', 'ES256'] as const)('signed with %s is believed', async (alg) => {
    expect(await bearer(await issuer.token({}, {}, keys[alg]))).toEqual(TAKEN);
  });

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('of type %s is believed', async (typ) => {
    expect(await bearer(await issuer.token({}, { typ }))).toEqual(TAKEN);
  });

  it('for several audiences, of another client that is taken, by a clock that differs a little, is believed', async () => {
    const claims = { aud: ['elsewhere', 'toetsspoor'], azp: 'portal', iat: now() + 10, nbf: now() + 10 };
    expect(await bearer(await issuer.token(claims))).toEqual(TAKEN);
  });

  it('that names its client as RFC 9068 does is believed', async () => {
    expect(await bearer(await issuer.token({ azp: undefined, client_id: 'portal' }))).toEqual(TAKEN);
    expect(await bearer(await issuer.token({ azp: 'portal', client_id: 'portal' }))).toEqual(TAKEN);
  });

  it('of a name with a blank inside is believed', async () => {
    expect(await bearer(await issuer.token({ sub: 'CN=J. Jansen' }))).toEqual(TAKEN);
  });

  it.each<[string, Record<string, unknown>]>([
    ['for another audience', { aud: 'elsewhere' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://elsewhere.example.nl' }],
    ['of an issuer that begins like ours', { iss: 'ISSUER/' }],
    ['of no issuer', { iss: undefined }],
    ['of another client', { azp: 'elsewhere' }],
    ['of no client', { azp: undefined }],
    ['of another client, as RFC 9068 names it', { azp: undefined, client_id: 'elsewhere' }],
    ['of two clients', { azp: 'dashboard', client_id: 'portal' }],
    ['of nobody', { sub: undefined }],
    ['of an empty name', { sub: '' }],
    ['of a name that is a number', { sub: 5 }],
    ['of a name that breaks a line', { sub: 'a b\n' }],
    ['of a name with a blank before it', { sub: ' jansen' }],
    ['of a name that is too long', { sub: 'a'.repeat(256) }],
    ['without an end', { exp: undefined }],
    ['without a beginning', { iat: undefined }],
    ['of a time that is no number', { iat: '1' }],
    ['issued in the future', { iat: now() + 3_600, exp: now() + 7_200 }],
    ['not valid yet', { nbf: now() + 3_600 }],
    ['valid for more than a day', { exp: now() + 100_000 }],
    ['with roles in another form', { roles: 'admin' }],
    ['with limits in another form', { municipalities: { GM0935: true } }],
  ])('%s is refused', async (_, claims) => {
    const iss = typeof claims.iss === 'string' ? { iss: claims.iss.replace('ISSUER', issuer.url) } : {};
    expect(await bearer(await issuer.token({ ...claims, ...iss }))).toEqual(NOT_ACCEPTED);
  });

  it.each([undefined, 'JWT', 'id+jwt', 'logout+jwt', ''])('of type %s is refused', async (typ) => {
    expect(await bearer(await issuer.token({}, { typ } as object))).toEqual(NOT_ACCEPTED);
  });

  it('that has expired is refused, and says so', async () => {
    expect(await bearer(await issuer.token({ iat: now() - 700, exp: now() - 60 }))).toEqual({
      status: 401,
      challenge:
        'Bearer realm="toetsspoor", error="invalid_token", error_description="The token has expired"',
      body: JSON.stringify({
        errors: [
          { message: 'the token has expired; expected a new one', extensions: { code: 'UNAUTHENTICATED' } },
        ],
      }),
    });
  });

  it.each(['none', 'None', 'NONE'])('with the algorithm %s is refused', async (alg) => {
    const [, payload] = (await issuer.token()).split('.');
    const header = encode({ alg, typ: 'at+jwt', kid: 'rs' });
    for (const signature of ['', 'AA'])
      expect(await bearer(`${header}.${payload}.${signature}`)).toEqual(NOT_ACCEPTED);
  });

  it('signed as HS256 with the public key as its secret is refused', async () => {
    const [, payload] = (await issuer.token()).split('.');
    const publicKey = await importJWK(keys.RS256.publicJwk, 'RS256', { extractable: true });
    const pem = await exportSPKI(publicKey as CryptoKey);
    for (const secret of [
      pem,
      pem.trimEnd(),
      JSON.stringify(keys.RS256.publicJwk),
      keys.RS256.publicJwk.n ?? '',
    ]) {
      const head = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'rs' })}.${payload}`;
      const signature = createHmac('sha256', secret).update(head).digest('base64url');
      expect(await bearer(`${head}.${signature}`)).toEqual(NOT_ACCEPTED);
    }
  });

  it('that brings its own key, or says where to fetch it, is refused, and nothing is fetched', async () => {
    const { stranger } = keys;
    const before = issuer.fetches();
    for (const header of [
      { jwk: stranger.publicJwk },
      { jwk: stranger.publicJwk, kid: 'own' },
      { jku: `${issuer.url}/keys` },
      { x5u: `${issuer.url}/keys`, x5c: ['AA'] },
      { crit: ['b64'], b64: true },
    ])
      expect(await bearer(await issuer.token({}, header as object, stranger))).toEqual(NOT_ACCEPTED);
    expect(issuer.fetches()).toBe(before);
  });

  it('of the issuer but signed by another, or changed since, is refused', async () => {
    expect(await bearer(await issuer.token({}, {}, keys.stranger))).toEqual(NOT_ACCEPTED);
    const [header = '', payload = '', signature = ''] = (await issuer.token({ roles: ['reader'] })).split(
      '.',
    );
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(await bearer(`${header}.${encode({ ...claims, roles: ['admin'] })}.${signature}`)).toEqual(
      NOT_ACCEPTED,
    );
    expect(await bearer(`${header}.${payload}.${signature.slice(0, -4)}`)).toEqual(NOT_ACCEPTED);
    expect(await bearer(`${header}.${payload}.`)).toEqual(NOT_ACCEPTED);
  });

  it('signed with an algorithm of another key is refused', async () => {
    expect(await bearer(await issuer.token({}, { kid: 'ps' }))).toEqual(NOT_ACCEPTED);
    expect(await bearer(await issuer.token({}, { kid: 'es' }))).toEqual(NOT_ACCEPTED);
  });

  it('with whitespace, quotes or anything else around it or in it is refused', async () => {
    const token = await issuer.token();
    for (const value of [
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer "${token}"`,
      `Bearer ${token},`,
      `Bearer ${token} ${token}`,
      `Bearer ${token.replace('.', '. ')}`,
      `Bearer ${token}\u00a0`,
      `Bearer ${token}=`,
      `Bearer${token}`,
      `Bearer`,
      token,
      `Basic ${token}`,
      `Token ${token}`,
      `Bearer ${'a'.repeat(9_000)}.a.a`,
      '',
    ]) {
      // An empty header is none to some and a bad one to us.
      expect([value, await ask(RESTRICTED, [value])]).toEqual([value, NOT_ACCEPTED]);
    }
    expect(await ask(RESTRICTED, [`bearer ${token}`])).toEqual(TAKEN);
  });

  it('that comes twice is refused, whether or not both are good', async () => {
    const token = await issuer.token();
    for (const other of [`Bearer ${token}`, 'Bearer x.y.z', ''])
      for (const pair of [
        [`Bearer ${token}`, other],
        [other, `Bearer ${token}`],
      ])
        expect(await ask(RESTRICTED, pair)).toEqual(NOT_ACCEPTED);
  });

  it('in an address is refused, whatever else the request has', async () => {
    const token = await issuer.token();
    for (const name of ['access_token', 'access%5Ftoken'])
      expect(await ask(PUBLIC, [`Bearer ${token}`], `/graphql?${name}=${token}`)).toMatchObject({
        status: 400,
        challenge: 'Bearer realm="toetsspoor", error="invalid_request"',
        body: expect.stringContaining('a token in an address can be read by others'),
      });
    expect(await ask('{ access_token: __typename }', [])).toMatchObject({ status: 200 });
  });

  it('that is not believed is refused for what everybody may ask as well, and never taken for nobody', async () => {
    expect(await ask(PUBLIC, ['Bearer x.y.z'])).toEqual(NOT_ACCEPTED);
    expect(await ask(PUBLIC, [])).toMatchObject({ status: 200, challenge: undefined });
  });

  it('is believed no longer than it lasts, and for a while without asking anybody', async () => {
    const other = await startIssuer(await newKey('ES256', 'first'));
    let time = Date.now();
    const rules = { issuers: [other.url], audience: 'toetsspoor', clients: null, types: ['at+jwt'] };
    const authenticator = new Authenticator(
      { ...rules, localKeyFile: null },
      () => new Date(time),
      () => time,
    );
    const authorization = `Bearer ${await other.token({ exp: now() + 3_600 })}`;
    const raw = { headers: { authorization }, rawHeaders: ['Authorization', authorization] };
    const principal = async () => authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest);
    try {
      expect(await principal()).toMatchObject({ subject: 'anna' });
      // At once, without a promise.
      expect(authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest)).toMatchObject({
        subject: 'anna',
      });
      const first = other.keys.splice(0, 1, await newKey('ES256', 'second'));
      time += 299_000;
      expect(await principal()).toMatchObject({ subject: 'anna' });
      other.keys.push(...first);
      time += 3_301_000 + 31_000;
      await expect(principal()).rejects.toThrow('the token has expired');
    } finally {
      await other.close();
    }
  });

  it('is looked at again after a while, also where the clock of the machine was set back meanwhile', async () => {
    const other = await startIssuer(await newKey('ES256', 'first'));
    let time = Date.now();
    let ticks = 0;
    const rules = { issuers: [other.url], audience: 'toetsspoor', clients: null, types: ['at+jwt'] };
    const clocks = [() => new Date(time), () => ticks] as const;
    const authenticator = new Authenticator({ ...rules, localKeyFile: null }, ...clocks);
    const authorization = `Bearer ${await other.token({ iat: now() - 7_200, exp: now() + 3_600 })}`;
    const raw = { headers: { authorization }, rawHeaders: ['Authorization', authorization] };
    const principal = () => authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest);
    try {
      await principal();
      time -= 3_600_000;
      ticks = 299_999;
      expect(principal()).toMatchObject({ subject: 'anna' });
      ticks = 300_000;
      const again = principal();
      expect(again).toBeInstanceOf(Promise);
      expect(await again).toMatchObject({ subject: 'anna' });
    } finally {
      await other.close();
    }
  });

  it('of a key that the issuer has just begun to use is believed, and one of a key it never had is not', async () => {
    const fresh = await newKey('ES256', 'fresh');
    const other = await startIssuer(await newKey('ES256', 'first'));
    const rotating = await startServerWith({ issuers: [other.url] }, SAMPLE_2013);
    const status = async (token: string) =>
      (
        await fetch(`${rotating.url}/graphql?query=${encodeURIComponent(RESTRICTED)}`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status;
    try {
      other.keys.unshift(fresh);
      expect(await status(await other.token())).toBe(200);
      expect(await status(await other.token({}, { kid: 'never' }, await newKey('ES256', 'never')))).toBe(401);
      expect(other.fetches()).toBe(1);
    } finally {
      await rotating.close();
      await other.close();
    }
  });

  describe('of a key that nobody knows yet', () => {
    let rotating: TestIssuer;
    let ms: number;
    let authenticator: Authenticator;
    beforeEach(async () => {
      rotating = await startIssuer(await newKey('ES256', 'first'));
      ms = Date.now();
      // The library that fetches keys goes by this one.
      jest.spyOn(Date, 'now').mockImplementation(() => ms);
      const rules = { issuers: [rotating.url], audience: 'toetsspoor', clients: null, types: ['at+jwt'] };
      authenticator = new Authenticator(
        { ...rules, localKeyFile: null },
        () => new Date(ms),
        () => ms,
      );
    });
    afterEach(async () => {
      jest.restoreAllMocks();
      await rotating.close();
    });
    const outcome = async (token: string): Promise<string> => {
      const raw = { headers: { authorization: `Bearer ${token}` }, rawHeaders: ['Authorization', ''] };
      try {
        await authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest);
        return 'believed';
      } catch (error) {
        return (error as AuthenticationError).problem;
      }
    };

    it('is believed five seconds after keys were fetched, however many name others meanwhile', async () => {
      const stranger = await newKey('ES256', 'never');
      const unknown = () => rotating.token({ jti: randomUUID() }, { kid: randomUUID() }, stranger);
      expect(await outcome(await rotating.token())).toBe('believed');
      rotating.keys.unshift(await newKey('ES256', 'fresh'));
      for (let sent = 0; sent < 50; sent += 1) {
        ms += 99;
        expect(await outcome(await unknown())).toBe('NOT_ACCEPTED');
      }
      expect([await outcome(await rotating.token()), rotating.fetches()]).toEqual(['NOT_ACCEPTED', 1]);
      ms += 50;
      expect([await outcome(await rotating.token()), rotating.fetches()]).toEqual(['believed', 2]);
      const others = await Promise.all(Array.from({ length: 50 }, unknown));
      for (const token of others) expect(await outcome(token)).toBe('NOT_ACCEPTED');
      expect(rotating.fetches()).toBe(2);
    });

    it('is not asked for again and again where the keys cannot be fetched', async () => {
      const { token } = rotating;
      expect(await outcome(await token())).toBe('believed');
      const stranger = await newKey('ES256', 'never');
      rotating.keysAt = '/elsewhere';
      ms += 5_000;
      for (let sent = 0; sent < 20; sent += 1)
        expect(await outcome(await token({}, { kid: randomUUID() }, stranger))).toBe('ISSUER_UNREACHABLE');
      expect(rotating.misses()).toBe(1);
    });

    it('is told by its kid: without one the token is refused where the issuer has several keys', async () => {
      const withoutKid = () => rotating.token({ jti: randomUUID() }, { kid: undefined } as object);
      expect(await outcome(await withoutKid())).toBe('believed');
      rotating.keys.push(await newKey('ES256', 'second'));
      ms += 300_000;
      expect(await outcome(await withoutKid())).toBe('NOT_ACCEPTED');
    });
  });

  describe('of an issuer that moved its keys', () => {
    let moving: TestIssuer;
    let time: number;
    let authenticator: Authenticator;
    beforeEach(async () => {
      moving = await startIssuer(await newKey('ES256', 'first'));
      time = Date.now();
      const rules = { issuers: [moving.url], audience: 'toetsspoor', clients: null, types: ['at+jwt'] };
      authenticator = new Authenticator(
        { ...rules, localKeyFile: null },
        () => new Date(time),
        () => time,
      );
    });
    afterEach(() => moving.close());
    const principal = async () => {
      const authorization = `Bearer ${await moving.token({ jti: randomUUID() })}`;
      const raw = { headers: { authorization }, rawHeaders: ['Authorization', authorization] };
      return authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest);
    };

    it('is believed after minutes, without a restart', async () => {
      expect(await principal()).toMatchObject({ subject: 'anna' });
      moving.keysAt = moving.keysSaidAt = '/new/keys';
      moving.keys.unshift(await newKey('ES256', 'second'));
      time += 300_000;
      expect(await principal()).toMatchObject({ subject: 'anna' });
    });

    it('is believed seconds after the issuer tells where, if they could not be fetched before', async () => {
      moving.keysAt = '/new/keys';
      await expect(principal()).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
      moving.keysSaidAt = '/new/keys';
      time += 4_999;
      await expect(principal()).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
      time += 1;
      expect(await principal()).toMatchObject({ subject: 'anna' });
    });
  });

  it('of a key at hand is believed while the issuer is away, whatever keys other tokens name', async () => {
    const away = await startIssuer(await newKey('ES256', 'first'));
    const stranger = await newKey('ES256', 'never');
    let time = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => time);
    const rules = { issuers: [away.url], audience: 'toetsspoor', clients: null, types: ['at+jwt'] };
    const authenticator = new Authenticator(
      { ...rules, localKeyFile: null },
      () => new Date(time),
      () => time,
    );
    const principal = async (key?: SigningKey) => {
      const authorization = `Bearer ${await away.token({ jti: randomUUID() }, {}, key)}`;
      const raw = { headers: { authorization }, rawHeaders: ['Authorization', authorization] };
      return authenticator.principalOf({ query: {}, raw } as unknown as FastifyRequest);
    };
    try {
      expect(await principal()).toMatchObject({ subject: 'anna' });
      await away.close();
      // Past the time in which an issuer is not asked for keys again.
      for (time += 40_000; time < clock.mock.results[0]?.value + 290_000; time += 6_000) {
        await expect(principal(stranger)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
        expect(await principal()).toMatchObject({ subject: 'anna' });
      }
    } finally {
      clock.mockRestore();
    }
  });

  it('of an issuer that cannot be reached is neither believed nor refused: the answer is to try again', async () => {
    const gone = await startIssuer(await newKey('ES256', 'gone'));
    const token = await gone.token();
    await gone.close();
    const waiting = await startServerWith({ issuers: [gone.url] });
    try {
      const response = await fetch(`${waiting.url}/graphql?query={__typename}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([response.status, response.headers.get('www-authenticate'), await response.json()]).toEqual([
        503,
        null,
        {
          errors: [
            {
              message: 'the issuer of the token cannot be reached to check it; try again shortly',
              extensions: { code: 'ISSUER_UNREACHABLE' },
            },
          ],
        },
      ]);
      expect(waiting.internalErrors).toHaveLength(1);
    } finally {
      await waiting.close();
    }
  });
});
