import { execFileSync, type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithOpenssl } from './support';

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

  describe('where something is amiss', () => {
    let broken: string;
    const run = (options: SpawnSyncOptions = {}) => {
      const { status, stderr } = spawnSync('sh', ['deploy/prepare.sh', broken], options);
      return { status, stderr: String(stderr) };
    };
    const inBroken = (file: string) => join(broken, file);
    const left = () => globSync('**/*', { cwd: broken }).sort();

    beforeEach(() => {
      broken = mkdtempSync(join(tmpdir(), 'toetsspoor-deploy-'));
      cpSync(folder, broken, { recursive: true });
    });
    afterEach(() => rmSync(broken, { recursive: true, force: true }));

    test.each([
      ['certificates/kurrentdb-2.key', /kurrentdb-2\.crt is there and \S+kurrentdb-2\.key is not/],
      ['certificates/trusted/ca.crt', /ca\.key is there and \S+ca\.crt is not/],
      ['api.env', /kurrentdb\.env is there and \S+api\.env is not/],
      ['kurrentdb.env', /api\.env is there and \S+kurrentdb\.env is not/],
    ])('tells that %s is gone, and makes nothing that would not fit the rest', (file, message) => {
      rmSync(inBroken(file));
      const before = left();
      expect(run()).toEqual({ status: 1, stderr: expect.stringMatching(message) });
      expect(left()).toEqual(before);
    });

    test('tells why openssl cannot sign, and leaves nothing half made', () => {
      rmSync(inBroken('certificates/kurrentdb-2.crt'));
      rmSync(inBroken('certificates/kurrentdb-2.key'));
      const before = left();
      writeFileSync(inBroken('certificates/ca.key'), 'geen sleutel\n');
      const { status, stderr } = run();
      expect(status).toBe(1);
      expect(stderr).toMatch(/.+\nopenssl x509 failed, for the reason above; nothing was made of it\n$/s);
      expect(left()).toEqual(before);
      writeFileSync(inBroken('certificates/trusted/ca.crt'), 'geen certificaat\n');
      expect(run()).toEqual({ status: 1, stderr: expect.stringMatching(/.+\nopenssl x509 failed/s) });
      expect(left()).toEqual(before);
    });

    test('signs nothing that would outlive its authority, and names the day', () => {
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '10', '-subj', '/CN=kort'],
          ...['-keyout', inBroken('certificates/ca.key'), '-out', inBroken('certificates/trusted/ca.crt')],
        ],
        { stdio: 'ignore' },
      );
      rmSync(inBroken('certificates/kurrentdb-1.crt'));
      expect(run()).toEqual({
        status: 1,
        stderr: expect.stringMatching(/ca\.crt ends within a year, .*notAfter=.*renew it first/),
      });
    });

    test('renews the authority as deploy/README.md tells: for a while both are trusted, then the new one', () => {
      const page = readFileSync('deploy/README.md', 'utf8');
      const renewing = page.slice(page.indexOf('**The authority**'), page.indexOf('**The password**'));
      const [first = '', last = ''] = [...renewing.matchAll(/```\n(.*?)```/gs)].map(([, text = '']) =>
        text.replaceAll('sudo ', ''),
      );
      mkdirSync(inBroken('deploy'));
      copyFileSync('deploy/prepare.sh', inBroken('deploy/prepare.sh'));
      chmodSync(inBroken('deploy/prepare.sh'), 0o755);
      for (const part of ['certificates', 'api.env', 'kurrentdb.env']) {
        cpSync(join(folder, part), inBroken(join('deploy', part)), { recursive: true });
      }
      const sh = (script: string) => execFileSync('sh', ['-ec', script], { cwd: broken, stdio: 'pipe' });
      const isTrusted = (node: number) =>
        spawnSync('openssl', [
          ...['verify', '-CAfile', inBroken('deploy/certificates/trusted/ca.crt')],
          inBroken(`deploy/certificates/kurrentdb-${node}.crt`),
        ]).status === 0;

      sh(first);
      sh('rm deploy/certificates/kurrentdb-1.crt; deploy/prepare.sh');
      expect([1, 2].map(isTrusted)).toEqual([true, true]);
      sh(last);
      expect([1, 2].map(isTrusted)).toEqual([true, false]);
      expect(globSync('trusted/*', { cwd: inBroken('deploy/certificates') })).toEqual(['trusted/ca.crt']);
    });

    test('run by who is not root, keeps the keys of the nodes from others by their folder, and says so', () => {
      rmSync(broken, { recursive: true });
      mkdirSync(broken, { mode: 0o777 });
      chmodSync(broken, 0o777);
      copyFileSync('deploy/prepare.sh', inBroken('prepare.sh'));
      chmodSync(inBroken('prepare.sh'), 0o755);
      const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { status, stderr } = spawnSync('sh', [inBroken('prepare.sh')], { ...nobody, cwd: broken });
      expect(status).toBe(0);
      expect(String(stderr)).toMatch(
        /kurrentdb-1\.key can be read by all who get into \S+certificates, which is you alone/,
      );
      expect(statSync(inBroken('certificates')).mode & 0o077).toBe(0);
    });
  });
});
