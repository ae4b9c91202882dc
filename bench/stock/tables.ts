/** Plain normalised tables of what stands now. */
export const TABLES = `
  CREATE TABLE themes (id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL);
  CREATE TABLE criteria (
    id INTEGER PRIMARY KEY,
    theme_id INTEGER NOT NULL REFERENCES themes (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL
  );
  CREATE TABLE indicators (
    id INTEGER PRIMARY KEY,
    criterion_id INTEGER NOT NULL REFERENCES criteria (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL
  );
  CREATE TABLE approaches (
    id INTEGER PRIMARY KEY,
    municipality TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (municipality, slug)
  );
  CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY,
    approach_id INTEGER NOT NULL REFERENCES approaches (id),
    indicator_id INTEGER NOT NULL REFERENCES indicators (id),
    status TEXT NOT NULL,
    basis TEXT NOT NULL,
    assessed_in INTEGER NOT NULL,
    carried_forward INTEGER NOT NULL,
    UNIQUE (approach_id, indicator_id)
  );
  CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    approach_id INTEGER NOT NULL REFERENCES approaches (id),
    verdict TEXT NOT NULL,
    narrative TEXT NOT NULL
  );
  CREATE TABLE verdict_findings (
    verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
    finding_id INTEGER NOT NULL REFERENCES findings (id),
    PRIMARY KEY (verdict_id, finding_id)
  ) WITHOUT ROWID;
  CREATE TABLE attention_points (
    id INTEGER PRIMARY KEY,
    finding_id INTEGER NOT NULL REFERENCES findings (id),
    text TEXT NOT NULL
  );
  CREATE INDEX attention_points_finding ON attention_points (finding_id);
`;

export interface IndicatorRow {
  readonly id: number;
  readonly criterion_id: number;
  readonly code: string;
  readonly name: string;
}

/** A criterion or a theme. */
export interface NamedRow {
  readonly id: number;
  readonly theme_id: number;
  readonly code: string;
  readonly name: string;
}

export interface ApproachRow {
  readonly id: number;
  readonly municipality: string;
  readonly slug: string;
  readonly name: string;
}

export interface VerdictRow {
  readonly id: number;
  readonly approach_id: number;
  readonly indicator_id: number;
  readonly status: string;
  readonly basis: string;
  readonly assessed_in: number;
  readonly carried_forward: number;
}

export interface FindingRow {
  readonly id: number;
  readonly verdict: string;
  readonly narrative: string;
}

export interface AttentionPointRow {
  readonly id: number;
  readonly finding_id: number;
  readonly text: string;
}
