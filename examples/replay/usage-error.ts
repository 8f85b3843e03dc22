/** A problem that the user can correct. Its message is one clear line, and the program exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
