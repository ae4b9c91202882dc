import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import DataLoader from 'dataloader';
import type { AttentionPointRow, FindingRow, IndicatorRow, NamedRow, VerdictRow } from './tables';

/** Loaders of one request, as the documentation of DataLoader advises: one query for a whole level. */
export class Loaders {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  readonly indicator = new DataLoader<number, IndicatorRow>((ids) => this.#byId('indicators', ids));
  readonly criterion = new DataLoader<number, NamedRow>((ids) => this.#byId('criteria', ids));
  readonly theme = new DataLoader<number, NamedRow>((ids) => this.#byId('themes', ids));

  readonly verdictsOfApproach = new DataLoader<number, VerdictRow[]>((ids) =>
    this.#grouped<VerdictRow>(
      (list) =>
        `SELECT *, approach_id AS key FROM verdicts WHERE approach_id IN (${list}) ORDER BY indicator_id`,
      ids,
    ),
  );
  readonly findingsOfVerdict = new DataLoader<number, FindingRow[]>((ids) =>
    this.#grouped<FindingRow>(
      (list) =>
        `SELECT findings.*, verdict_id AS key FROM verdict_findings
         JOIN findings ON findings.id = finding_id WHERE verdict_id IN (${list}) ORDER BY findings.id`,
      ids,
    ),
  );
  readonly attentionPointsOfVerdict = new DataLoader<number, AttentionPointRow[]>((ids) =>
    this.#grouped<AttentionPointRow>(
      (list) =>
        `SELECT attention_points.*, verdict_id AS key FROM verdict_findings
         JOIN attention_points USING (finding_id) WHERE verdict_id IN (${list}) ORDER BY attention_points.id`,
      ids,
    ),
  );

  async #byId<Row extends { readonly id: number }>(
    tableName: string,
    ids: readonly number[],
  ): Promise<(Row | Error)[]> {
    const rows = this.#all<Row>(`SELECT * FROM ${tableName} WHERE id IN (${marks(ids)})`, ids);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? new Error(`${tableName} has no row ${id}`));
  }

  async #grouped<Row>(sql: (marks: string) => string, keys: readonly number[]): Promise<Row[][]> {
    const rows = this.#all<Row & { readonly key: number }>(sql(marks(keys)), keys);
    const groups = Map.groupBy(rows, ({ key }) => key);
    return keys.map((key) => groups.get(key) ?? []);
  }

  #all<Row>(sql: string, parameters: readonly SQLInputValue[]): Row[] {
    return this.#db.prepare(sql).all(...parameters) as Row[];
  }
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
