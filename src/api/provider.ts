/** An execution provider of the ONNX runtime. */
export type Provider = 'cuda' | 'tensorrt' | 'cpu';

/** One provider that was tried, and why it is not in use. */
export interface ProviderAttempt {
  provider: Provider;
  /** Why it is not in use, and what would help; null where it worked. */
  reason: string | null;
  /** What is to be known of it though it works: that some of the graph runs on the CPU. */
  note?: string;
}

/** A CUDA device that workers were given. */
export interface DeviceSummary {
  /** Its CUDA id. */
  device: number;
  workers: number;
  /** Workers of it that take batches. */
  ready: number;
  /** What they run on, or ran on last. */
  provider: Provider | null;
  /** Why it is out of rotation, or its workers are not on it; null where nothing is wrong. */
  problem: string | null;
}
