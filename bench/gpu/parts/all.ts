import { batching } from './batching.js';
import { columns } from './columns.js';
import { correctness, tf32 } from './correctness.js';
import { deploys } from './deploys.js';
import { exit } from './exit.js';
import { kill } from './kill.js';
import { kindsOfModels } from './kinds.js';
import { memory } from './memory.js';
import { openLoopLatency } from './open-loop.js';
import type { RunPart } from './part.js';
import { probe } from './probe.js';
import { raw } from './raw.js';
import { saturation } from './saturation.js';
import { sessions } from './sessions.js';
import { soak } from './soak.js';
import { starts } from './starts.js';

/** What each part of the plan does, by its name. */
export const partRuns: Readonly<Record<string, RunPart>> = {
  probe,
  correctness,
  tf32,
  starts,
  raw,
  saturation,
  'open-loop': openLoopLatency,
  columns,
  sessions,
  batching,
  kinds: kindsOfModels,
  memory,
  kill,
  deploys,
  exit,
  soak,
};
