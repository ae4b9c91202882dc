/**
 * The limit of a rebuild: reads the log in order and parses what it holds, and nothing else.
 * Usage: read-log EVENTS.DB; prints how many events in how many seconds.
 */
import { DatabaseSync } from 'node:sqlite';

const PAGE_EVENTS = 500;

function readAndParse(path: string): { events: number; seconds: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  const page = db.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?');
  const start = performance.now();
  let events = 0;
  let position = 0;
  for (;;) {
    const rows = page.all(position, PAGE_EVENTS);
    if (rows.length === 0) break;
    for (const row of rows) {
      JSON.parse(String(row.data));
      JSON.parse(String(row.metadata));
      position = Number(row.position);
    }
    events += rows.length;
  }
  db.close();
  return { events, seconds: (performance.now() - start) / 1000 };
}

process.stdout.write(`${JSON.stringify(readAndParse(process.argv[2] ?? ''))}\n`);
