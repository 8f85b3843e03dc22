/** Something the person at the terminal can put right: its message is one clear line, and the program exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
