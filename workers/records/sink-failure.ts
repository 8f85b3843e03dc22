/** Whether the disk failed to confirm what had been written to a file. */
export function isOfSync(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'fsync';
}

/** What went wrong, without what was written. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const { code } = error;
    if (code === 'ENOSPC') return 'the disk is full (ENOSPC)';
    if (code === 'EDQUOT') return 'the quota of the disk is used up (EDQUOT)';
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return `the directory cannot be written to (${code})`;
    return `the file system refuses (${code})`;
  }
  return error instanceof Error ? error.message : 'the sink failed';
}
