import { type ChildProcess, fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type FraudScorerError,
  ModelIntegrityError,
  ModelInvalidError,
  OutOfResourcesError,
  ProviderUnavailableError,
} from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import { isFile } from '../../host/is-file.js';
import { adoptEntry } from '../../packaged-files.js';
import { setRuntimeEnvironment } from '../../pool/runtime-environment.js';
import type { Adoption, AdoptMessage, AdoptOrder } from './order.js';

/** The longest time it may take. The runtime needs 20 s to load a forest of 5 MB, and loads it three times. */
const limitMs = 300_000;
const limitMsPerMb = 30_000;

/** If a process has not loaded after this time, it counts as one that never will. */
const startMs = 20_000;

export interface ProcessOptions {
  onStep: (step: string) => void;
  signal: AbortSignal | undefined;
}

/**
 * Adopts a model in a separate process.
 *
 * @throws {ModelInvalidError} if the graph cannot be served, or the runtime crashes or hangs on it.
 * @throws {ProviderUnavailableError} if the runtime or the process's file cannot be loaded.
 */
export async function runAdoption(order: AdoptOrder, { onStep, signal }: ProcessOptions): Promise<Adoption> {
  signal?.throwIfAborted();
  return (
    (await attempt(order, { onStep, signal }, false)) ?? (await attempt(order, { onStep, signal }, true)) ?? never()
  );
}

function never(): never {
  throw new ProviderUnavailableError('The process that adopts the model does not start');
}

/**
 * @param isLast whether to wait for a process that starts slowly.
 * @returns null if the process did not load in time and was ended.
 */
async function attempt(
  order: AdoptOrder,
  { onStep, signal }: ProcessOptions,
  isLast: boolean,
): Promise<Adoption | null> {
  const size = await stat(order.file).then(
    (stats) => stats.size,
    () => 0,
  );
  const child = startProcess(order);
  let last: AdoptMessage | null = null;
  let reason: Error | null = null;
  const giveUp = (error: Error): void => {
    reason ??= error;
    child.kill('SIGKILL');
  };
  const tooLong = new ModelInvalidError('The model can not be adopted: the runtime does not finish to load and run it');
  const timer = systemClock.after(limitMs + (limitMsPerMb * size) / 2 ** 20, () => giveUp(tooLong));
  let isReady = false;
  let isLate = false;
  const startTimer = systemClock.after(isLast ? 5 * startMs : startMs, () => {
    isLate = !isReady;
    if (isLate) child.kill('SIGKILL');
  });
  const abort = (): void => giveUp(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal?.addEventListener('abort', abort);
  try {
    const errors: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text.slice(0, 2_000)));
    child.on('message', (message: AdoptMessage) => {
      if (message.kind === 'ready') {
        isReady = true;
        child.send(order);
      } else if (message.kind === 'step') onStep(message.step);
      else last = message;
    });
    const ended = new Promise<Ending>((resolve) => {
      child.on('error', (error) => resolve({ code: null, signal: null, error }));
      child.once('close', (code, name) => resolve({ code, signal: name, error: null }));
    });
    const ending = await ended;
    if (reason !== null) throw reason;
    if (isLate) return null;
    return resultOf(last, ending, errors.join(''));
  } finally {
    timer.clear();
    startTimer.clear();
    signal?.removeEventListener('abort', abort);
  }
}

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: Error | null;
}

function startProcess(order: AdoptOrder): ChildProcess {
  const url = entry();
  setRuntimeEnvironment();
  return fork(url, [], {
    execArgv: [],
    // A crash may leave a file in the draft directory. It is deleted with that directory.
    cwd: order.draft,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

// A single return that is always a text: Turbopack follows the argument of `fork`, and its build fails if a path can be `undefined`.
function entry(): string {
  const url = packagedEntry();
  if (url === null || !isFile(url)) {
    throw new ProviderUnavailableError(
      'The file adopt-process.js of fraud-scorer is not there, as in a bundle: adopt the model with npx fraud-scorer adopt',
    );
  }
  return fileURLToPath(url);
}

/** null in a bundle in CommonJS form, which does not know its location. */
function packagedEntry(): URL | null {
  try {
    return adoptEntry();
  } catch {
    return null;
  }
}

function resultOf(message: AdoptMessage | null, { code, signal, error }: Ending, errors: string): Adoption {
  if (message?.kind === 'done') return message.adoption;
  if (message?.kind === 'refused') throw errorOf(message);
  if (message?.kind === 'defect') throw new Error(`adopt failed: ${message.message}`);
  if (error !== null) throw new ProviderUnavailableError(`No process could be started: ${error.message}`);
  if (signal === 'SIGKILL') {
    throw new OutOfResourcesError('The process that adopts the model was killed, as where the memory runs out');
  }
  const how = signal ?? `exit code ${code}`;
  const last = errors.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  throw new ModelInvalidError(
    `The model can not be adopted: the runtime crashes on it (${how})${last === '' ? '' : `: ${last}`}`,
  );
}

function errorOf({ code, message, issues }: Extract<AdoptMessage, { kind: 'refused' }>): FraudScorerError {
  switch (code) {
    case 'ERR_OUT_OF_RESOURCES':
      return new OutOfResourcesError(message);
    case 'ERR_PROVIDER_UNAVAILABLE':
      return new ProviderUnavailableError(message);
    case 'ERR_MODEL_INTEGRITY':
      return new ModelIntegrityError(message);
    default: {
      // The message already has the issues. They are also kept separately.
      const end = issues.length === 0 ? -1 : message.indexOf(`: ${issues[0]?.path ?? ''}: expected`);
      return new ModelInvalidError(end < 0 ? message : message.slice(0, end), end < 0 ? [] : issues);
    }
  }
}
