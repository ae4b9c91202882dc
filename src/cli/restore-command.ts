import type { Config } from '../config';
import { InvalidEventError, type PortableEvent } from '../domain/events';
import { LogNotEmptyError } from '../event-store/event-store';
import { leafHash } from '../ledger/entry';
import { type Ledger, LedgerMisfitError } from '../ledger/ledger';
import { LedgerFollower } from '../ledger/ledger-follower';
import { base64, equal } from '../ledger/merkle';
import { ExportLineError, readExport } from '../ledger/read-export';
import { openRegister } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** Fills an empty register with an export of events, verbatim: all of it, or nothing. */
export async function restoreCommand(config: Config, file: string, out: Output): Promise<void> {
  const register = openRegister(config);
  const { store, ledger, projector } = register;
  try {
    // A log that holds events says so itself; only where it is empty may a ledger be of another one.
    const before = (await store.lastPosition()) ?? 0;
    const isEmpty = before === 0;
    const pages = isEmpty ? heldAgainst(ledger, readExport(file)) : readExport(file);
    const counted = counting(pages, progress(out, 'restoring'));
    await store.restore(counted.pages).catch((error: unknown) => {
      if (error instanceof LogNotEmptyError)
        throw new UsageError(`${file}: ${error.message}: name another DATA_DIR`);
      // The lines are checked one by one; only an id that comes twice is found by the log itself.
      if (error instanceof InvalidEventError) throw new ExportLineError(`${file}: ${error.message}`);
      throw error;
    });
    await new LedgerFollower(store, ledger).catchUp(progress(out, 'recording the log in the ledger'));
    await projector.prepare(progress(out, 'building the read models'));
    await projector.catchUp();
    const root = base64(ledger.root());
    const events = counted.count();
    const count = `${events.toLocaleString('en')} events`;
    const isThere = before === (await store.lastPosition());
    out.result(
      `${file}\n  ${isThere ? `nothing restored: the log holds these ${count} already` : `${count} restored as they were`}; root ${root}`,
      { file, events: isThere ? 0 : events, root },
    );
  } finally {
    await register.close();
  }
}

/** The pages; throws where they are not what a ledger that is there already has recorded. */
async function* heldAgainst(
  ledger: Ledger,
  pages: AsyncIterable<readonly PortableEvent[]>,
): AsyncGenerator<readonly PortableEvent[]> {
  const recorded = ledger.size;
  let index = 0;
  for await (const page of pages) {
    for (const event of page) {
      if (index < recorded && !equal(leafHash(event), ledger.leaf(index))) {
        throw new LedgerMisfitError(
          `index ${index} is another event than the ledger has recorded: ${ADVICE}`,
        );
      }
      index += 1;
    }
    yield page;
  }
  if (index < recorded) {
    throw new LedgerMisfitError(
      `the export ends before index ${index}, the ledger has recorded ${recorded}: ${ADVICE}`,
    );
  }
}

const ADVICE = 'nothing was restored; name another DATA_DIR, or move its ledger.db away';

function counting(pages: AsyncIterable<readonly PortableEvent[]>, onProgress: (events: number) => void) {
  let count = 0;
  const counted = async function* () {
    for await (const page of pages) {
      yield page;
      count += page.length;
      onProgress(count);
    }
  };
  return { pages: counted(), count: () => count };
}
