import { commandDigest, contentOf, saidTheSame } from '../src/command-digest';
import type { RecordedEvent } from '../src/domain/events';
import { withoutTexts } from '../src/domain/free-text';
import { corrected, found, id, record, registered, text } from './support/events';

const content = (input: object) => contentOf('FindingCorrected', input, ['commandId']);

describe('What a command says', () => {
  it('is the same in any order, without what says nothing and what only says how it is sent', () => {
    const said = content({ reason: 'Fout.', indicators: ['1', '2'], report: { on: '2015' } });
    expect(
      content({
        commandId: id('one'),
        report: { narrative: null, on: '2015', by: undefined },
        indicators: ['1', '2'],
        partial: false,
        judgements: [],
        reason: 'Fout.',
      }),
    ).toBe(said);
  });

  it('is another where anything else differs', () => {
    const input = { reason: 'Fout.', indicators: ['1', '2'], partial: true, nested: { narrative: 'a' } };
    const others = [
      { ...input, reason: 'Fout' },
      { ...input, reason: '' },
      { ...input, indicators: ['2', '1'] },
      { ...input, partial: false },
      { ...input, nested: { narrative: 'b' } },
      { ...input, nested: {} },
    ].map(content);
    expect(new Set([content(input), ...others, contentOf('FindingRecorded', input, [])]).size).toBe(8);
  });

  it('may hold what has no UTF-8 form, which is refused elsewhere', () => {
    expect(content({ reason: '\uD800' })).toBe(content({ reason: '\uFFFD' }));
  });
});

describe('The digest of a command', () => {
  const said = content({ reason: 'Fout.' });
  const { data } = corrected('b', 'a');

  it('is told by nobody who has not the texts of its event with their salts', () => {
    const otherSalt = { ...data, reason: { ...text('Fout.'), salt: 'f'.repeat(32) } };
    expect(commandDigest(said, data)).toMatch(/^[0-9a-f]{64}$/);
    expect(commandDigest(said, otherSalt)).not.toBe(commandDigest(said, data));
    expect(commandDigest(said, withoutTexts(data))).toBeUndefined();
    expect(commandDigest(said, { ...data, narrative: withoutTexts(data.narrative) })).toBeUndefined();
  });

  it('follows from the texts, in whatever order an engine gives them back', () => {
    const reversed = Object.fromEntries(Object.entries(data).reverse());
    expect(commandDigest(said, reversed)).toBe(commandDigest(said, data));
  });

  it('tells whether a command says the same, where its event has one and all its texts', () => {
    const [, recorded] = record([registered(), found('a', '2013')]) as [RecordedEvent, RecordedEvent];
    const digest = commandDigest(said, recorded.data) ?? '';
    const event = { ...recorded, metadata: { ...recorded.metadata, commandDigest: digest } };
    expect(saidTheSame(said, event)).toBe(true);
    expect(saidTheSame(content({ reason: 'Anders.' }), event)).toBe(false);
    expect(saidTheSame(undefined, event)).toBeUndefined();
    expect(saidTheSame(said, recorded)).toBeUndefined();
    expect(saidTheSame(said, { ...event, data: withoutTexts(event.data) })).toBeUndefined();
  });
});
