import type { ModelSpec } from '../protocol/serving.js';
import type { Manifest } from './manifest.js';

/** What a worker must know of a manifest. */
export function specOf({ inputs, outputs, calibration, batch }: Manifest): ModelSpec {
  return {
    inputs: inputs.map(({ name, size, mean, std }) => ({ name, size, ...(mean && std ? { mean, std } : {}) })),
    outputs,
    batch,
    ...(calibration === undefined ? {} : { calibration }),
  };
}
