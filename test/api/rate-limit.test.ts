import { ANONYMOUS, type Principal } from '../../src/api/principal';
import { RateLimit } from '../../src/api/rate-limit';
import { newKey, startIssuer, type TestIssuer } from '../support/issuer';
import { maastricht, SAMPLE_2013, signedIn, startServerWith, type TestServer } from './support';

describe('What a sender may ask', () => {
  let time = 0;
  const rate = () => new RateLimit(600, () => time);
  const from = (ip: string, principal: Principal = ANONYMOUS) => ({ ip, principal });
  const HERE = from('192.0.2.1');
  beforeEach(() => {
    time = 1_000_000;
  });

  it('is what is left of a minute, and what has come back since', () => {
    const limit = rate();
    limit.charge(HERE, 500);
    expect(() => limit.charge(HERE, 101)).toThrow(
      'the request costs 101 and 100 is left of 600 a minute; try again in 1 s',
    );
    limit.charge(HERE, 100);
    time += 10_000;
    limit.charge(HERE, 100);
    expect(() => limit.charge(HERE, 1)).toThrow('0 is left');
    time += 3_600_000;
    limit.charge(HERE, 600);
    expect(() => limit.charge(HERE, 1)).toThrow('0 is left');
  });

  it('is not taken by what is refused', () => {
    const limit = rate();
    for (const _ of [1, 2, 3]) expect(() => limit.charge(HERE, 601)).toThrow('600 is left');
    limit.charge(HERE, 600);
  });

  it('is told apart by who is signed in, wherever from, and else by address; of IPv6 by network', () => {
    const anna = signedIn({ subject: 'anna', roles: ['reader'] });
    const senders = [
      HERE,
      from('192.0.2.2'),
      from('192.0.2.1', anna),
      from('192.0.2.1', { ...anna, subject: 'bert' }),
      from('2001:db8:1:1::1'),
      from('2001:db8:1:2::1'),
    ];
    const limit = rate();
    for (const sender of senders) limit.charge(sender, 600);
    for (const sender of [...senders, from('198.51.100.7', anna), from('2001:db8:1:1:ffff::2')])
      expect(() => limit.charge(sender, 1)).toThrow('0 is left');
  });

  it.each([
    ['2001:db8::1', '2001:db8::2'],
    ['2001:db8::1', '2001:0db8:0:0:ffff:1:2:3'],
    ['2001:DB8:1::', '2001:db8:1:0::7'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('is one allowance for %s and %s, however the network is written', (one, other) => {
    const limit = rate();
    limit.charge(from(one), 600);
    expect(() => limit.charge(from(other), 1)).toThrow('0 is left');
    for (const elsewhere of ['2001:db8:0:1::1', '2001:db8:2::1', '::ffff:192.0.2.2'])
      limit.charge(from(elsewhere), 600);
  });

  it('comes back as ever where the clock of the machine is set back', () => {
    const limit = new RateLimit(600);
    limit.charge(HERE, 600);
    jest.useFakeTimers({ doNotFake: ['performance'], now: Date.now() - 3_600_000 });
    try {
      expect(() => limit.charge(HERE, 600)).toThrow(/; try again in (60|59) s$/);
    } finally {
      jest.useRealTimers();
    }
  });

  it('has no limit on this machine, nor where none is set', () => {
    const limit = rate();
    for (const ip of ['127.0.0.1', '127.0.0.53', '::1', '::ffff:127.0.0.1']) limit.charge(from(ip), 10_000);
    new RateLimit(0).charge(HERE, 1_000_000);
  });
});

describe('A sender that waits for positions', () => {
  // Else some of what it uses up would come back meanwhile, the more the slower the machine is.
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  });
  afterEach(() => jest.restoreAllMocks());

  it('is charged before the log is asked where it ends', async () => {
    const rules = { costPerMinute: 500, trustedProxies: ['127.0.0.1'] };
    const server = await startServerWith(rules, SAMPLE_2013);
    try {
      const looks = jest.spyOn(server.register.store, 'lastPosition');
      const headers = {
        'toetsspoor-position': Buffer.from(`[${Number.MAX_SAFE_INTEGER}]`).toString('base64url'),
        'x-forwarded-for': '192.0.2.44',
      };
      const ask = async (path: string) => {
        const response = await fetch(`${server.url}${path}`, { headers });
        const after = response.headers.get('retry-after');
        return `${response.status} ${after === null ? '' : 'later'}`;
      };
      const paths = Array.from({ length: 100 }, (_, at) =>
        at % 2 === 0 ? '/graphql?query={__typename}' : '/v1/approaches',
      );
      const answers = await Promise.all(paths.map(ask));
      expect(answers.filter((answer) => answer === '400 ')).toHaveLength(50);
      expect(answers.filter((answer) => answer === '429 later')).toHaveLength(50);
      // The server itself looks too, now and then.
      expect(looks.mock.calls.length).toBeLessThan(60);
    } finally {
      await server.close();
    }
  });
});

describe('A server with a limit', () => {
  let server: TestServer;
  let issuer: TestIssuer;
  // As above.
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  });
  afterEach(() => jest.restoreAllMocks());
  beforeAll(async () => {
    issuer = await startIssuer(await newKey('ES256', 'one'));
    // This machine is a proxy here, that asks for others.
    const rules = { costPerMinute: 100_000, trustedProxies: ['127.0.0.1'], issuers: [issuer.url] };
    server = await startServerWith(rules, SAMPLE_2013);
  });
  afterAll(async () => {
    await server.close();
    await issuer.close();
  });

  const ask = async (query: string, ip: string, headers = {}) => {
    const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'x-forwarded-for': ip, ...headers },
    });
    const body = (await response.json()) as {
      errors?: { extensions: { code: string } }[];
      extensions?: { cost?: number };
    };
    return {
      status: response.status,
      headers: response.headers,
      body,
      code: body.errors?.[0]?.extensions.code,
    };
  };
  const TREND = (year: number) => `{ trend(framework: "GGSR", from: ${year}) { year code tested met } }`;

  it('tells the cost of each answer, and refuses what goes beyond it until some time has passed', async () => {
    const first = await ask(TREND(1900), '192.0.2.1');
    expect([first.status, first.body.extensions?.cost]).toEqual([200, 20_400]);
    const statuses: number[] = [];
    let last = first;
    for (let year = 1901; year < 1906; year += 1) {
      last = await ask(TREND(year), '192.0.2.1');
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(last.code).toBe('RATE_LIMITED');
    expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(last.headers.get('ratelimit-policy')).toBe('"cost";q=100000;w=60');
    expect(last.headers.get('ratelimit')).toMatch(/^"cost";r=\d+;t=\d+$/);
    // Not others, nor somebody who signs in there, nor the resources below /v1 for others.
    expect((await ask(TREND(1905), '192.0.2.2')).status).toBe(200);
    const authorization = `Bearer ${await issuer.token({ roles: ['reader'] })}`;
    expect((await ask(TREND(1905), '192.0.2.1', { authorization })).status).toBe(200);
  });

  it('takes nothing for an answer that is kept, which goes out as ever', async () => {
    const query = maastricht('verdicts { status findings { narrative } }');
    const { body } = await ask(query, '192.0.2.9');
    const cost = body.extensions?.cost ?? 0;
    expect(cost).toBeGreaterThan(50);
    for (let asked = 0; asked * cost < 400_000; asked += 1)
      expect((await ask(query, '192.0.2.9')).status).toBe(200);
  });

  it('holds for the resources below /v1 alike', async () => {
    const get = (year: number) =>
      fetch(`${server.url}/v1/approaches?reference=${year}&first=100`, {
        headers: { 'x-forwarded-for': '192.0.2.77' },
      });
    let status = 200;
    let asked = 0;
    while (status === 200 && asked < 1_000) {
      asked += 1;
      const response = await get(1000 + asked);
      status = response.status;
      if (status !== 200) expect(await response.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    }
    expect(status).toBe(429);
  });

  it('does not believe others about whom they ask for', async () => {
    const open = await startServerWith({ costPerMinute: 100_000 }, SAMPLE_2013);
    try {
      for (let year = 1900; year < 1908; year += 1) {
        const response = await fetch(`${open.url}/graphql?query=${encodeURIComponent(TREND(year))}`, {
          headers: { 'x-forwarded-for': '192.0.2.1' },
        });
        // It comes from this machine, which has no limit.
        expect(response.status).toBe(200);
      }
    } finally {
      await open.close();
    }
  });
});
