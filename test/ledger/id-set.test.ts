import { randomUUID } from 'node:crypto';
import { IdSet } from '../../src/ledger/id-set';

describe('A set of ids', () => {
  it('holds what was added, says what was there, and knows no others, however many', () => {
    const set = new IdSet();
    const ids = Array.from({ length: 20_000 }, () => randomUUID());
    expect(ids.every((id) => set.add(id))).toBe(true);
    expect(ids.every((id) => set.has(id) && !set.add(id))).toBe(true);
    expect(Array.from({ length: 20_000 }, () => randomUUID()).some((id) => set.has(id))).toBe(false);
  });

  it('tells ids apart that differ at one end only', () => {
    const set = new IdSet();
    const id = '00000000-1111-4111-8111-111100000000';
    set.add(id);
    expect(set.has(id)).toBe(true);
    expect(set.has('00000000-1111-4111-8111-111100000001')).toBe(false);
    expect(set.has('00000002-1111-4111-8111-111100000000')).toBe(false);
  });
});
