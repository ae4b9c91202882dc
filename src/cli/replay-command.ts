import type { Config } from '../config';
import { openRegister } from '../register';
import { type Output, progress } from './output';

/** Rebuilds the read models and says whether anything differed. A running server must be stopped first. */
export async function replayCommand(config: Config, out: Output): Promise<void> {
  const register = openRegister(config, 'read');
  try {
    const start = performance.now();
    const { events, differing } = await register.projector.rebuild(progress(out, 'replaying'));
    const seconds = (performance.now() - start) / 1000;
    const finding =
      differing === null
        ? 'there was nothing to compare with'
        : differing.length === 0
          ? 'nothing differed'
          : `differed: ${differing.join(', ')}`;
    out.result(`${events.toLocaleString('en')} events replayed in ${seconds.toFixed(1)} s; ${finding}`, {
      events,
      seconds,
      differing,
    });
  } finally {
    await register.close();
  }
}
