/** How much is measured, and how long. Plain JSON. */
export interface Settings {
  /** The model directory. */
  model: string;
  /** Slices of each contender. */
  slices: number;
  sliceMs: number;
  /** Requests in flight in a closed loop. */
  outstanding: number;
  /** Rows of a bare loop's batch. */
  limitBatchSize: number;
  /** Rows of a `scoreColumns` call. */
  columnRows: number;
  /** How often an open loop looks at what is due. */
  tickMs: number;
  openLoopRates: readonly number[];
  policy: {
    loads: readonly number[];
    batchSizes: readonly number[];
    delaysMs: readonly number[];
    /** How long each fixed setting is tried at each load. */
    sweepMs: number;
    /** So many of the best are tried again. */
    finalists: number;
    finalistSlices: number;
  };
  growth: {
    slices: number;
    sliceMs: number;
    outstanding: readonly number[];
    workers: readonly number[];
    batchSizes: readonly number[];
  };
  hotUpdates: {
    ratePerSecond: number;
    swaps: number;
    /** Between one swap and the next. */
    restMs: number;
  };
  slowLoad: {
    ratePerSecond: number;
    /** What the model takes to load on a core that has nothing else to do. */
    loadMs: number;
    /** Rollbacks while it loads. */
    rollbacks: number;
  };
  canaries: {
    ratePerSecond: number;
    /** Of each kind. */
    runs: number;
    stepMs: number;
  };
  memory: MemorySettings;
  /** 48 million requests. */
  observedMemory: MemorySettings;
}

/** As the published figures are taken: about 25 minutes, and as many for the memory as it is told. */
export function fullSettings(model: string, memoryMinutes = 10): Settings {
  return {
    model,
    slices: 9,
    sliceMs: 2_000,
    outstanding: 2_048,
    limitBatchSize: 256,
    columnRows: 8_192,
    tickMs: 0.2,
    openLoopRates: [1_000, 10_000, 50_000, 100_000, 200_000, 300_000],
    policy: {
      loads: [1_000, 10_000, 50_000, 100_000, 300_000],
      batchSizes: [1, 8, 32, 128, 256, 512],
      delaysMs: [0, 0.5, 1, 2, 5],
      sweepMs: 1_000,
      finalists: 3,
      finalistSlices: 3,
    },
    growth: {
      slices: 5,
      sliceMs: 1_000,
      outstanding: [16, 64, 256, 1_024, 2_048, 4_096, 16_384, 65_536],
      workers: [1, 2, 3, 4],
      batchSizes: [16, 32, 64, 128, 256, 512, 1_024, 2_048],
    },
    hotUpdates: { ratePerSecond: 20_000, swaps: 200, restMs: 250 },
    slowLoad: { ratePerSecond: 20_000, loadMs: 30_000, rollbacks: 20 },
    canaries: { ratePerSecond: 800, runs: 20, stepMs: 4_000 },
    memory: { ratePerSecond: 50_000, minutes: memoryMinutes, settleMinutes: 2, windowSeconds: 30 },
    observedMemory: { ratePerSecond: 100_000, minutes: 8, settleMinutes: 2, windowSeconds: 15 },
  };
}

/** Whether everything still works, in two minutes; its figures mean nothing. */
export function quickSettings(model: string): Settings {
  const full = fullSettings(model);
  return {
    ...full,
    slices: 2,
    sliceMs: 200,
    openLoopRates: [1_000, 10_000, 100_000],
    policy: {
      loads: [1_000, 100_000],
      batchSizes: [1, 32, 256],
      delaysMs: [0, 1],
      sweepMs: 200,
      finalists: 2,
      finalistSlices: 1,
    },
    growth: {
      slices: 2,
      sliceMs: 150,
      outstanding: [16, 2_048, 65_536],
      workers: [1, 2],
      batchSizes: [16, 256, 2_048],
    },
    hotUpdates: { ratePerSecond: 20_000, swaps: 8, restMs: 250 },
    slowLoad: { ratePerSecond: 20_000, loadMs: 3_000, rollbacks: 4 },
    canaries: { ratePerSecond: 800, runs: 1, stepMs: 4_000 },
    memory: { ratePerSecond: 50_000, minutes: 0.2, settleMinutes: 0.05, windowSeconds: 1 },
    observedMemory: { ratePerSecond: 50_000, minutes: 0.2, settleMinutes: 0.05, windowSeconds: 1 },
  };
}

/** How memory is watched while the scorer does the same all the time. */
export interface MemorySettings {
  ratePerSecond: number;
  minutes: number;
  /** The slope is taken of what comes after. */
  settleMinutes: number;
  windowSeconds: number;
}
