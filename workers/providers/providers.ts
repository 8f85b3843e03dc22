import { devNull } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider, ProviderAttempt } from '../../src/api/provider.js';
import { missingKernels } from '../../src/protocol/missing-kernels.js';
import { sessionSettings } from '../../src/protocol/session-settings.js';
import type { ModelBytes } from '../thread/model-bytes.js';
import { openPreciseSession, type TriedSession } from './precise-session.js';
import { whyUnavailable } from './provider-library.js';
import { loadRuntime, runtime } from './runtime.js';
import { isPlacementFailure, mayBeOfModel, sessionFailure } from './session-failure.js';

/** A session, how its provider was chosen, and the result of trying it. */
export interface OpenedSession<T> {
  session: InferenceSession;
  provider: Provider;
  trials: ProviderAttempt[];
  result: T;
}

interface Tried<T> extends TriedSession<T> {
  session: InferenceSession;
}

/** None of the requested providers can run the model here. */
export class NoProviderError extends Error {
  readonly trials: ProviderAttempt[];
  /** Whether a provider is present and fails without an obvious reason. Then a run on the CPU can show whether the model is the cause. */
  readonly isModelSuspect: boolean;

  constructor(trials: ProviderAttempt[], isModelSuspect: boolean) {
    super(trials.map(({ provider, reason }) => `${provider}: ${reason ?? 'ok'}`).join('; '));
    this.trials = trials;
    this.isModelSuspect = isModelSuspect;
  }
}

/** Facts about a model, and requirements for its session. */
export interface SessionWishes<T> {
  /** Operators of the model that always run on the CPU. If there are any, no GPU is tried. @default none */
  cpuOperators?: readonly string[];
  /**
   * Returns the difference of a device session's outputs from the CPU's, relative to their size; null if it is not known. A session that is
   * less accurate than float32 is opened again.
   *
   * @default not checked
   */
  differenceFromCpu?: (result: T) => Promise<number | null>;
}

/**
 * Opens a session on the first provider of the list that works, which means that it loads the model and `tryOut` succeeds. On a GPU, the
 * first attempt requires every node to run there. If some nodes must run on the CPU, the session is used anyway, with a note.
 *
 * @param model the ONNX file, with the files of its weights.
 * @throws {NoProviderError} if no provider works.
 * @throws {RuntimeMissingError} if the runtime itself cannot be loaded.
 */
export async function openSession<T>(
  model: ModelBytes,
  providers: readonly Provider[],
  device: number,
  tryOut: (session: InferenceSession) => Promise<T>,
  { cpuOperators = [], differenceFromCpu }: SessionWishes<T> = {},
): Promise<OpenedSession<T>> {
  await loadRuntime();
  const trials: ProviderAttempt[] = [];
  let isModelSuspect = false;
  for (const provider of providers) {
    const reason = missingKernels(provider, cpuOperators) ?? whyMissing(provider);
    if (reason !== null) {
      trials.push({ provider, reason });
      continue;
    }
    const open = async (): Promise<Tried<T>> => {
      const { session, note } = await openOn(model, provider, device);
      try {
        const result = await tryOut(session);
        const difference = provider === 'cpu' ? null : ((await differenceFromCpu?.(result)) ?? null);
        return { session, result, note, difference };
      } catch (error) {
        // Release it: a session that loads but cannot be run would keep its memory while the next is open.
        await session.release();
        throw error;
      }
    };
    try {
      // TensorRT needs minutes to build a session, and uses cuBLAS little.
      const { session, result, note } = await openPreciseSession(open, provider === 'tensorrt' ? 1 : undefined);
      trials.push({ provider, reason: null, ...(note === null ? {} : { note }) });
      return { session, provider, trials, result };
    } catch (error) {
      trials.push({ provider, reason: sessionFailure(error) });
      isModelSuspect ||= mayBeOfModel(error);
    }
  }
  throw new NoProviderError(trials, isModelSuspect);
}

/** CUDA's provider runs the nodes that TensorRT cannot run, so it must be present too. */
function whyMissing(provider: Provider): string | null {
  return whyUnavailable(provider) ?? (provider === 'tensorrt' ? whyUnavailable('cuda') : null);
}

async function openOn(
  model: ModelBytes,
  provider: Provider,
  device: number,
): Promise<{ session: InferenceSession; note: string | null }> {
  const { InferenceSession: Session } = runtime();
  const create = (graph: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    Session.create(graph, { ...options, externalData: model.weights });
  if (provider === 'cpu') return { session: await create(model.graph, sessionOptions(provider, device)), note: null };
  try {
    return { session: await create(model.graph, strictly(sessionOptions(provider, device))), note: null };
  } catch (error) {
    if (!isPlacementFailure(error)) throw error;
    // The runtime does not say which of the two it is.
    const note = `some of the graph's nodes run on the CPU: shape arithmetic, which the runtime prefers there, or operators that ${provider} lacks`;
    return { session: await create(model.graph, sessionOptions(provider, device)), note };
  }
}

/**
 * Session configuration of every session. The host refuses graphs with tensors in files that the manifest does not list, and listed files
 * are passed to the runtime in memory. If such a graph got past the host, the runtime would look for the file in the working directory.
 * With this entry it looks where no file can exist.
 */
export const sessionEntries = { model_external_initializers_file_folder_path: join(devNull, 'no-other-files') };

/** Refuses a graph if one of its nodes would run on the CPU. Otherwise the runtime would not report that. */
function strictly(options: InferenceSession.SessionOptions): InferenceSession.SessionOptions {
  return { ...options, extra: { session: { ...sessionEntries, disable_cpu_ep_fallback: '1' } } };
}

function sessionOptions(provider: Provider, device: number): InferenceSession.SessionOptions {
  return {
    executionProviders: executionProviders(provider, device),
    ...sessionSettings,
    extra: { session: sessionEntries },
    // The runtime writes errors to the host's standard error, and they may quote a row. The host gets errors as errors.
    logSeverityLevel: 4,
  };
}

/** The device id is the only provider option that the Node.js runtime accepts. It silently ignores all others. */
function executionProviders(provider: Provider, deviceId: number): InferenceSession.ExecutionProviderConfig[] {
  if (provider === 'cpu') return ['cpu'];
  const onDevice = (name: Provider): InferenceSession.ExecutionProviderConfig => ({ name, deviceId });
  // CUDA runs the nodes that TensorRT cannot run, before the CPU does. CUDA is present if TensorRT is.
  return provider === 'tensorrt' ? [onDevice('tensorrt'), onDevice('cuda')] : [onDevice('cuda')];
}
