/** Makes one measurement and ends; a child of `compare.ts`. */

import { answerTask } from '../answer-task.js';
import { measure } from './measure.js';
import type { MeasurementTask, Readings } from './measurement.js';

await answerTask<MeasurementTask, Readings>((task) => measure(task));
