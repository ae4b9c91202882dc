import { commands } from './commands';
import { confidential } from './confidential';
import { eventIndex } from './event-index';
import { frameworks } from './frameworks';
import { histories } from './histories';
import { improvementPoints } from './improvement-points';
import { logEnds } from './log-ends';
import type { Projection } from './projection';
import { releases } from './releases';
import { trend } from './trend';

/** All read models, in the order in which a transaction finishes them. */
export const PROJECTIONS: readonly Projection[] = [
  eventIndex,
  logEnds,
  commands,
  frameworks,
  histories([improvementPoints, trend, confidential, releases]),
];
