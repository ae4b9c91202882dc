import { progress } from '../../src/cli/output';

describe('Progress', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const told = () => {
    const notes: string[] = [];
    const out = { result() {}, say() {}, json() {}, note: (text: string) => void notes.push(text) };
    return { notes, tell: progress(out, 'copying') };
  };

  it('is not told of short work', () => {
    const { notes, tell } = told();
    jest.advanceTimersByTime(999);
    tell(44);
    expect(notes).toEqual([]);
  });

  it('is told at most once a second, with the rate since the beginning', () => {
    const { notes, tell } = told();
    for (let events = 1_000; events <= 5_000; events += 1_000) {
      jest.advanceTimersByTime(500);
      tell(events);
    }
    expect(notes).toEqual(['copying: 2,000 events, 2,000 a second', 'copying: 4,000 events, 2,000 a second']);
  });
});
