/** A file cannot be scored, read or written. The message has the reason and the position, and never a value of the file. */
export class ScoreFileError extends Error {
  override readonly name = 'ScoreFileError';
}

/** A file that a command was to write can't be written. */
export class UnwrittenFileError extends ScoreFileError {}

/** The reason of a file system error, for messages. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (code || error.message);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOSPC: 'no space left on device',
  EDQUOT: 'no space left for this user',
  Z_BUF_ERROR: 'its gzip data is cut off',
  Z_DATA_ERROR: 'its gzip data is damaged',
};
