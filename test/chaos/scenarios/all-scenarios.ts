import type { Scenario } from '../scenario.js';
import { availability } from './availability.js';
import {
  hangs,
  outOfMemory,
  runtimeFailures,
  shortOutputs,
  slowBatches,
  workerExceptions,
  workerExits,
} from './batch-faults.js';
import { closeUnderLoad } from './close-under-load.js';
import { columns } from './columns.js';
import { deadlinePrecision } from './deadline-precision.js';
import { deploys } from './deploys.js';
import { exitUnderLoad } from './exit-under-load.js';
import { hungWorkers } from './hung-workers.js';
import { malformed } from './malformed-requests.js';
import { mixed, soak } from './mixed.js';
import { nanOutputs, poisonFails, poisonKills } from './poison-rows.js';
import { records } from './records.js';
import { cancelStorm, deadlineStorm, queueFlood } from './storms.js';
import { throwingListeners } from './throwing-listeners.js';

export const allScenarios: readonly Scenario[] = [
  slowBatches,
  nanOutputs,
  deadlineStorm,
  cancelStorm,
  queueFlood,
  throwingListeners,
  closeUnderLoad,
  exitUnderLoad,
  records,
  malformed,
  deadlinePrecision,
  workerExits,
  workerExceptions,
  outOfMemory,
  hangs,
  hungWorkers,
  shortOutputs,
  runtimeFailures,
  poisonFails,
  poisonKills,
  columns,
  availability,
  deploys,
  mixed,
  soak,
];
