import fc from 'fast-check';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../src/ledger/checkpoint';
import { CompactRange, EMPTY_ROOT, hashLeaf } from '../../src/ledger/merkle';
import {
  formatSigningKey,
  formatVerifierKey,
  generateSigningKey,
  NoteError,
  openNote,
  parseSigningKey,
  parseVerifierKey,
  signNote,
} from '../../src/ledger/note';
import { C2SP_NOTE, GO_NOTE, TESSERA } from './vectors';

const ours = generateSigningKey('example.org/toetsspoor');
const witness = generateSigningKey('witness.example');

describe('the published vectors of signed notes', () => {
  test('the example of C2SP opens with its key', () => {
    const { text, skipped } = openNote(C2SP_NOTE.note, [parseVerifierKey(C2SP_NOTE.verifierKey)]);
    expect(text).toBe('This is an example message.\n');
    expect(skipped).toBe(0);
  });

  test('the example of Go is signed with the same bytes, and its keys keep their form', () => {
    const key = parseSigningKey(GO_NOTE.signingKey);
    expect(signNote(GO_NOTE.text, key)).toBe(`${GO_NOTE.text}\n${GO_NOTE.signature}`);
    expect(formatSigningKey(key)).toBe(GO_NOTE.signingKey);
    expect(formatVerifierKey(key)).toBe(GO_NOTE.verifierKey);
    expect(formatVerifierKey(parseVerifierKey(GO_NOTE.verifierKey))).toBe(GO_NOTE.verifierKey);
  });

  test.each(TESSERA.checkpoints)(
    'checkpoint %# of Tessera is signed with the same bytes over our root',
    (note) => {
      const known = parseVerifierKey(TESSERA.verifierKey);
      const { size } = openCheckpoint(note, [known]);
      const range = new CompactRange();
      for (const entry of TESSERA.entries.slice(0, size)) range.append(hashLeaf(entry));
      expect(signCheckpoint({ size, root: range.root() }, parseSigningKey(TESSERA.signingKey))).toBe(note);
    },
  );
});

describe('a signed note', () => {
  const text = 'een regel\n\nen nog een\n';

  test('opens to its text, with empty lines of its own, for whoever knows one of its keys', () => {
    const note = signNote(text, ours, witness);
    expect(openNote(note, [ours, witness])).toEqual({ text, signedBy: [ours, witness], skipped: 0 });
    expect(openNote(Buffer.from(note), [witness])).toEqual({ text, signedBy: [witness], skipped: 1 });
  });

  test('may carry signatures of another algorithm, even under a known name', () => {
    const other = `— ${ours.name} ${Buffer.alloc(4 + 3309, 7).toString('base64')}\n`;
    expect(openNote(signNote(text, ours) + other, [ours])).toMatchObject({ text, skipped: 1 });
  });

  test('is refused when no known key has signed it', () => {
    expect(() => openNote(signNote(text, witness), [ours])).toThrow(`not signed by ${ours.name}+${ours.id}`);
    expect(() => openNote(signNote(text, ours), [])).toThrow(NoteError);
    // The same name is not yet the same key.
    expect(() => openNote(signNote(text, generateSigningKey(ours.name)), [ours])).toThrow(NoteError);
  });

  test('is refused as a whole when one signature of a known key does not fit', () => {
    const [, forged = ''] = signNote('iets anders\n', witness).split('\n\n');
    expect(() => openNote(signNote(text, ours) + forged, [ours, witness])).toThrow('does not fit');
  });

  test('with any of its bytes altered does not open', () => {
    const bytes = Buffer.from(signNote(text, ours));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(bytes);
        altered.writeUInt8(altered.readUInt8(at) ^ change, at);
        expect(() => openNote(altered, [ours])).toThrow(NoteError);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['no blank line', `tekst\n— ${ours.name} AAAA\n`],
    ['no signature', 'tekst\n\n'],
    ['no last newline', signNote(text, ours).trimEnd()],
    ['a carriage return', signNote(text, ours).replaceAll('\n', '\r\n')],
    ['a hyphen for the dash', signNote(text, ours).replace('—', '-')],
    ['a signature that is no base64', `tekst\n\n— ${ours.name} A=AA\n`],
    ['a signature without bytes', `tekst\n\n— ${ours.name} AAAAAA==\n`],
    ['more after the signature', signNote(text, ours).replace(/\n$/, ' x\n')],
    [
      'a hundred and one signatures',
      signNote(text, ours) + `— x ${Buffer.alloc(8).toString('base64')}\n`.repeat(100),
    ],
    ['over a million characters', signNote(`${'x'.repeat(1_000_000)}\n`, ours)],
  ])('with %s is refused', (_, note) => {
    expect(() => openNote(note, [ours])).toThrow(NoteError);
  });

  test('takes sixteen signatures and more', () => {
    const lines = `— x ${Buffer.alloc(5000).toString('base64')}\n`.repeat(40);
    expect(openNote(signNote(text, ours) + lines, [ours]).skipped).toBe(40);
  });

  test('cannot be made of a text without a newline at its end, or with control characters', () => {
    expect(() => signNote('tekst', ours)).toThrow(NoteError);
    expect(() => signNote('te\tkst\n', ours)).toThrow(NoteError);
    expect(() => signNote('\ud800\n', ours)).toThrow(NoteError);
  });
});

describe('keys', () => {
  test('come back from their text as they were', () => {
    const again = parseSigningKey(formatSigningKey(ours));
    expect(signNote('x\n', again)).toBe(signNote('x\n', ours));
    expect(openNote(signNote('x\n', ours), [parseVerifierKey(formatVerifierKey(ours))]).text).toBe('x\n');
  });

  test.each(['', 'two words', 'a+b', 'a\u00a0b', 'a\nb'])('cannot have the name %j', (name) => {
    expect(() => generateSigningKey(name)).toThrow(NoteError);
  });

  test('of another algorithm, with another id, or cut short, are refused without being repeated', () => {
    const [name, id, encoded = ''] = GO_NOTE.verifierKey.split('+');
    const ecdsa = Buffer.from(encoded, 'base64').fill(2, 0, 1).toString('base64');
    expect(() => parseVerifierKey(`${name}+${id}+${ecdsa}`)).toThrow('not an Ed25519 key');
    expect(() => parseVerifierKey(`${name}+00000000+${encoded}`)).toThrow('has the id c74f20a3');
    expect(() => parseVerifierKey(`other+${id}+${encoded}`)).toThrow(NoteError);
    expect(() => parseVerifierKey(`${name}+${id}`)).toThrow(NoteError);
    const cut = GO_NOTE.signingKey.slice(0, -4);
    expect(() => parseSigningKey(cut)).toThrow(NoteError);
    expect(() => parseSigningKey(cut)).not.toThrow(/AYEK/);
    expect(() => parseSigningKey(GO_NOTE.verifierKey)).toThrow('PRIVATE+KEY+');
  });
});

describe('a checkpoint', () => {
  const root = hashLeaf('x');

  test('says the log, its size and its root, and opens with the log’s key alone', () => {
    const note = signCheckpoint({ size: 20_852_163, root }, ours);
    expect(note.split('\n').slice(0, 4)).toEqual([
      'example.org/toetsspoor',
      '20852163',
      root.toString('base64'),
      '',
    ]);
    expect(openCheckpoint(note, [ours])).toEqual({
      origin: 'example.org/toetsspoor',
      size: 20_852_163,
      root,
      extensions: [],
    });
    expect(() => openCheckpoint(note, [witness])).toThrow(NoteError);
  });

  test('keeps extension lines, and the signature of a witness beside the log’s', () => {
    const text = formatCheckpoint({
      origin: ours.name,
      size: 0,
      root: EMPTY_ROOT,
      extensions: ['extra 1', 'extra 2'],
    });
    expect(openCheckpoint(signNote(text, ours, witness), [ours]).extensions).toEqual(['extra 1', 'extra 2']);
  });

  test('of another log is refused, even when a known key has signed it', () => {
    const text = formatCheckpoint({ origin: ours.name, size: 1, root, extensions: [] });
    expect(() => openCheckpoint(signNote(text, witness), [ours, witness])).toThrow(`of ${ours.name}`);
  });

  test.each([
    ['no origin', '\n1\nROOT\n'],
    ['no size', 'log\n\nROOT\n'],
    ['a size with a leading zero', 'log\n01\nROOT\n'],
    ['a negative size', 'log\n-1\nROOT\n'],
    ['a size beyond what we can count', 'log\n9007199254740993\nROOT\n'],
    ['no root', 'log\n1\n'],
    ['a short root', 'log\n1\nAAAA\n'],
    ['an empty extension line', 'log\n1\nROOT\n\n'],
    ['no last newline', 'log\n1\nROOT'],
  ])('with %s is refused', (_, text) => {
    expect(() => parseCheckpoint(text.replace('ROOT', root.toString('base64')))).toThrow(NoteError);
  });
});
