import type { Config } from '../config';
import { webhooksFileIn } from '../main';
import { DeliveryStates } from '../webhooks/delivery-state';
import { readWebhooks } from '../webhooks/webhook';
import type { Output } from './output';
import { UsageError } from './usage-error';

/** Prints how far each webhook is, and has one tried again. Beside a running server too. */
export async function webhooksCommand(
  config: Config,
  { revive }: { readonly revive?: string | undefined },
  out: Output,
): Promise<void> {
  if (config.webhooksFile === null)
    throw new UsageError('there are no webhooks; expected WEBHOOKS_FILE to name a file of them');
  const ids = readWebhooks(config.webhooksFile).map(({ id }) => id);
  const states = new DeliveryStates(webhooksFileIn(config.dataDir));
  try {
    if (revive !== undefined) {
      if (!ids.includes(revive))
        throw new UsageError(`there is no webhook "${revive}"; expected one of ${ids.join(', ')}`);
      states.revive(revive);
    }
    const webhooks = ids.map((id) => ({ id, ...states.of(id) }));
    const lines = webhooks.map(({ id, position, attempts, nextAttemptAt, lastError, deadSince }) => {
      const at = position === null ? 'at the beginning' : `behind ${position}`;
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
