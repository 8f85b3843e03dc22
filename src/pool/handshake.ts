import { InvalidOptionsError, StartTimeoutError } from '../errors.js';
import { isHello, packageVersion, type WorkerRole } from '../protocol/hello.js';
import { isWorkerReport } from './worker-report.js';

/** The file that a thread runs. */
export interface WorkerFile {
  /** The worker of this package that it must be. */
  role: WorkerRole;
  url: string;
}

/** A file that is not the expected worker. */
export interface Stranger {
  /** What the file is, as far as its first messages tell. */
  received: string;
  /** Whether the file has loaded and nothing of it is from this package. Then it is not inside the runtime. */
  hasLoaded: boolean;
}

/** After this time a file counts as one that never says hello. A busy machine needs a second or two. */
export const greetingTimeoutMs = 20_000;

/** The message by which Piscina's part of a worker says that the file has loaded. */
const loadedKey = '_WORKER_READY';

/**
 * What a thread's message says about its file. A worker of this package first says hello. Messages that a wrapping file sends before that
 * are ignored.
 */
export function readGreeting(message: unknown, role: WorkerRole): 'greeted' | 'unknown' | Stranger {
  if (isHello(message)) {
    if (message.role === role && message.version === packageVersion) return 'greeted';
    const what = message.role === role ? 'that worker' : `the other worker, fraud-scorer/${clip(message.role)}`;
    return { received: `${what}, of version ${clip(message.version)}`, hasLoaded: false };
  }
  if (isWorkerReport(message)) return { received: 'that worker, of an older version', hasLoaded: false };
  if (typeof message !== 'object' || message === null || !(loadedKey in message)) return 'unknown';
  return { received: "a file that is not fraud-scorer's worker", hasLoaded: true };
}

/** The error for a file that never says hello. If a host bundles Piscina, it is the file in the place of Piscina's own. */
export function silenceError(file: WorkerFile): InvalidOptionsError {
  const received = `a file that said nothing for ${greetingTimeoutMs} ms (is Piscina kept out of the bundle?)`;
  return strangerError(file, received);
}

/** The error for a worker that takes too long to load. */
export function lateError(startTimeoutMs: number, isGreeted: boolean, { url }: WorkerFile): StartTimeoutError {
  const stage = isGreeted ? 'it was loading the runtime or the model' : `it was loading ${url}`;
  return new StartTimeoutError(`A worker was not ready within startTimeoutMs of ${startTimeoutMs}: ${stage}`);
}

/** The reason why a start is given up. */
export function startError(
  seen: 'silent' | 'late',
  { file, isGreeted }: { file: WorkerFile; isGreeted: boolean },
  { startTimeoutMs }: { startTimeoutMs: number },
): InvalidOptionsError | StartTimeoutError {
  return seen === 'silent' ? silenceError(file) : lateError(startTimeoutMs, isGreeted, file);
}

export function strangerError({ role, url }: WorkerFile, received: string): InvalidOptionsError {
  const path = role === 'worker' ? 'workerFile' : 'toolWorkerFile';
  const expected = `fraud-scorer's ${role} of version ${packageVersion} (a host that bundles passes a copy of fraud-scorer/${role})`;
  return new InvalidOptionsError([{ path, expected, received: `${received}: ${url}` }]);
}

function clip(text: string): string {
  return text.slice(0, 40);
}
