import { devNull } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider, ProviderAttempt } from '../../src/api/provider.js';
import { missingKernels } from '../../src/protocol/missing-kernels.js';
import type { ModelBytes } from '../thread/model-bytes.js';
import { openPreciseSession, type TriedSession } from './precise-session.js';
import { whyUnavailable } from './provider-library.js';
import { loadRuntime, runtime } from './runtime.js';
import { isPlacementFailure, mayBeOfModel, sessionFailure } from './session-failure.js';

/** A session, how it came to its provider, and what trying it out gave. */
export interface OpenedSession<T> {
  session: InferenceSession;
  provider: Provider;
  trials: ProviderAttempt[];
  result: T;
}

interface Tried<T> extends TriedSession<T> {
  session: InferenceSession;
}

/** None of the asked-for providers runs the model here. */
export class NoProviderError extends Error {
  readonly trials: ProviderAttempt[];
  /** Whether one of them is there and fails for no reason of its own: the CPU could tell whether it is the model's fault. */
  readonly isModelSuspect: boolean;

  constructor(trials: ProviderAttempt[], isModelSuspect: boolean) {
    super(trials.map(({ provider, reason }) => `${provider}: ${reason ?? 'ok'}`).join('; '));
    this.trials = trials;
    this.isModelSuspect = isModelSuspect;
  }
}

/** What is known of a model beforehand, and wanted of its session. */
export interface SessionWishes<T> {
  /** Operators of the model that run on the CPU whatever the provider: where there are any, no GPU is tried. @default none */
  cpuOperators?: readonly string[];
  /**
   * How far the outputs of a session on a device are from the CPU's, as a share of their size; null where that can't be told. One that rounds to
   * less than float32 is opened again.
   *
   * @default it is not asked
   */
  differenceFromCpu?: (result: T) => Promise<number | null>;
}

/**
 * Opens a session on the first provider of the list that works: one that loads the model and does what `tryOut` does with it. On a
 * GPU it is first tried with every node there; where some must run on the CPU, it is used all the same, with a note.
 *
 * @param model the ONNX file, with the files that hold its weights.
 * @throws {NoProviderError} where none does.
 * @throws {RuntimeMissingError} where the runtime itself cannot be loaded.
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
        // One that loads and can't be run would keep its memory beside the next.
        await session.release();
        throw error;
      }
    };
    try {
      // TensorRT takes minutes to build a session, and has cuBLAS do little.
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

/** What TensorRT can't run goes to CUDA's provider, which must be there too. */
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
    // Which of both it is, the runtime does not say.
    const note = `some of the graph's nodes run on the CPU: shape arithmetic, which the runtime prefers there, or operators that ${provider} lacks`;
    return { session: await create(model.graph, sessionOptions(provider, device)), note };
  }
}

/**
 * Session configuration entries of every session. The host has refused graphs that keep tensors in files that the manifest does not list,
 * and listed files are given to the runtime in memory. Should another get past the host, the runtime, which would look for it in the
 * working directory, looks where no file can be.
 */
export const sessionEntries = { model_external_initializers_file_folder_path: join(devNull, 'no-other-files') };

/** Refuses a graph of which a node would go to the CPU, which the runtime says nothing of otherwise. */
function strictly(options: InferenceSession.SessionOptions): InferenceSession.SessionOptions {
  return { ...options, extra: { session: { ...sessionEntries, disable_cpu_ep_fallback: '1' } } };
}

function sessionOptions(provider: Provider, device: number): InferenceSession.SessionOptions {
  return {
    executionProviders: executionProviders(provider, device),
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    extra: { session: sessionEntries },
    // Parallelism is a worker for each core: more threads in each would only get in one another's way.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // The runtime's error lines go to the host's standard error, and may quote what a row held; errors reach the host as such.
    logSeverityLevel: 4,
  };
}

/** The device is all that the runtime for Node.js takes of a provider's options; it ignores any other in silence. */
function executionProviders(provider: Provider, deviceId: number): InferenceSession.ExecutionProviderConfig[] {
  if (provider === 'cpu') return ['cpu'];
  const onDevice = (name: Provider): InferenceSession.ExecutionProviderConfig => ({ name, deviceId });
  // What TensorRT can't run goes to CUDA, which is there where TensorRT is, before it goes to the CPU.
  return provider === 'tensorrt' ? [onDevice('tensorrt'), onDevice('cuda')] : [onDevice('cuda')];
}
