import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { RecordedEvent } from '../../src/domain/events';
import { formatCheckpoint, signCheckpoint } from '../../src/ledger/checkpoint';
import { exportLine, leafHash } from '../../src/ledger/entry';
import { EMPTY_ROOT, type Hash, hashLeaf } from '../../src/ledger/merkle';
import { formatSigningKey, formatVerifierKey, generateSigningKey, signNote } from '../../src/ledger/note';
import { exported, plainLog, randomLog, rootOfLog, withoutTexts } from './random-log';
import { CANONICAL_JSON } from './vectors';

/** The auditor's script is run as the auditor runs it: another process, files, an exit status. */

const script = join(__dirname, '../../tools/verify.mjs');
const key = generateSigningKey('example.org/toetsspoor');
const witness = generateSigningKey('witness.example');
const log = plainLog(20);
const lines = exported(log).match(/.*\n/g) ?? [];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
  file('log.key', `${formatVerifierKey(key)}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function checkpoint(events: readonly RecordedEvent[], name = `${events.length}.checkpoint`): string {
  return file(name, signCheckpoint({ size: events.length, root: rootOfLog(events) }, key));
}

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args], {
      cwd: folder,
    });
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

/** Checks `events`, an export's text, against a checkpoint of the untouched log. */
async function verify(events: string | Uint8Array, ...more: string[]) {
  return run(file('events.ndjson', events), '--checkpoint', checkpoint(log), '--key', 'log.key', ...more);
}

/** The export with one line replaced by its text after `alter`. */
function altered(index: number, alter: (line: string) => string): string {
  return lines.map((line, at) => (at === index ? alter(line) : line)).join('');
}

/** The log after `alter`, exported with every index, revision, and hash made anew. */
function rewritten(alter: (events: RecordedEvent[]) => RecordedEvent[]): string {
  const revisions = new Map<string, number>();
  return exported(
    alter([...log]).map((event) => {
      const revision = revisions.get(event.stream) ?? 0;
      revisions.set(event.stream, revision + 1);
      return { ...event, revision };
    }),
  );
}

const flipVerdict = (line: string) => line.replace('"MET"', '"IMPROVEMENT_NEEDED"');
const flipAt = (events: RecordedEvent[], index: number): RecordedEvent[] =>
  events.map((event, at) =>
    at === index && event.type === 'FindingRecorded'
      ? { ...event, data: { ...event.data, verdict: 'IMPROVEMENT_NEEDED' } }
      : event,
  );

describe('an untouched log', () => {
  test('fits its checkpoint, and the root is said', async () => {
    const root = Buffer.from(rootOfLog(log)).toString('base64');
    expect(await verify(lines.join(''))).toEqual({
      status: 0,
      out: `fits: the first 20 events are those that example.org/toetsspoor signed (root ${root})\n`,
      err: '',
    });
  });

  test('fits whether or not its last line ends in a newline', async () => {
    expect((await verify(lines.join('').trimEnd())).status).toBe(0);
    expect((await verify(`${lines.join('')}\n\n`)).status).toBe(0);
  });

  test('fits an older checkpoint, and it is said how many events came after', async () => {
    const result = await run(
      file('events.ndjson', lines.join('')),
      ...['--checkpoint', checkpoint(log.slice(0, 7)), '--key', 'log.key'],
    );
    expect(result).toMatchObject({ status: 0, out: expect.stringContaining('fits: the first 7 events') });
    expect(result.out).toContain('13 events came after');
  });

  test('fits the checkpoint of the empty log, and the empty log fits it too', async () => {
    const empty = file('0.checkpoint', signCheckpoint({ size: 0, root: EMPTY_ROOT }, key));
    const args = ['--checkpoint', empty, '--key', 'log.key'];
    expect((await run(file('events.ndjson', lines.join('')), ...args)).status).toBe(0);
    expect((await run(file('events.ndjson', ''), ...args)).status).toBe(0);
  });

  test('fits with texts left out, and it is said how many', async () => {
    const copy = log
      .map((event, index) => exportLine(index, index < 2 ? withoutTexts(event) : event))
      .join('');
    expect(await verify(copy)).toMatchObject({ status: 0, out: expect.stringContaining('2 texts left out') });
  });

  test('fits with the engine’s positions in it, and however its JSON is spaced and escaped', async () => {
    const spaced = log.map((event, index) => {
      const line = { position: event.position, ...JSON.parse(exportLine(index, event)) };
      const json = JSON.stringify(line, null, 1).replaceAll('\n', ' ');
      return `${json.replaceAll('é', '\\u00e9').replaceAll('/', '\\/')}\r\n`;
    });
    expect((await verify(spaced.join(''))).status).toBe(0);
  });

  test('fits a checkpoint that a witness and another algorithm have signed as well', async () => {
    const text = formatCheckpoint({ origin: key.name, size: 20, root: rootOfLog(log), extensions: [] });
    const other = `— ${key.name} ${Buffer.alloc(3313, 9).toString('base64')}\n`;
    const cosigned = file('cosigned.checkpoint', signNote(text, witness, key) + other);
    const result = await run(
      file('events.ndjson', lines.join('')),
      '--checkpoint',
      cosigned,
      '--key',
      'log.key',
    );
    expect(result.status).toBe(0);
  });

  test('of any events fits: the script and the library agree on every leaf and root', async () => {
    await fc.assert(
      fc.asyncProperty(randomLog({ minLength: 1, maxLength: 60 }), fc.nat(), async (events, at) => {
        const size = 1 + (at % events.length);
        const result = await run(
          file('random.ndjson', exported(events)),
          ...['--checkpoint', checkpoint(events.slice(0, size), 'random.checkpoint'), '--key', 'log.key'],
        );
        expect(result).toMatchObject({ status: 0, out: expect.stringContaining(`the first ${size} event`) });
      }),
      { numRuns: 12 },
    );
  });
});

describe('a tampered log is found, and the first wrong event named', () => {
  test.each<[string, string, string]>([
    [
      'a verdict flipped',
      altered(5, flipVerdict),
      'index 5 (line 6 of events.ndjson): the content does not match',
    ],
    ['a text altered', altered(3, (line) => line.replace('(3)', '(4)')), 'index 3 (line 4'],
    ['a salt altered', altered(3, (line) => line.replace(/("salt":")./, '$1g')), 'index 3 (line 4'],
    ['who did it altered', altered(0, (line) => line.replace('"system"', '"anna"')), 'index 0 (line 1'],
    [
      'two events swapped',
      swap(lines, 8, 9).join(''),
      'index 8 (line 9 of events.ndjson): the line says index 9',
    ],
    [
      'an event removed in the middle',
      altered(11, () => ''),
      'index 11 (line 12 of events.ndjson): the line says index 12',
    ],
    ['the last event removed', lines.slice(0, -1).join(''), 'index 19: missing'],
    ['an old backup put back', lines.slice(0, 6).join(''), 'index 6: missing; the export holds 6 events'],
    ['everything removed', '', 'index 0: missing'],
    [
      'an event repeated',
      altered(4, (line) => line + line),
      'index 5 (line 6 of events.ndjson): the line says index 4',
    ],
    [
      'a field added',
      altered(2, (line) => line.replace('{', '{"note":"x",')),
      '"note" is covered by no hash',
    ],
    [
      'a field removed',
      altered(2, (line) => line.replace('"type":"FindingRecorded",', '')),
      '"type" is missing',
    ],
    [
      'a member added to its data',
      altered(2, (line) => line.replace('"data":{', '"data":{"x":1,')),
      'index 2',
    ],
    [
      'two events swapped and counted anew',
      exported(swap(log, 8, 10)),
      'index 8 (line 9 of events.ndjson): revision 5 of stream approach-GM0935-even, expected was 4',
    ],
    [
      'two events of different streams swapped and counted anew',
      exported(swap(log, 8, 9)),
      'index 9 (line 10 of events.ndjson): recorded at 2026-01-01T00:00:08.000Z, before',
    ],
    [
      'an event removed in the middle and counted anew',
      exported(log.filter((_, at) => at !== 11)),
      'index 12 (line 13',
    ],
  ])('%s', async (_, events, expected) => {
    const result = await verify(events);
    expect(result.out).toContain('does not fit: ');
    expect(result.out).toContain(expected);
    expect(result).toMatchObject({ status: 1, err: '' });
  });

  test('in the database, and exported with the leaf hashes that the ledger had recorded', async () => {
    const altered = flipAt([...log], 13).map((event, at) =>
      exportLine(at, event, leafHash(log[at] ?? event)),
    );
    expect(await verify(altered.join(''))).toMatchObject({
      status: 1,
      out: expect.stringContaining(
        'index 13 (line 14 of events.ndjson): the content does not match its leafHash',
      ),
    });
  });

  describe('when all hashes were made anew, too', () => {
    test('it is said that the log is not the beginning that was signed', async () => {
      const result = await verify(rewritten((events) => flipAt(events, 9)));
      expect(result.status).toBe(1);
      expect(result.out).toContain(
        'the first 20 events are not the beginning that was signed in 20.checkpoint',
      );
      expect(result.out).toContain('cannot be known');
    });

    test('an older export names the first event that differs', async () => {
      const old = file('old.ndjson', lines.slice(0, 15).join(''));
      const result = await verify(
        rewritten((events) => flipAt(events, 9)),
        ...['--against', old],
      );
      expect(result).toMatchObject({ status: 1, out: expect.stringContaining('index 9 (line 10') });
      expect(result.out).toContain('differs from the one in old.ndjson');
      const removed = await verify(
        rewritten((events) => events.filter((_, at) => at !== 14)),
        ...['--against', old],
      );
      expect(removed).toMatchObject({ status: 1, out: expect.stringContaining('index 14 (line 15') });
      const behind = await verify(
        rewritten((events) => flipAt(events, 17)),
        ...['--against', old],
      );
      expect(behind).toMatchObject({ status: 1, out: expect.stringContaining('lies from 15 to 19') });
    });

    test('further checkpoints narrow the place down', async () => {
      const more = [4, 8, 12].flatMap((size) => ['--checkpoint', checkpoint(log.slice(0, size))]);
      const result = await verify(
        rewritten((events) => flipAt(events, 9)),
        ...more,
      );
      expect(result).toMatchObject({ status: 1, out: expect.stringContaining('lies from 8 to 11') });
      expect((await verify(lines.join(''), ...more)).status).toBe(0);
    });

    test('and it is signed again with the real key, the checkpoint kept from before still tells', async () => {
      const forged = flipAt([...log], 0);
      const events = file('events.ndjson', exported(forged));
      const resigned = await run(
        events,
        '--checkpoint',
        checkpoint(forged, 'new.checkpoint'),
        '--key',
        'log.key',
      );
      expect(resigned.status).toBe(0);
      expect((await run(events, '--checkpoint', checkpoint(log), '--key', 'log.key')).status).toBe(1);
    });
  });

  test('an export that ends before an older one does', async () => {
    const result = await run(
      file('events.ndjson', lines.slice(0, 10).join('')),
      ...['--checkpoint', checkpoint(log.slice(0, 10)), '--key', 'log.key'],
      ...['--against', file('old.ndjson', lines.join(''))],
    );
    expect(result).toMatchObject({ status: 1, out: expect.stringContaining('index 10: missing') });
  });
});

describe('a line that readers could take differently is refused by its number', () => {
  test.each<[string, string | Buffer, string]>([
    [
      'not JSON',
      altered(4, (line) => line.replace('"id":', '"id"')),
      'line 5 of events.ndjson): not the JSON',
    ],
    ['cut in half', altered(4, (line) => `${line.slice(0, 200)}\n`), 'line 5 of'],
    ['empty', altered(4, (line) => `\n${line}`), 'line 5 of events.ndjson is empty'],
    ['another JSON value', altered(4, () => '[]\n'), 'line 5 of events.ndjson): not an event'],
    ['two values', altered(4, (line) => line.replace('\n', ' {}\n')), 'more than one value'],
    [
      'a verdict given twice',
      altered(4, (line) => line.replace('"verdict":', '"verdict":"IMPROVEMENT_NEEDED","verdict":')),
      'the key "verdict" a second time',
    ],
    [
      'an escaped key given twice',
      altered(4, (line) => line.replace('"verdict":', '"v\\u0065rdict":"IMPROVEMENT_NEEDED","verdict":')),
      'the key "verdict" a second time',
    ],
    [
      'a prototype',
      altered(4, (line) => line.replace('"data":{', '"data":{"__proto__":{"x":1},')),
      'index 4',
    ],
    ['minus zero', altered(0, (line) => line.replace('"revision":0', '"revision":-0')), 'the number -0'],
    [
      'a fraction of nothing',
      altered(2, (line) => line.replace('"revision":1', '"revision":1.0')),
      'the number 1.0',
    ],
    [
      'more digits than a number holds',
      altered(2, (line) => line.replace('"revision":1', '"revision":1.00000000000000000001')),
      'the number 1.00000000000000000001',
    ],
    [
      'a number without end',
      altered(2, (line) => line.replace('"revision":1', '"revision":1e999')),
      'the number 1e999',
    ],
    ['a lone surrogate', altered(4, (line) => line.replace('afspraken', '\\ud800')), 'not Unicode'],
    ['a raw control character', altered(4, (line) => line.replace('afspraken', 'a\tb')), 'does not end well'],
    ['a byte order mark', `\ufeff${lines.join('')}`, 'line 1 of'],
    [
      'bytes that are not UTF-8',
      Buffer.from(lines.join('').replace('Er zijn', 'Er z\xffjn'), 'latin1'),
      'not UTF-8',
    ],
    [
      'values without bottom',
      altered(4, (line) => line.replace('"data":', `"data":${'['.repeat(5000)}`)),
      'too deep',
    ],
  ])('%s', async (_, events, expected) => {
    expect(await verify(events)).toMatchObject({
      status: 1,
      out: expect.stringContaining(expected),
      err: '',
    });
  });
});

describe('the script’s own canonical JSON', () => {
  test.each(CANONICAL_JSON)('agrees with the published vector "$name"', async ({ name, output }) => {
    // Numbers are refused unless written canonically, so the vector goes in with its members turned around.
    const turned = JSON.stringify(turnedAround(JSON.parse(output)));
    const metadata = { recordedAt: '2026-01-01T00:00:00.000Z' };
    const entry = `{"data":${output},"id":"i","metadata":${JSON.stringify(metadata)},"revision":0,"stream":"s","type":"t"}`;
    const leaf = hashLeaf(entry);
    const line =
      `{"index":0,"leafHash":"${leaf.toString('hex')}","id":"i","stream":"s","revision":0,"type":"t",` +
      `"data":${turned},"metadata":${JSON.stringify(metadata)}}`;
    const signed = file(`${name}.checkpoint`, signCheckpoint({ size: 1, root: leaf }, key));
    const result = await run(file(`${name}.ndjson`, line), '--checkpoint', signed, '--key', 'log.key');
    expect(result).toMatchObject({ status: 0, err: '' });
  });
});

describe('a checkpoint is not believed', () => {
  const events = () => file('events.ndjson', lines.join(''));
  const note = (size: number, root: Hash) => signCheckpoint({ size, root }, key);

  test.each<[string, () => string, string]>([
    [
      'altered after it was signed',
      () => note(20, rootOfLog(log)).replace('\n20\n', '\n19\n'),
      'does not fit',
    ],
    [
      'signed by another key of the same name',
      () => signCheckpoint({ size: 20, root: rootOfLog(log) }, generateSigningKey(key.name)),
      'not signed by its log',
    ],
    [
      'signed by the log’s key for another log',
      () =>
        signNote(
          formatCheckpoint({ origin: 'example.org/b', size: 20, root: rootOfLog(log), extensions: [] }),
          key,
        ),
      'not signed by its log example.org/b',
    ],
    ['without a signature', () => note(20, rootOfLog(log)).replace(/— .*\n/, ''), 'not a signed note'],
    ['another file altogether', () => lines.join(''), 'not a signed note'],
    ['empty', () => '', 'not a signed note'],
    [
      'with lines that end otherwise',
      () => note(20, rootOfLog(log)).replaceAll('\n', '\r\n'),
      'not a signed note',
    ],
    ['signed over no size', () => signNote(`${key.name}\n\n\n`, key), 'no tree size'],
  ])('when it is %s', async (_, content, expected) => {
    const result = await run(events(), '--checkpoint', file('odd.checkpoint', content()), '--key', 'log.key');
    expect(result).toMatchObject({ status: 1, out: expect.stringContaining(expected), err: '' });
  });
});

describe('what cannot be checked', () => {
  const good = () => {
    file('events.ndjson', lines.join(''));
    checkpoint(log);
  };

  test.each<[string, string[], string]>([
    ['nothing is given', [], 'usage:'],
    [
      'two exports are given',
      ['events.ndjson', 'events.ndjson', '--checkpoint', 'x', '--key', 'x'],
      'usage:',
    ],
    ['the key is missing', ['events.ndjson', '--checkpoint', '20.checkpoint'], 'give --key once'],
    ['the checkpoint is missing', ['events.ndjson', '--key', 'log.key'], '--checkpoint is missing'],
    ['an option is unknown', ['events.ndjson', '--chekpoint', 'x', '--key', 'x'], '--chekpoint'],
    [
      'the export is not there',
      ['nowhere.ndjson', '--checkpoint', '20.checkpoint', '--key', 'log.key'],
      'cannot read nowhere.ndjson',
    ],
    [
      'the checkpoint is not there',
      ['events.ndjson', '--checkpoint', 'nowhere', '--key', 'log.key'],
      'cannot read nowhere',
    ],
    [
      'the key file holds something else',
      ['events.ndjson', '--checkpoint', '20.checkpoint', '--key', '20.checkpoint'],
      'no Ed25519 key',
    ],
  ])('is an error when %s', async (_, args, expected) => {
    good();
    expect(await run(...args)).toMatchObject({ status: 1, out: '', err: expect.stringContaining(expected) });
  });

  test('the private key given for the public one is said to be private, and not repeated', async () => {
    good();
    const secret = formatSigningKey(key);
    const { status, err } = await run(
      ...['events.ndjson', '--checkpoint', '20.checkpoint', '--key', file('private.key', secret)],
    );
    expect(status).toBe(1);
    expect(err).toContain('private key');
    expect(err).not.toContain(secret.slice(-20));
  });

  test('a key whose id was altered is refused', async () => {
    good();
    const [name, , ...rest] = formatVerifierKey(key).split('+');
    const odd = file('odd.key', [name, createHash('sha256').digest('hex').slice(0, 8), ...rest].join('+'));
    const result = await run('events.ndjson', '--checkpoint', '20.checkpoint', '--key', odd);
    expect(result).toMatchObject({ status: 1, err: expect.stringContaining('the id e3b0c442 is not that') });
  });

  test('--help says how it is used', async () => {
    expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringContaining('usage:') });
  });
});

function swap<T>(list: readonly T[], a: number, b: number): T[] {
  const turned = (at: number) => (at === a ? b : at === b ? a : at);
  return list.flatMap((_, at) => list.slice(turned(at), turned(at) + 1));
}

function turnedAround(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(turnedAround);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turnedAround(member)]),
  );
}
