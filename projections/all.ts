import { approaches } from './approaches';
import { commands } from './commands';
import { confidential } from './confidential';
import { derived } from './derived';
import { eventIndex } from './event-index';
import { frameworks } from './frameworks';
import { improvementPoints } from './improvement-points';
import { logEnds } from './log-ends';
import type { Projection } from './projection';
import { releases } from './releases';
import { trend } from './trend';

/** All read models, in the order in which a transaction finishes them: the derived ones come last. */
export const PROJECTIONS: readonly Projection[] = [
  eventIndex,
  logEnds,
  commands,
  frameworks,
  approaches,
  derived([improvementPoints, trend, confidential, releases]),
];
