import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { ProviderName, ProviderTrial } from '../src/pool/protocol.js';

/** A session, how it came to its provider, and what trying it out gave. */
export interface OpenedSession<T> {
  session: ort.InferenceSession;
  provider: ProviderName;
  trials: ProviderTrial[];
  result: T;
}

/** None of the asked-for providers works here. */
export class NoProviderError extends Error {
  readonly trials: ProviderTrial[];

  constructor(trials: ProviderTrial[]) {
    super(trials.map(({ provider, reason }) => `${provider}: ${reason ?? 'ok'}`).join('; '));
    this.trials = trials;
  }
}

/**
 * Opens a session on the first provider of the list that works: one that loads the model and does what `tryOut` does with it.
 *
 * @param model the ONNX file.
 * @throws {NoProviderError} where none does.
 */
export async function openSession<T>(
  model: Uint8Array,
  providers: readonly ProviderName[],
  device: number,
  tryOut: (session: ort.InferenceSession) => Promise<T>,
): Promise<OpenedSession<T>> {
  const trials: ProviderTrial[] = [];
  for (const provider of providers) {
    const missing = whyUnavailable(provider);
    if (missing !== null) {
      trials.push({ provider, reason: missing });
      continue;
    }
    let session: ort.InferenceSession | null = null;
    try {
      session = await ort.InferenceSession.create(model, sessionOptions(provider, device));
      const result = await tryOut(session);
      trials.push({ provider, reason: null });
      return { session, provider, trials, result };
    } catch (error) {
      // One that loads and can't be run would keep its memory beside the next.
      await session?.release();
      trials.push({ provider, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new NoProviderError(trials);
}

function sessionOptions(provider: ProviderName, device: number): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider === 'cuda' ? { name: 'cuda', deviceId: device } : provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Parallelism is a worker for each core: more threads in each would only get in one another's way.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // The runtime's error lines go to the host's standard error, and may quote what a row held; errors reach the host as such.
    logSeverityLevel: 4,
  };
}

/**
 * Why a provider can't be used here, found without asking the runtime, which would print the true reason to the host's
 * standard error and throw another; null where there is nothing to say against it.
 */
function whyUnavailable(provider: ProviderName): string | null {
  if (provider === 'cpu') return null;
  if (!ort.listSupportedBackends().some(({ name }) => name === provider)) {
    return `the ONNX runtime for ${process.platform} ${process.arch} is built without it`;
  }
  if (process.platform !== 'linux') return null;
  const library = `libonnxruntime_providers_${provider}.so`;
  const path = join(runtimeLibraries(), library);
  if (!existsSync(path)) return `${library} is not installed beside the ONNX runtime`;
  return missingDependency(path);
}

function runtimeLibraries(): string {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve('onnxruntime-node')));
  return join(root, 'bin', 'napi-v6', process.platform, process.arch);
}

/** The loader's own words where a library that `path` needs is not there. */
function missingDependency(path: string): string | null {
  try {
    process.dlopen({ exports: {} }, path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // It is no addon, so loading it always ends in an error; only this one speaks of a missing library.
    if (/cannot open shared object file/.test(message)) return message;
  }
  return null;
}
