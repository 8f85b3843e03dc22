/** Records that were written may be lost: the disk did not confirm them, or their file was deleted. */
export class LossError extends Error {
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** Whether an error is the system's. Others come of what was to be written. */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** Whether another file on the same disk would fare no better. */
export function isFullDisk(error: unknown): boolean {
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** What went wrong, without what was written. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const { code } = error;
    if (code === 'ENOSPC') return 'the disk is full (ENOSPC)';
    if (code === 'EDQUOT') return 'the quota of the disk is used up (EDQUOT)';
    if (code === 'ENOENT') return 'the directory is not there (ENOENT)';
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return `the directory cannot be written to (${code})`;
    return `the file system refuses (${code})`;
  }
  return error instanceof Error ? error.message : 'the sink failed';
}
