// What takes long is done in steps, so that others are served in between: of all requests one step a turn of the event
// loop. Were each to go on in every turn, all of them together would hold up whoever comes meanwhile.

/** So many steps take precedence: who needs few is not to wait for who needs many. */
const FIRST_STEPS = 2;

/** What is done in steps for one request. */
export interface Work {
  /** How many of these began before it. */
  readonly ordinal: number;
  steps: number;
}

const waiting: { readonly work: Work; readonly goOn: () => void }[] = [];
let begun = 0;

export function beginWork(): Work {
  begun += 1;
  return { ordinal: begun, steps: 0 };
}

/**
 * Resolves when it is the turn of this work: what began first goes on first, so that it ends, and many at once do not
 * all take too long.
 */
export function nextStep(work: Work): Promise<void> {
  work.steps += 1;
  return new Promise((goOn) => {
    waiting.push({ work, goOn });
    if (waiting.length === 1) setImmediate(letOneGoOn);
  });
}

function letOneGoOn(): void {
  const next = waiting.reduce((first, one) => (comesBefore(one.work, first.work) ? one : first));
  waiting.splice(waiting.indexOf(next), 1);
  // In the turn behind this one: those who came meanwhile are heard in between.
  if (waiting.length > 0) setImmediate(letOneGoOn);
  next.goOn();
}

function comesBefore(a: Work, b: Work): boolean {
  const isLong = Number(a.steps > FIRST_STEPS) - Number(b.steps > FIRST_STEPS);
  return isLong === 0 ? a.ordinal < b.ordinal : isLong < 0;
}
