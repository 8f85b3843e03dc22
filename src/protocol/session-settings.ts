/** Settings of every session that scores. Decision records have them, because scores depend on them in the last bits. */
export const sessionSettings = {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  // There is one worker per core for parallelism. More threads in each would only disturb each other.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
} as const;
