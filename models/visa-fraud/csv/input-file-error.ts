/** A file of transactions that cannot be opened or read at all: its message is one clear line. */
export class InputFileError extends Error {
  override readonly name = 'InputFileError';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file}: expected a readable file of transactions, received ${reasonOf(cause)}`, { cause });
    this.file = file;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'a directory',
  EMFILE: 'too many open files',
};

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'an unknown error';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return (code !== undefined ? REASONS[code] : undefined) ?? code ?? cause.message;
}
