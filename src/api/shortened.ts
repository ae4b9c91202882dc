/** The longest message that callers see, in characters: some repeat what was sent, others list a whole framework. */
const MAX_MESSAGE = 4_000;

/** Without its middle where it is too long: what is wrong stands at the end, and where at the beginning. */
export function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  const half = MAX_MESSAGE / 2;
  return `${message.slice(0, half)} … ${message.slice(-half)}`;
}
