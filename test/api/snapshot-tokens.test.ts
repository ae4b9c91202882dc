import { eventIndex } from '../../projections/event-index';
import { logEnds } from '../../projections/log-ends';
import { Snapshots } from '../../src/api/snapshots';
import type { RecordedEvent } from '../../src/domain/events';
import { type FreeText, saltedDigest } from '../../src/domain/free-text';
import { assessment, followUp, published, record, registered, text } from '../support/events';
import { KADER } from '../support/frameworks';
import { applyTo, emptyReadModels } from '../support/read-models';

const LOG = [
  ...record([published(KADER)], { stream: 'framework-KADER' }),
  ...record([
    registered(),
    ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' }),
    ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' }),
  ]),
].map((event, index) => ({ ...event, position: index + 1 }));

/** The snapshots of a log whose events lie at these positions. */
function snapshotsOf(log: readonly RecordedEvent[], positionOf = (position: number) => position) {
  const database = emptyReadModels([eventIndex, logEnds]);
  const events = log.map((event) => ({ ...event, position: positionOf(event.position) }));
  applyTo(database, [eventIndex, logEnds], events);
  const reads = { events: 0 };
  const snapshots = new Snapshots({
    database,
    position: () => events.at(-1)?.position ?? 0,
    async *readStream(stream, from) {
      reads.events += 1;
      yield events.filter((event) => event.stream === stream && event.revision >= from);
    },
  });
  return { snapshots, database, events, reads };
}

describe('The token of a snapshot', () => {
  const tokensOf = async ({ snapshots, events }: ReturnType<typeof snapshotsOf>) =>
    Promise.all(events.map(async ({ position }) => (await snapshots.at(position)).token));

  it('is another for each event, and leads back to it', async () => {
    const own = snapshotsOf(LOG);
    const { snapshots, events } = own;
    const tokens = await tokensOf(own);
    expect(new Set(tokens).size).toBe(LOG.length);
    for (const [index, token] of tokens.entries()) {
      expect(await snapshots.positionOf(token)).toBe(index + 1);
    }
    expect(
      await Promise.all(events.map(async ({ position }) => (await snapshots.at(position)).events)),
    ).toEqual(LOG.map((_, index) => index + 1));
  });

  it('is the same on an engine with other positions, and leads to the event there', async () => {
    const here = snapshotsOf(LOG);
    const there = snapshotsOf(LOG, (position) => position * 7 - 3);
    const tokens = await tokensOf(here);
    expect(await tokensOf(there)).toEqual(tokens);
    for (const [index, token] of tokens.entries()) {
      expect(await there.snapshots.positionOf(token)).toBe((index + 1) * 7 - 3);
    }
  });

  it('is the same where texts were left out of a copy', async () => {
    const withNarrative = (narrative: FreeText) =>
      LOG.map((event) =>
        event.type === 'FindingRecorded' ? { ...event, data: { ...event.data, narrative } } : event,
      );
    const whole = withNarrative(text('x'));
    const copy = withNarrative({ digest: saltedDigest(text('x')) });
    expect(await tokensOf(snapshotsOf(copy))).toEqual(await tokensOf(snapshotsOf(whole)));
    const other = withNarrative({ digest: saltedDigest(text('y')) });
    expect(await tokensOf(snapshotsOf(other))).not.toEqual(await tokensOf(snapshotsOf(whole)));
  });

  it('is of another log where anything of its first or its last event differs, or their number', async () => {
    const token = (await tokensOf(snapshotsOf(LOG))).at(-1) ?? '';
    const otherwise = (at: number) =>
      LOG.map((event, index) =>
        index === at
          ? { ...event, metadata: { ...event.metadata, recordedAt: '2016-01-01T12:00:00.001Z' } }
          : event,
      );
    for (const log of [
      otherwise(0),
      otherwise(LOG.length - 1),
      renumbered([...LOG.slice(0, 2), ...LOG.slice(3), ...more()]),
    ]) {
      await expect(snapshotsOf(log).snapshots.positionOf(token)).rejects.toMatchObject({
        extensions: { code: 'SNAPSHOT_OF_ANOTHER_LOG' },
      });
    }
    await expect(snapshotsOf(LOG.slice(0, -1)).snapshots.positionOf(token)).rejects.toMatchObject({
      extensions: { code: 'SNAPSHOT_NOT_REACHED' },
    });
    await expect(snapshotsOf([]).snapshots.positionOf(token)).rejects.toMatchObject({
      extensions: { code: 'SNAPSHOT_NOT_REACHED' },
    });
  });

  it('of the log before its first event is one in every log', async () => {
    const { token, events, recordedAt } = await snapshotsOf([]).snapshots.at(0);
    expect([events, recordedAt]).toEqual([0, null]);
    expect(await snapshotsOf(LOG).snapshots.positionOf(token)).toBe(0);
    expect((await snapshotsOf(LOG).snapshots.at(0)).token).toBe(token);
  });

  it('is found in few steps in a long log, and one that was made up costs no search', async () => {
    const [first] = LOG;
    if (first === undefined) throw new Error('the log has events');
    const long = Array.from({ length: 25_000 }, (_, index) => ({
      ...first,
      revision: index,
      position: index + 1,
    }));
    for (const positionOf of [(position: number) => position, (position: number) => position * 7 - 3]) {
      const { snapshots, database } = snapshotsOf(long, positionOf);
      const last = Buffer.from((await snapshots.at(positionOf(25_000))).token, 'base64url').toString();
      const [, log = '', , hash = ''] = last.split(' ');
      const get = jest.spyOn(database, 'get');
      const named = (number: number) =>
        snapshots.positionOf(Buffer.from(`1 ${log} ${number} ${hash}`).toString('base64url'));
      await expect(named(25_001)).rejects.toMatchObject({ extensions: { code: 'SNAPSHOT_NOT_REACHED' } });
      expect(get.mock.calls.filter(([sql]) => sql.includes('OFFSET')).length).toBe(0);
      for (const number of [24_999, 10_001, 10_000, 1]) {
        await expect(named(number)).rejects.toMatchObject({
          extensions: { code: 'SNAPSHOT_OF_ANOTHER_LOG' },
        });
      }
      const skipped = get.mock.calls
        .filter(([sql]) => sql.includes('OFFSET'))
        .map((call) => Number(call.at(-1)));
      expect(Math.max(0, ...skipped)).toBeLessThan(10_000);
      for (const number of [25_000, 20_001, 20_000, 1]) {
        const { token } = await snapshots.at(positionOf(number));
        expect(await snapshots.positionOf(token)).toBe(positionOf(number));
      }
    }
  });

  it('takes nothing of the log for the latest event, and one event of it, once, for an earlier one', async () => {
    const { snapshots, reads } = snapshotsOf(LOG);
    const latest = await snapshots.at(LOG.length);
    expect(await snapshots.positionOf(latest.token)).toBe(LOG.length);
    expect(latest.recordedAt).toBe(LOG.at(-1)?.metadata.recordedAt);
    expect(reads.events).toBe(0);
    const { token } = await snapshots.at(LOG.length - 1);
    expect(reads.events).toBe(1);
    await snapshots.positionOf(token);
    await snapshots.positionOf(token);
    expect(reads.events).toBe(2);
  });
});

function renumbered(log: readonly RecordedEvent[]): RecordedEvent[] {
  return log.map((event, index) => ({ ...event, position: index + 1 }));
}

function more(): RecordedEvent[] {
  const [last] = record([registered()], { stream: 'approach-GM0935-elders' });
  return last === undefined ? [] : [{ ...last, position: LOG.length + 1 }];
}
