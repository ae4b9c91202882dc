import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** What cannot be tried without openssl is skipped, and says so in its name. */
const describeWithOpenssl = hasOpenssl ? describe : describe.skip;

describeWithOpenssl('deploy/prepare.sh (with openssl)', () => {
  let folder: string;
  const prepare = () => execFileSync('sh', ['deploy/prepare.sh', folder], { encoding: 'utf8' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const files = () =>
    Object.fromEntries(globSync('**/*.{crt,key,env}', { cwd: folder }).map((file) => [file, read(file)]));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'toetsspoor-deploy-'));
    prepare();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([1, 2, 3])(
    'makes a certificate for node %i under its own authority, with its name and key',
    (n) => {
      const authority = new X509Certificate(read('certificates/trusted/ca.crt'));
      const certificate = new X509Certificate(read(`certificates/kurrentdb-${n}.crt`));
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.checkHost(`kurrentdb-${n}`)).toBe(`kurrentdb-${n}`);
      expect(certificate.checkHost('kurrentdb-9')).toBeUndefined();
      const key = createPublicKey(read(`certificates/kurrentdb-${n}.key`));
      expect(key.equals(certificate.publicKey)).toBe(true);
    },
  );

  test('gives the replicas the password that the cluster starts with, in files for their owner alone', () => {
    const password = /KURRENTDB_DEFAULT_ADMIN_PASSWORD=(.+)/.exec(read('kurrentdb.env'))?.[1];
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(read('api.env')).toContain(`kurrentdb://admin:${password}@kurrentdb-1:2113`);
    for (const file of ['kurrentdb.env', 'api.env', 'certificates/ca.key']) {
      expect([file, statSync(join(folder, file)).mode & 0o077]).toEqual([file, 0]);
    }
  });

  test('leaves everything as it is when it is run again', () => {
    const before = files();
    expect(prepare()).toBe('');
    expect(files()).toEqual(before);
  });

  test('makes what is missing again, and nothing else', () => {
    const { 'certificates/kurrentdb-2.crt': old, ...others } = files();
    rmSync(join(folder, 'certificates/kurrentdb-2.crt'));
    prepare();
    expect(read('certificates/kurrentdb-2.crt')).not.toBe(old);
    const { 'certificates/kurrentdb-2.crt': _, 'certificates/kurrentdb-2.key': __, ...rest } = files();
    delete others['certificates/kurrentdb-2.key'];
    expect(rest).toEqual(others);
  });
});
