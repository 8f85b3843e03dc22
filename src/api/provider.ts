/** An execution provider of the ONNX runtime. */
export type Provider = 'cuda' | 'tensorrt' | 'cpu';

/** A provider that was tried, and why it is not in use. */
export interface ProviderAttempt {
  provider: Provider;
  /** Why it is not in use, and what would help; null if it works. */
  reason: string | null;
  /** A remark about a provider that works, for example that a part of the graph runs on the CPU. */
  note?: string;
}

/** A CUDA device that has workers. */
export interface DeviceSummary {
  /** Its CUDA id. */
  device: number;
  workers: number;
  /** Workers on this device that take batches. */
  ready: number;
  /** The provider that its workers use, or used last. */
  provider: Provider | null;
  /** Why the device gets no batches, or why its workers do not run on it; null if nothing is wrong. */
  problem: string | null;
}
