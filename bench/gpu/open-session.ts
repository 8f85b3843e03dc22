import type { Provider } from 'fraud-scorer';
import * as ort from 'onnxruntime-node';

export interface SessionChoice {
  provider: Provider;
  device: number;
  /** Refuse a graph of which the provider can't run every node, where the rest would go to the CPU without a word. */
  isWhole?: boolean;
}

/** A session as a worker opens it, in this thread. */
export function openSession(modelPath: string, choice: SessionChoice): Promise<ort.InferenceSession> {
  const { provider, device, isWhole = false } = choice;
  return ort.InferenceSession.create(modelPath, {
    executionProviders: [provider === 'cuda' ? { name: 'cuda', deviceId: device } : provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(isWhole ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  });
}
