/** A command was used wrongly; the message says what is accepted. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
