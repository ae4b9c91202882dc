import { buildSchema, parse } from 'graphql';
import type { Action } from '../../src/api/actions';
import { Subscription } from '../../src/api/following/subscription';
import { ANONYMOUS } from '../../src/api/principal';
import { traceContextOf } from '../../src/api/trace-context';

describe('A subscription that meets a fault of ours', () => {
  it('before its first event gives its place back, tells the operator why, and the client no more than that', async () => {
    const faults: unknown[] = [];
    const told: Action[] = [];
    let left = 0;
    const subscription = new Subscription(
      traceContextOf({}),
      ANONYMOUS,
      {
        tell: [(action) => told.push(action)],
        onError: (error) => faults.push(error),
        now: () => new Date(),
      },
      () => {
        left += 1;
      },
    );
    // What graphql-js takes for a fault of the server; the check of what is asked keeps it from here.
    const schema = buildSchema('type Query { a: Int } type Subscription { a: Int }');
    const answer = await subscription.run({ schema, document: parse('subscription { a @skip(if: true) }') });
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect([left, faults]).toEqual([1, [expect.any(TypeError)]]);
    expect(told).toMatchObject([{ status: 500, followed: null }]);
  });
});
