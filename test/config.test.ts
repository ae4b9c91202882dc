import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, Environment, readConfig, unknownVariables } from '../src/config';

const VARIABLES = Object.keys(Environment.properties) as (keyof Environment)[];

describe('The configuration', () => {
  const README = readFileSync(join(__dirname, '../README.md'), 'utf8');

  it('stands whole in the README, with its defaults, and nothing that is not read', () => {
    const table = README.slice(README.indexOf('| variable |')).split('\n\n')[0] ?? '';
    const rows = table
      .split('\n')
      .slice(2)
      .map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    const named = rows.flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual([...VARIABLES].sort());
    for (const [, names = '', , defaults = ''] of rows) {
      const [first] = [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name as keyof Environment);
      const known = first === undefined ? undefined : Environment.properties[first].default;
      if (known !== undefined && !defaults.startsWith('an example'))
        expect(defaults).toContain(`\`${known}\``);
    }
  });

  it('is the same from nothing, from what is empty, and from its own defaults', () => {
    const empty = Object.fromEntries(VARIABLES.map((name) => [name, ' ']));
    const defaults = Object.fromEntries(
      VARIABLES.flatMap((name) => {
        const { default: known } = Environment.properties[name];
        return known === undefined ? [] : [[name, String(known)]];
      }),
    );
    const usual = readConfig({});
    expect(readConfig(empty)).toEqual(usual);
    expect(readConfig(defaults)).toEqual(usual);
    expect(usual).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      eventStoreUrl: join('sqlite:data', 'events.db'),
      issuers: [],
      clients: null,
      tokenTypes: ['at+jwt'],
    });
  });

  it('reads lists with spaces or commas between', () => {
    expect(
      readConfig({
        OIDC_ISSUERS: 'https://a.example.nl, http://127.0.0.1:9000/realm',
        OIDC_CLIENTS: 'portal  dashboard',
        OIDC_TOKEN_TYPES: 'JWT at+jwt',
      }),
    ).toMatchObject({
      issuers: ['https://a.example.nl', 'http://127.0.0.1:9000/realm'],
      clients: ['portal', 'dashboard'],
      tokenTypes: ['jwt', 'at+jwt'],
    });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '4e3'],
    ['OIDC_ISSUERS', 'http://login.example.nl'],
    ['OIDC_ISSUERS', 'login.example.nl'],
    ['OIDC_ISSUERS', 'https://login.example.nl?x=1'],
    ['OIDC_ISSUERS', 'https://user:secret@login.example.nl'],
    ['OIDC_ISSUERS', 'urn:toetsspoor:local'],
    ['OIDC_TOKEN_TYPES', 'at+jwt id+jwt'],
    ['OIDC_CLIENTS', ','],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', '10.0.0.0/'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['TRUST_PROXY', '::1/129'],
  ])('refuses %s=%s, and says what is expected', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} is ".*"; expected .+$`));
  });

  it('takes addresses and networks of both kinds, and one port at two addresses', () => {
    const set = {
      TRUST_PROXY: '10.0.0.1 10.0.0.0/32 fd00::/8 ::1/128',
      HOST: '10.0.0.1',
      METRICS_PORT: '4000',
    };
    expect(readConfig(set)).toMatchObject({
      trustedProxies: ['10.0.0.1', '10.0.0.0/32', 'fd00::/8', '::1/128'],
      metrics: { host: '127.0.0.1', port: 4000 },
    });
    expect(() => readConfig({ ...set, HOST: '0.0.0.0' })).toThrow(
      /^METRICS_PORT is "4000", as PORT; expected/,
    );
  });

  it.each([
    ['EVENT_STORE_URI', 'EVENT_STORE_URL'],
    ['EVENTSTORE_URL', 'EVENT_STORE_URL'],
    ['OIDC_ISSUER', 'OIDC_ISSUERS'],
    ['OIDC_TRUSTED_ISSUERS', 'OIDC_ISSUERS'],
    ['TRUST_PROXYS', 'TRUST_PROXY'],
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['ledger_key', 'LEDGER_KEY'],
  ])('tells that %s is not read, and names %s', (name, meant) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([
      `${name} is set, but there is no such variable and it is not read; nearest: ${meant}`,
    ]);
  });

  it('says nothing of its own variables, nor of those of others', () => {
    const others = [
      'PATH',
      'HOME',
      'HOSTNAME',
      'TZ',
      'LANG',
      'NODE_OPTIONS',
      'NODE_ENV',
      'LOGNAME',
      'TMPDIR',
    ];
    const more = [
      'OTEL_SERVICE_NAME',
      'KUBERNETES_SERVICE_HOST',
      'PUBLIC_IP',
      'npm_config_loglevel',
      'EDITOR',
    ];
    const names = [...VARIABLES, ...others, ...more];
    expect(unknownVariables(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });

  it('lists all that is wrong at once, and no password', () => {
    const wrong = { PORT: 'x', EVENT_STORE_URL: 'postgres://user:secret@host', OIDC_ISSUERS: 'x' };
    expect(() => readConfig(wrong)).toThrow(
      /^PORT is "x"; .*\nEVENT_STORE_URL begins with "postgres:"; .*\nOIDC_ISSUERS is "x"; .*$/,
    );
    expect(() => readConfig(wrong)).not.toThrow(/secret/);
  });
});
