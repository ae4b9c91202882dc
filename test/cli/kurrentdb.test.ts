import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { describeOnKurrentDB, KURRENTDB_URL, ownLog } from '../support/kurrentdb';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

describe('A log that cannot be used', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  it.each([
    ['no such host', 'kurrentdb://user:geheim@nowhere.invalid?tls=false', /no such host/],
    [
      'a port where nothing listens',
      'kurrentdb://user:geheim@127.0.0.1:1?tls=false',
      /nothing listens there/,
    ],
    ['hosts that are no cluster', 'kurrentdb://user:geheim@127.0.0.1:1,127.0.0.1:2', /none of these hosts/],
    ['an unknown option', 'kurrentdb://user:geheim@127.0.0.1:1?tsl=false', /option "tsl"; known are tls,/],
    [
      'a port that is no number',
      'kurrentdb://user:geheim@127.0.0.1:x',
      /has a port that is none; expected HOST:PORT/,
    ],
    ['a port that is too large', 'kurrentdb://user:geheim@127.0.0.1:99999', /has a port .* from 1 to 65535/],
    [
      'an option of another value',
      'kurrentdb://user:geheim@h?tls=nee',
      /"tls" with the value "nee"; .*true or/,
    ],
    ['a host that was forgotten', 'kurrentdb://user:geheim', /has a port that is none/],
    ['no host', 'kurrentdb://user:geheim@:2113', /EVENT_STORE_URL has no host/],
    ['a / in the password', 'kurrentdb://user:ge/heim@127.0.0.1:1', /in the password .* \/ is %2F/],
    ['a : in the password', 'kurrentdb://user:ge:heim@127.0.0.1:1', /before the @; write a : .* as %3A/],
    ['a % in the password', 'kurrentdb://user:geheim%@127.0.0.1:1', /a % in the password/],
    [
      'a preference for nodes that lag behind',
      'kurrentdb://user:geheim@127.0.0.1:1?nodePreference=follower',
      /option "nodePreference"; known are tls,/,
    ],
    ['an @ in the password', 'kurrentdb://user:ge@heim@127.0.0.1:1', /more than one @: .* as %40/],
    [
      'a missing certificate',
      'kurrentdb://user:geheim@127.0.0.1:1?tlsCAFile=no.crt',
      /certificate file.*not found/,
    ],
  ])('by %s ends serve and import with one sentence and status 1', async (_, url, sentence) => {
    const environment = { EVENT_STORE_URL: url };
    for (const args of [['serve'], ['import', SAMPLE_2013]]) {
      const { status, stdout, stderr } = await place.start(args, environment).ended;
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/geheim|ge[@/:]|heim@/);
    }
  });

  it.each([
    [
      'that expects TLS, without it',
      'tls=false',
      () => createTlsServer().on('tlsClientError', () => {}),
      /closed the connection; does it expect TLS\?/,
    ],
    [
      'that speaks no TLS, with it',
      'tls=true',
      () =>
        createServer((socket) => {
          socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
        }),
      /does not speak TLS; add \?tls=false/,
    ],
  ])('on a server %s, ends serve with one sentence and status 1', async (_, options, create, sentence) => {
    const server = create();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const environment = { EVENT_STORE_URL: `kurrentdb://user:geheim@127.0.0.1:${port}?${options}` };
      const { status, stdout, stderr } = await place.start(['serve'], environment).ended;
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
      expect(stderr).toMatch(sentence);
    } finally {
      server.close();
    }
  });
});

describeOnKurrentDB('Processes on one KurrentDB log', () => {
  let places: Workplace[];
  let environment: Record<string, string>;
  beforeEach(() => {
    places = [new Workplace(), new Workplace()];
    environment = { EVENT_STORE_URL: KURRENTDB_URL ?? '', EVENT_STORE_PREFIX: ownLog().prefix };
  });
  afterEach(() => Promise.all(places.map((place) => place.dispose())));

  const question = `{ approach(municipality: "GM0935", slug: "integrale-aanpak") {
    verdicts { indicator { code } status basis assessedIn carriedForward findings { narrative } }
    development(from: 2013, to: 2014) { summary { change count } } } }`;
  const answer = async (url: string) => {
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(question)}`);
    return (await response.json()) as { data: { approach: { verdicts: { assessedIn: number }[] } | null } };
  };

  it('restore what was exported from a file: the same root, the same export, and it verifies', async () => {
    const [file, server] = places as [Workplace, Workplace];
    await file.run('import', SAMPLE_2013, SAMPLE_2014);
    const exported = (await file.run('export', 'events')).stdout;
    const events = server.document('events.ndjson', exported);
    expect(await server.start(['import', events], environment).ended).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect((await server.start(['export', 'events'], environment).ended).stdout).toBe(exported);
    const signed = (note: string) => note.split('\n').slice(0, 3);
    const here = await file.run('checkpoint');
    const there = await server.start(['checkpoint'], environment).ended;
    expect(there.stderr).toMatch(
      /^signed as toetsspoor: 53 events of the log kurrentdb:\/\/[^@?\s]+, in streams /,
    );
    expect(signed(there.stdout)).toEqual(signed(here.stdout));
    const kept = server.document('kept.checkpoint', here.stdout);
    const key = server.document('log.key', (await file.run('checkpoint', '--public-key')).stdout);
    rmSync(join(server.data, 'ledger.db'));
    const verified = await server.start(['verify', '--checkpoint', kept, '--key', key], environment).ended;
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('positions in order') });
    expect(await server.start(['backup', 'x.tar'], environment).ended).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('this one is on a server'),
    });
  });

  it('write and read together: what one imports, the others show, alike', async () => {
    const [here, there] = places as [Workplace, Workplace];
    const [one, other] = [here.start(['serve'], environment), there.start(['serve'], environment)];
    const urls: string[] = [];
    for (const server of [one, other]) urls.push((await server.says(/(http:\/\/[\d.:]+)\/graphql/))[1] ?? '');

    const third = { ...environment, DATA_DIR: join(here.folder, 'import') };
    expect(await here.start(['import', SAMPLE_2013, SAMPLE_2014], third).ended).toMatchObject({ status: 0 });
    expect(await there.start(['import', SAMPLE_2013], third).ended).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing appended'),
    });
    const answers = await Promise.all(
      urls.map(async (url) => {
        for (;;) {
          const given = await answer(url);
          if (given.data.approach?.verdicts.some(({ assessedIn }) => assessedIn === 2014)) return given;
          await setTimeout(50);
        }
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({
      data: {
        approach: {
          development: {
            summary: [
              { change: 'RESOLVED', count: 1 },
              { change: 'NOT_RETESTED', count: 29 },
            ],
          },
        },
      },
    });
    for (const server of [one, other]) {
      server.child.kill('SIGTERM');
      expect(await server.ended).toMatchObject({ status: 0, stdout: '' });
    }
    expect(await here.start(['replay'], environment).ended).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('53 events replayed'),
    });
    // Six processes, each of which takes seconds to start where the machine is busy.
  });
});
