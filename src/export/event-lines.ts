import type { Position, RecordedEvent } from '../domain/events';
import { exportLine } from '../ledger/entry';
import { hashAt, type Ledger } from '../ledger/ledger';
import { TILE_WIDTH } from '../ledger/tiles';

/**
 * The log as NDJSON, in chunks, from its first event on: each event with its ordinal, and the leaf hash that the
 * ledger recorded when it came.
 * @param log all events, in pages
 * @param upTo the last position that is exported
 */
export async function* eventLines(
  log: AsyncIterable<readonly RecordedEvent[]>,
  ledger: Ledger,
  upTo: Position = Number.MAX_SAFE_INTEGER,
  onProgress: (events: number) => void = () => {},
): AsyncGenerator<string> {
  const recorded = ledger.size;
  let leaves: Uint8Array = new Uint8Array();
  let index = 0;
  for await (const page of log) {
    const lines: string[] = [];
    for (const event of page) {
      if (event.position > upTo) break;
      if (index % TILE_WIDTH === 0) leaves = ledger.leaves(index / TILE_WIDTH);
      const leaf = index < recorded ? hashAt(leaves, index % TILE_WIDTH) : undefined;
      lines.push(exportLine(index, event, leaf));
      index += 1;
    }
    if (lines.length > 0) yield lines.join('');
    onProgress(index);
    if (lines.length < page.length) return;
  }
}
