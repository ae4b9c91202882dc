import { ReadDatabase } from '../../projections/database';
import type { Projection } from '../../projections/projection';
import type { RecordedEvent } from '../../src/domain/events';

type Row = Readonly<Record<string, unknown>>;

/** All rows of every table of the read database, by table, each in the order of its key. */
export function dump(database: ReadDatabase): Record<string, Row[]> {
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return Object.fromEntries(
    tables.map(({ name }) => [name, database.all<Row>(`SELECT * FROM "${name}" ORDER BY ${columns(name)}`)]),
  );

  function columns(table: string): string {
    return database
      .all(`PRAGMA table_info("${table}")`)
      .map((_, index) => index + 1)
      .join(', ');
  }
}

/** A read database in memory with the tables of the projections, empty. */
export function emptyReadModels(projections: readonly Projection[]): ReadDatabase {
  const database = new ReadDatabase(':memory:');
  for (const { tables } of projections) {
    for (const statement of Object.values(tables)) database.exec(statement);
  }
  return database;
}

/** Applies the events in one transaction, as the projector does. */
export function applyTo(
  database: ReadDatabase,
  projections: readonly Projection[],
  events: readonly RecordedEvent[],
): void {
  database.transaction(() => {
    const writers = projections.map((projection) => projection.writer(database));
    for (const event of events) for (const writer of writers) writer.apply(event);
    for (const writer of writers) writer.finish();
  });
}

/** What became of the rows, a line a row: `+`, `-`, or `~` with the columns that changed. */
export function changesBetween(
  before: Record<string, Row[]>,
  after: Record<string, Row[]>,
  keys: Record<string, string[]>,
): string[] {
  return Object.keys(after).flatMap((table) => {
    const keyOf = (row: Row) => JSON.stringify((keys[table] ?? []).map((column) => row[column]));
    const old = new Map((before[table] ?? []).map((row) => [keyOf(row), row]));
    const lines = (after[table] ?? []).flatMap((row) => {
      const was = old.get(keyOf(row));
      old.delete(keyOf(row));
      if (was === undefined) return [`+ ${table} ${JSON.stringify(row)}`];
      const changed = Object.fromEntries(
        Object.entries(row).filter(([column, value]) => was[column] !== value),
      );
      return Object.keys(changed).length === 0 ? [] : [`~ ${table} ${keyOf(row)} ${JSON.stringify(changed)}`];
    });
    return [...lines, ...[...old.keys()].map((key) => `- ${table} ${key}`)];
  });
}

/** The columns of the primary key of each table. */
export function keysOf(database: ReadDatabase): Record<string, string[]> {
  return Object.fromEntries(
    Object.keys(dump(database)).map((table) => [
      table,
      database
        .all<{ name: string; pk: number }>(`PRAGMA table_info("${table}")`)
        .filter(({ pk }) => pk > 0)
        .sort((a, b) => a.pk - b.pk)
        .map(({ name }) => name),
    ]),
  );
}
