import { adapters } from './adapters.js';
import { canaries } from './canaries.js';
import { explanations } from './explanations.js';
import { growth } from './growth.js';
import { host } from './host.js';
import { hotUpdates } from './hot-updates.js';
import { http } from './http.js';
import { memory, observedMemory } from './memory.js';
import { observing } from './observing.js';
import { openLoopLatency } from './open-loop.js';
import { policy } from './policy.js';
import { records } from './records.js';
import { saturation } from './saturation.js';
import type { Scenario } from './scenario.js';
import { shadow } from './shadow.js';
import { slowLoad } from './slow-load.js';

/** In the order they are run and reported. */
export const scenarios: readonly Scenario[] = [
  saturation,
  openLoopLatency,
  policy,
  growth,
  http,
  adapters,
  host,
  explanations,
  hotUpdates,
  shadow,
  slowLoad,
  canaries,
  observing,
  records,
  memory,
  observedMemory,
];
