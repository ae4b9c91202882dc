import type { Config } from '../config';
import { webhooksFileIn } from '../register';
import { DeliveryStates } from '../webhooks/delivery-state';
import { readWebhooks } from '../webhooks/webhook';
import type { Output } from './output';
import { UsageError } from './usage-error';

/** Where a webhook is that has not been told of anything, by where it begins. */
const BEGINS: Readonly<Record<string, string>> = {
  start: 'at the beginning',
  now: 'begins when a server with it starts',
};

/** Prints how far each webhook is, and has one tried again. Beside a running server too. */
export async function webhooksCommand(
  config: Config,
  { revive }: { readonly revive?: string | undefined },
  out: Output,
): Promise<void> {
  if (config.webhooksFile === null)
    throw new UsageError(
      'WEBHOOKS_FILE is not set, so it is not known here which webhooks there are; expected the file that the server has',
    );
  const hooks = readWebhooks(config.webhooksFile);
  const ids = hooks.map(({ id }) => id);
  const states = new DeliveryStates(webhooksFileIn(config.dataDir));
  try {
    if (revive !== undefined) {
      if (!ids.includes(revive))
        throw new UsageError(`there is no webhook "${revive}"; expected one of ${ids.join(', ')}`);
      const { deadSince, attempts } = states.of(revive);
      if (deadSince === null && attempts === 0) out.note(`${revive} is alive: there is nothing to try again`);
      states.revive(revive);
    }
    const webhooks = hooks.map(({ id, from }) => ({ id, from, ...states.of(id) }));
    const lines = webhooks.map((webhook) => {
      const { id, from, position, lastTakenAt, attempts, nextAttemptAt, lastError, deadSince } = webhook;
      const behind = position === null ? (BEGINS[from] ?? `behind ${from}`) : `behind ${position}`;
      const at = lastTakenAt === null ? behind : `${behind}, took an event last at ${lastTakenAt}`;
      if (deadSince !== null) return `${id}: dead since ${deadSince}, ${at}: ${lastError}`;
      if (attempts > 0)
        return `${id}: ${at}, tried ${attempts} times, next at ${nextAttemptAt}: ${lastError}`;
      return `${id}: ${at}`;
    });
    out.result(lines.join('\n'), { webhooks });
  } finally {
    states.close();
  }
}
