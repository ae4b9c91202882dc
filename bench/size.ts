/** How much is measured, and for how long. */
export interface Size {
  readonly name: string;
  readonly municipalities: number;
  readonly approaches: number;
  readonly years: { readonly from: number; readonly to: number };
  readonly rounds: number;
  /** Generating and rebuilding are long by themselves: fewer rounds give as steady a figure. */
  readonly logRounds: number;
  /** Of one measurement of one round. */
  readonly seconds: number;
  /** Of what is asked of each server beforehand: the first requests meet code that is not compiled yet. */
  readonly warmSeconds: number;
  /** Of one measurement of appending: an empty log first has to grow. */
  readonly appendSeconds: number;
}

/** About a minute: enough to see a change, too little for the table of the README. */
export const SMALL: Size = {
  name: 'small',
  municipalities: 30,
  approaches: 3,
  years: { from: 2005, to: 2014 },
  rounds: 3,
  logRounds: 3,
  seconds: 0.6,
  warmSeconds: 1.5,
  appendSeconds: 1,
};

/** The size that the limits are set for: over a million events. */
export const NATIONAL: Size = {
  name: 'national',
  municipalities: 400,
  approaches: 3,
  years: { from: 2005, to: 2024 },
  rounds: 5,
  logRounds: 2,
  seconds: 3,
  warmSeconds: 3,
  appendSeconds: 3,
};

/** The register that the large one is held against: ten approaches over the same years. */
export const TEN = { municipalities: 5, approaches: 2 } as const;
