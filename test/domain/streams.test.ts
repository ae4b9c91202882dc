import fc from 'fast-check';
import { FrameworkCode, MunicipalityCode, Slug } from '../../src/domain/event-fields';
import {
  approachStream,
  frameworkStream,
  STREAM_BEGINNINGS,
  STREAM_NAME,
  TEXTS_LEFT_OUT_STREAM,
} from '../../src/domain/streams';

const like = ({ pattern = '' }: { pattern?: string }) => fc.stringMatching(new RegExp(pattern));
const name = fc.oneof(
  fc.tuple(like(MunicipalityCode), like(Slug)).map(([code, slug]) => approachStream(code, slug)),
  like(FrameworkCode).map(frameworkStream),
  fc.constant(TEXTS_LEFT_OUT_STREAM),
);
const isName = (text: string) => new RegExp(`^(?:${STREAM_NAME})$`).test(text);

describe('The names of streams', () => {
  it('are all taken for ones', () => {
    const begins = (one: string) => STREAM_BEGINNINGS.some((beginning) => one.startsWith(beginning));
    fc.assert(fc.property(name, (one) => isName(one) && begins(one)));
  });

  it('are none with anything before them, except behind the name of an approach', () => {
    const part = fc.constantFrom('approach-', 'framework-', 'GM0935', '-', 'texts-left-out', 'a', 'GGSR');
    const more = fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(more, name, (parts, behind) => {
        const before = parts.join('');
        fc.pre(before !== '' && !/approach-GM[0-9]{4}-/.test(before));
        return !isName(before + behind);
      }),
      { numRuns: 5_000 },
    );
    expect(isName(`approach-GM0935-${TEXTS_LEFT_OUT_STREAM}`)).toBe(true);
  });
});
