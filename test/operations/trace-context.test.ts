import { traceContextOf } from '../../src/api/trace-context';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('A trace', () => {
  it.each([
    `00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-00`,
    `cc-${TRACE}-${PARENT}-01-what-the-future-brings`,
  ])('goes on where the caller names it: %s', (traceparent) => {
    expect(traceContextOf({ traceparent })).toEqual({
      traceId: TRACE,
      parentId: PARENT,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it.each([
    undefined,
    '',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-01\n`,
    [`00-${TRACE}-${PARENT}-01`],
  ])('begins here otherwise: %j', (traceparent) => {
    const [one, other] = [traceContextOf({ traceparent }), traceContextOf({ traceparent })];
    expect(one).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      parentId: null,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(one.traceId).not.toBe(other.traceId);
    expect(one.traceId).not.toBe(TRACE);
  });
});
