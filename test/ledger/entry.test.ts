import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { RecordedEvent } from '../../src/domain/events';
import { canonicalJson } from '../../src/ledger/canonical-json';
import { entryOf, exportLine, leafHash, NoCanonicalFormError } from '../../src/ledger/entry';
import { plainLog, randomLog, withoutTexts } from './random-log';
import { CANONICAL_JSON } from './vectors';

const finding = {
  ...plainLog(1)[0],
  type: 'FindingRecorded' as const,
  id: '0f5a7c1e-2b1d-5e6f-8a90-1234567890ab',
  stream: 'approach-GM0935-integrale-aanpak',
  revision: 4,
  position: 99,
  data: {
    findingId: '11111111-1111-5111-8111-111111111111',
    assessmentId: '22222222-2222-5222-8222-222222222222',
    indicators: ['4.2.2'],
    verdict: 'MET' as const,
    narrative: { text: 'één', salt: '000102030405060708090a0b0c0d0e0f' },
  },
  metadata: {
    schemaVersion: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    actor: 'system',
    correlationId: '33333333-3333-4333-8333-333333333333',
    causationId: null,
    source: null,
  },
};

describe('the entry of an event', () => {
  test('is its canonical JSON without position, texts as salted digests', () => {
    const digest = createHash('sha256')
      .update(Buffer.from('000102030405060708090a0b0c0d0e0fc3a9c3a96e', 'hex'))
      .digest('hex');
    expect(entryOf(finding)).toBe(
      '{"data":{"assessmentId":"22222222-2222-5222-8222-222222222222",' +
        '"findingId":"11111111-1111-5111-8111-111111111111","indicators":["4.2.2"],' +
        `"narrative":{"digest":"${digest}"},"verdict":"MET"},` +
        '"id":"0f5a7c1e-2b1d-5e6f-8a90-1234567890ab",' +
        '"metadata":{"actor":"system","causationId":null,' +
        '"correlationId":"33333333-3333-4333-8333-333333333333",' +
        '"recordedAt":"2026-01-01T00:00:00.000Z","schemaVersion":1,"source":null},' +
        '"revision":4,"stream":"approach-GM0935-integrale-aanpak","type":"FindingRecorded"}',
    );
  });

  test('is hashed as a leaf of RFC 9162', () => {
    const expected = createHash('sha256')
      .update(Buffer.from([0]))
      .update(entryOf(finding))
      .digest('hex');
    expect(leafHash(finding).toString('hex')).toBe(expected);
  });

  test('is the same with and without its texts, and whatever its position', () => {
    fc.assert(
      fc.property(randomLog({ minLength: 1, maxLength: 5 }), (log) => {
        for (const event of log) {
          expect(entryOf(withoutTexts(event))).toBe(entryOf(event));
          const elsewhere: RecordedEvent = { ...event, position: event.position + 1 };
          expect(entryOf(elsewhere)).toBe(entryOf(event));
          // Neither does the order matter in which an engine gives the members back.
          expect(entryOf({ ...event, data: reversed(event.data) } as typeof event)).toBe(entryOf(event));
        }
      }),
    );
  });

  test('is another one as soon as a text, its salt or a verdict is', () => {
    const { narrative } = finding.data;
    const variants = [
      { ...finding, data: { ...finding.data, verdict: 'IMPROVEMENT_NEEDED' as const } },
      { ...finding, data: { ...finding.data, narrative: { ...narrative, text: 'een' } } },
      {
        ...finding,
        data: { ...finding.data, narrative: { ...narrative, salt: narrative.salt.replace(/f$/, 'e') } },
      },
      { ...finding, metadata: { ...finding.metadata, actor: 'System' } },
      { ...finding, metadata: { ...finding.metadata, commandDigest: 'ab'.repeat(32) } },
    ];
    expect(new Set([finding, ...variants].map(entryOf)).size).toBe(6);
  });

  test('a string that is not Unicode has no canonical form, and the error names the event', () => {
    const lone = { ...finding, metadata: { ...finding.metadata, actor: '\ud800' } };
    expect(() => entryOf(lone)).toThrow(NoCanonicalFormError);
    expect(() => entryOf(lone)).toThrow('approach-GM0935-integrale-aanpak revision 4');
    const loneText = { ...finding.data.narrative, text: 'x\udc00' };
    expect(() => entryOf({ ...finding, data: { ...finding.data, narrative: loneText } })).toThrow(
      NoCanonicalFormError,
    );
  });
});

describe('canonical JSON', () => {
  test.each(CANONICAL_JSON)('agrees with the published vector "$name"', ({ input, output }) => {
    expect(canonicalJson(JSON.parse(input))).toBe(output);
  });
});

describe('a line of the export', () => {
  test('is one line of JSON: ordinal, leaf hash, and the event with its texts but not its position', () => {
    const line = exportLine(7, finding);
    const { position, ...event } = finding;
    expect(position).toBe(99);
    expect(line.endsWith('}\n')).toBe(true);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({ index: 7, leafHash: leafHash(finding).toString('hex'), ...event });
  });
});

function reversed(data: object): object {
  return Object.fromEntries(Object.entries(data).reverse());
}

test('the canonical form of any JSON value is the one of a package that others rely on', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
  );
});

test.each([
  ['a lone surrogate', ['\ud800']],
  ['a lone surrogate in a name', { '\udc00': 1 }],
  ['a number that is none', { a: Number.NaN }],
  ['a member without a value', { a: undefined }],
])('%s has no canonical form', (_, value) => {
  expect(() => canonicalJson(value)).toThrow(RangeError);
});
