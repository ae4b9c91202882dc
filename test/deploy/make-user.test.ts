import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeWithOpenssl } from './support';

// Stands in for Docker: notes what it was asked, and what came on standard input. The log itself answers in production.
const DOCKER = `#!/bin/sh
echo "$*" >>"$ASKED"
case "$2" in run) cat >"$ASKED.program" ;; esac
case "$*" in *"$REFUSED"*) echo 'curl: (22) refused' >&2; exit 22 ;; esac
`;

describeWithOpenssl('deploy/make-user.sh (with openssl)', () => {
  const hosts = '@kurrentdb-1:2113,kurrentdb-2:2113?tls=true&tlsCaFile=/run/secrets/ca.crt';
  const before = `EVENT_STORE_URL=kurrentdb://admin:oud${hosts}\n\nLEDGER_NAME=example.nl\n`;
  let folder: string;
  const at = (file: string) => join(folder, file);
  const api = () => readFileSync(at('deploy/api.env'), 'utf8');
  const asked = () => readFileSync(at('asked'), 'utf8').trimEnd().split('\n');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'toetsspoor-deploy-'));
    mkdirSync(at('deploy'));
    mkdirSync(at('bin'));
    copyFileSync('deploy/make-user.sh', at('deploy/make-user.sh'));
    writeFileSync(at('deploy/api.env'), before);
    writeFileSync(at('bin/docker'), DOCKER, { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (refused = 'nothing') => {
    const PATH = `${at('bin')}${delimiter}${process.env.PATH}`;
    const env = { ...process.env, PATH, ASKED: at('asked'), REFUSED: refused };
    const { status, stderr } = spawnSync('sh', [at('deploy/make-user.sh')], { env });
    return { status, stderr: String(stderr) };
  };

  test('gives the API a user in no group that may read all and append, and keeps the password of admin', () => {
    expect(run()).toEqual({ status: 0, stderr: '' });
    const [, password = ''] = /^EVENT_STORE_URL=kurrentdb:\/\/toetsspoor:([0-9a-f]{48})@/.exec(api()) ?? [];
    expect(api()).toBe(before.replace('admin:oud', `toetsspoor:${password}`));
    expect(readFileSync(at('deploy/admin.env'), 'utf8')).toBe('KURRENTDB_ADMIN_PASSWORD=oud\n');
    expect(statSync(at('deploy/admin.env')).mode & 0o077).toBe(0);

    const [made, reset, allowed] = asked();
    expect(made).toMatch(/--user admin:oud .*"groups":\[\].* https:\/\/localhost:2113\/users\/$/);
    expect(reset).toContain(`{"newPassword":"${password}"}`);
    expect(allowed).toContain('--entrypoint node tools -');
    const program = readFileSync(at('asked.program'), 'utf8');
    expect(program).toContain("setStreamMetadata('$all', { acl: { readRoles: both } })");
    expect(program).toContain('$userStreamAcl: { $r: both, $w: both, $d: admins, $mr: both, $mw: admins }');
  });

  test('goes on where the user is there from an earlier attempt, with a new password', () => {
    const { status, stderr } = run('loginName');
    expect(status).toBe(0);
    expect(stderr).toContain('it gets a new password now');
    expect(api()).toContain('kurrentdb://toetsspoor:');
  });

  test.each(['newPassword', 'entrypoint node'])(
    'leaves the API its user where the log refuses a step: %s',
    (step) => {
      expect(run(step)).toMatchObject({ status: 22, stderr: expect.stringContaining('refused') });
      expect(api()).toBe(before);
      expect(existsSync(at('deploy/admin.env'))).toBe(false);
    },
  );

  test('asks the log nothing where the API has another user than admin', () => {
    writeFileSync(at('deploy/api.env'), before.replace('admin:', 'toetsspoor:'));
    expect(run()).toEqual({
      status: 1,
      stderr: 'deploy/api.env names no password of admin: the API has another user already\n',
    });
    expect(existsSync(at('asked'))).toBe(false);
  });
});
