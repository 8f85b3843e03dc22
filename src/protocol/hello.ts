/** The version of this package in host and worker. It detects a worker copy of another version. */
export const packageVersion = '0.2.0';

/** Which of this package's two workers a file is. */
export type WorkerRole = 'worker' | 'tool-worker';

/** The first message of a worker, sent before it loads anything that can fail. */
export interface Hello {
  kind: 'hello';
  role: WorkerRole;
  version: string;
}

export function isHello(message: unknown): message is Hello {
  if (typeof message !== 'object' || message === null || !('kind' in message) || message.kind !== 'hello') return false;
  return (
    'role' in message && typeof message.role === 'string' && 'version' in message && typeof message.version === 'string'
  );
}
