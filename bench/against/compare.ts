import { alternate, type Rounds } from '../alternate.js';
import { runProcess } from '../run-process.js';
import type { Steps } from '../scenarios/scenario.js';
import type { Settings } from '../settings.js';
import type { Comparison } from './comparisons.js';
import type { MeasurementTask, Readings } from './measurement.js';

const program = new URL('./measure-process.ts', import.meta.url);

export interface PairOptions {
  ourBuild: string;
  theirBuild: string;
  pairs: number;
  settings: Settings;
  /** Makes a measurement. @default in a process of its own */
  run?: (name: string, task: MeasurementTask) => Promise<Readings>;
}

/** Makes a comparison's measurements pair after pair, each pair in the opposite order of the one before. */
export async function compare(
  { name: comparison, contenders }: Comparison,
  { ourBuild, theirBuild, pairs, settings, run = inProcess }: PairOptions,
  steps: Steps,
): Promise<Rounds<Readings>> {
  const measured = contenders(ourBuild, theirBuild).map(({ name, measurement }) => ({
    name,
    slice: (windowMs: number) => run(`${comparison}, ${name}`, { measurement, settings, windowMs }),
  }));
  steps.expect(measured.length * pairs);
  // Each process warms up by itself.
  return alternate<Readings>(measured, {
    rounds: pairs,
    sliceMs: settings.sliceMs,
    warmUp: false,
    order: 'mirrored',
    onSlice: (name) => steps.done(name),
  });
}

function inProcess(name: string, task: MeasurementTask): Promise<Readings> {
  return runProcess({ name, task, program });
}
