// What takes long is done in steps, so that others are served in between: those of all requests take turns, for some
// time in each turn of the event loop. Were each to go on in every turn, all of them together would hold up whoever
// comes meanwhile; and were one step to be made in each, many small ones would wait for all else that is done in a turn.

/** How long steps may follow on one another before all else that has come is heard, in milliseconds. */
const TURN_MS = 4;
/** What has taken longer is long, in milliseconds: who needs little is not to wait for who needs much. */
const LONG_MS = 50;

/** What is done in steps for one request. */
export interface Work {
  /** How many of these began before it. */
  readonly ordinal: number;
  /** How long its steps have taken, in milliseconds. */
  spentMs: number;
}

interface Waiting {
  readonly work: Work;
  readonly goOn: () => void;
}

/** In the order in which they came to wait. */
const waiting: Waiting[] = [];
let isGoingOn = false;
let begun = 0;
/** How much more time long works had than others while both waited, in milliseconds: each kind is to have half. */
let aheadMs = 0;

export function beginWork(): Work {
  begun += 1;
  return { ordinal: begun, spentMs: 0 };
}

/**
 * Resolves when it is the turn of this work: short ones each in turn, and of the long ones what began first, so that it
 * ends, and many at once do not all take too long.
 */
export function nextStep(work: Work): Promise<void> {
  return new Promise((goOn) => {
    waiting.push({ work, goOn });
    if (!isGoingOn) setImmediate(takeTurn);
    isGoingOn = true;
  });
}

function takeTurn(): void {
  const until = performance.now() + TURN_MS;
  letGoOn(takeNext());

  function letGoOn({ work, goOn }: Waiting): void {
    const began = performance.now();
    goOn();
    // What is to be done in a tick is done behind all that waited for a promise, and what that led to: the step.
    queueMicrotask(() => process.nextTick(() => endStep(work, performance.now() - began)));
  }

  function endStep(work: Work, ms: number): void {
    aheadMs += isLong(work) ? ms : -ms;
    work.spentMs += ms;
    isGoingOn = waiting.length > 0;
    if (!isGoingOn) return;
    if (performance.now() < until) letGoOn(takeNext());
    else setImmediate(takeTurn);
  }
}

/** Takes out of those that wait who is to go on; there is one. */
function takeNext(): Waiting {
  const long = waiting.filter(({ work }) => isLong(work));
  if (long.length === 0 || long.length === waiting.length) aheadMs = 0;
  const isOfShort = long.length === 0 || (long.length < waiting.length && aheadMs > 0);
  const next = isOfShort ? waiting.find(({ work }) => !isLong(work)) : long.reduce(older);
  return waiting.splice(waiting.indexOf(next as Waiting), 1)[0] as Waiting;
}

function older(a: Waiting, b: Waiting): Waiting {
  return b.work.ordinal < a.work.ordinal ? b : a;
}

function isLong({ spentMs }: Work): boolean {
  return spentMs > LONG_MS;
}
