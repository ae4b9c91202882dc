import { CLI, Workplace } from './support';

const COMMANDS = ['import', 'replay', 'generate', 'token', 'serve', 'start'];

describe('The command line', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  it('helps with every command', async () => {
    const { status, stdout, stderr } = await place.run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).not.toContain('schema');
    for (const variable of ['DATA_DIR', 'EVENT_STORE_URL', 'HOST', 'PORT'])
      expect(stdout).toContain(variable);
  });

  it.each(COMMANDS)('helps with %s', async (command) => {
    expect(await place.run(command, '--help')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(new RegExp(`^Usage: toetsspoor ${command} `)),
    });
  });

  it.each([
    [['bogus'], "error: unknown command 'bogus'\n"],
    [['import'], "error: missing required argument 'file'\n"],
    [['import', '--bogus', 'x.txt'], "error: unknown option '--bogus'\n"],
    [['import', 'x.txt', '--year'], "error: option '--year <yyyy>' argument missing\n"],
    [['serve', 'extra'], "error: too many arguments for 'serve'. Expected 0 arguments but got 1.\n"],
    [['replay'], expect.stringMatching(/^there is no log at \S+events\.db yet: .*\n$/)],
  ])('says in a sentence what is wrong with %j', async (args, stderr) => {
    expect(await place.run(...args)).toMatchObject({ status: 1, stdout: '', stderr });
    expect(place.events()).toEqual([]);
  });

  it.each(['serve', 'replay'])('lists all that is wrong with the environment, for %s', async (command) => {
    const running = place.start([command], {
      PORT: '70000',
      EVENT_STORE_URL: 'postgres://user:secret@host/db',
    });
    expect(await running.ended).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `PORT is "70000"; expected a number from 0 to 65535
EVENT_STORE_URL begins with "postgres:"; expected sqlite:PATH or kurrentdb://HOST
`,
    });
  });

  it.each([
    ['DATA_DIR', 'file.txt', /^DATA_DIR: the folder file\.txt cannot be made: EEXIST: .*file\.txt'\n$/],
    ['EVENT_STORE_URL', 'sqlite:file.txt', /^.*file\.txt.*\n$/],
    [
      'HOST',
      'no.such.host.invalid',
      /^HOST is "no\.such\.host\.invalid", which is no address of this machine; expected one/,
    ],
  ])('says in a sentence that %s cannot be %s', async (name, value, stderr) => {
    place.document('file.txt', 'no database');
    expect(await place.start(['serve'], { [name]: value }).ended).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(stderr),
    });
  });

  it.each(['20.20.2', '24.9.0'])(
    'says to Node.js %s in a sentence which one it needs, before it loads anything that needs it',
    async (version) => {
      const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
      process.argv[1] = ${JSON.stringify(CLI)}; require(process.argv[1]);`;
      expect(await place.startNode(['--eval', older, 'serve']).ended).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringContaining(
          `Toetsspoor needs Node.js 24.10 or newer and this is ${version}: run it`,
        ),
      });
    },
  );
});
