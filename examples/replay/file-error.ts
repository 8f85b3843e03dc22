import { UsageError } from './usage-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'no such directory',
  EACCES: 'no permission to write it',
  EPERM: 'no permission to write it',
  EROFS: 'a read-only file system',
  EISDIR: 'a directory',
  ENOSPC: 'a full disk',
  EDQUOT: 'a full disk',
};

/** The reason why a file cannot be written, in one line. */
export function cannotWrite(flag: string, file: string, cause: unknown): UsageError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  const reason = (code !== undefined ? REASONS[code] : undefined) ?? code ?? String(cause);
  return new UsageError(`${flag} ${file}: expected a file that can be written, received ${reason}`, { cause });
}
