import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { documentLine, documentLines } from '../../src/domain/document-lines';
import { saltedDigest, TEXT_LEFT_OUT, textOf } from '../../src/domain/free-text';
import { nearest } from '../../src/domain/nearest';
import { approachOfStream, approachStream, frameworkStream, slugOf } from '../../src/domain/streams';

describe('The slug of a name', () => {
  it.each([
    ['Integrale Aanpak', 'integrale-aanpak'],
    ['  Eén gezin, één plan!  ', 'een-gezin-een-plan'],
    ['Súdwest-Fryslân', 'sudwest-fryslan'],
    ['Achter de Voordeur (2.0)', 'achter-de-voordeur-2-0'],
    ['ﬁnanciën', 'financien'],
    ['A & B -- C', 'a-b-c'],
    ['１２', '12'],
    ['---', ''],
    ['', ''],
  ])('%j is %j', (name, slug) => expect(slugOf(name)).toBe(slug));

  it('has letters, digits and single hyphens between them, and is its own slug', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const slug = slugOf(name);
        expect(slug).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/);
        expect(slugOf(slug)).toBe(slug);
      }),
    );
  });
});

describe('The stream of an approach', () => {
  it('is named by municipality and slug, and leads back to them', () => {
    expect(approachStream('GM0935', 'integrale-aanpak')).toBe('approach-GM0935-integrale-aanpak');
    const slug = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    const code = fc.integer({ min: 0, max: 9999 }).map((n) => `GM${String(n).padStart(4, '0')}`);
    fc.assert(
      fc.property(code, slug, (municipality, of) => {
        expect(approachOfStream(approachStream(municipality, of))).toEqual({ municipality, slug: of });
      }),
    );
  });

  it('is told from other streams', () => {
    expect(frameworkStream('GGSR')).toBe('framework-GGSR');
    for (const other of [
      'framework-GGSR',
      'approach-GM0935-',
      'approach-0935-x',
      'x-approach-GM0935-y',
      '',
    ]) {
      expect(approachOfStream(other)).toBeNull();
    }
  });
});

describe('A free text', () => {
  const salt = '000102030405060708090a0b0c0d0e0f';

  it('has the SHA-256 of its salt’s bytes and then its own in UTF-8 as digest', () => {
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 16 }, (_, n) => n)),
      Buffer.from('één', 'utf8'),
    ]);
    expect(saltedDigest({ text: 'één', salt })).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('keeps its digest when a copy leaves it out, and is shown as left out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (words) => {
        const whole = { text: words, salt };
        const digest = saltedDigest(whole);
        expect(saltedDigest({ digest })).toBe(digest);
        expect([textOf(whole), textOf({ digest })]).toEqual([words, TEXT_LEFT_OUT]);
      }),
    );
  });

  it('has another digest with another salt, or another text', () => {
    const digests = ['a', 'b'].flatMap((words) =>
      [salt, salt.replace('0f', 'ff')].map((s) => saltedDigest({ text: words, salt: s })),
    );
    expect(new Set(digests).size).toBe(4);
  });
});

describe('The lines of a document', () => {
  it('end in any of the three ways, and are counted from 1', () => {
    expect(documentLines('een\r\ntwee\ndrie\rvier')).toEqual(['een', 'twee', 'drie', 'vier']);
    expect(documentLine('een\r\ntwee', 2)).toBe('twee');
  });

  it('are empty where the text is shorter, and begin behind the mark of their encoding', () => {
    expect([documentLine('een', 2), documentLine('een', 0)]).toEqual(['', '']);
    expect(documentLine('\uFEFFeen', 1)).toBe('een');
  });
});

describe('The nearest names', () => {
  it('are those that differ least, best first', () => {
    expect(nearest('regie', ['bereik', 'regio', 'regie', 'zorg'], (name) => name)).toEqual([
      'regie',
      'regio',
      'bereik',
    ]);
    expect(nearest('x', ['y'], (name) => name)).toEqual(['y']);
    expect(nearest('regie en bereik', ['regie van zorg', 'regie'], (name) => name, 1)).toEqual(['regie']);
    expect(nearest('ab', ['b', 'abc', 'zzz'], (name) => name, 1)).toHaveLength(1);
  });
});
