import { join } from 'node:path';
import { PROJECTIONS } from '../../projections/all';
import { ReadDatabase } from '../../projections/database';
import type { Config } from '../config';
import { openLog } from '../main';
import { Projector } from '../projector';
import { type Output, progress } from './output';

/** Rebuilds the read models and says whether anything differed. A server may go on meanwhile. */
export async function replayCommand(config: Config, out: Output): Promise<void> {
  const store = openLog(config.eventStoreUrl, 'read');
  const database = new ReadDatabase(join(config.dataDir, 'read-model.db'));
  try {
    const start = performance.now();
    const { events, differing } = await new Projector(store, database, PROJECTIONS).rebuild(
      progress(out, 'replaying'),
    );
    const seconds = (performance.now() - start) / 1000;
    const finding =
      differing === null
        ? 'there was nothing to compare with'
        : differing.length === 0
          ? 'nothing differed'
          : `differed: ${differing.join(', ')}`;
    out.result(`${events.toLocaleString('en')} events replayed in ${seconds.toFixed(1)} s; ${finding}`, {
      events,
      seconds,
      differing,
    });
  } finally {
    await store.close();
    database.close();
  }
}
