import { saturatedWorkers } from './measure.js';
import type { Measurement, Reading } from './measurement.js';

/** The contenders of a pair, by name. */
export const ours = 'this build';
export const theirs = 'that build';
export const bareLoops = 'two bare loops';
export const bareHost = 'a bare host';
export const floor = 'floor';

export type RowUnit = 'perSecond' | 'ms' | 'share' | 'bytes';

/** A row of the table: one reading of both builds. */
export interface RowPlan {
  name: string;
  reading: Reading;
  unit: RowUnit;
  /** The contender whose reading of the same pair is subtracted, or divides. */
  less?: typeof floor;
  per?: typeof bareLoops | typeof bareHost;
}

/** A row of the table of limits: one reading of a contender that is no build. */
export interface LimitPlan {
  name: string;
  contender: typeof bareLoops | typeof bareHost | typeof floor;
  reading: Reading;
  unit: RowUnit;
}

/** Measurements that take turns, and the rows made of them. */
export interface Comparison {
  name: string;
  /** In the order of the first pair; the next pair has the opposite order. */
  contenders: (ourBuild: string, theirBuild: string) => readonly { name: string; measurement: Measurement }[];
  rows: readonly RowPlan[];
  limits: readonly LimitPlan[];
}

const workers = `${saturatedWorkers} workers`;
const perLoops = { reading: 'perSecond', unit: 'share', per: bareLoops } as const;

/** In the order that they run and are reported. */
export const comparisons: readonly Comparison[] = [
  {
    name: 'score',
    contenders: (ourBuild, theirBuild) => [
      { name: ours, measurement: { kind: 'saturated', call: 'score', build: ourBuild } },
      { name: bareLoops, measurement: { kind: 'bareLoops' } },
      { name: bareHost, measurement: { kind: 'bareHost' } },
      { name: theirs, measurement: { kind: 'saturated', call: 'score', build: theirBuild } },
    ],
    rows: [
      { name: `score() saturated, ${workers}`, reading: 'perSecond', unit: 'perSecond' },
      { name: `score() / ${bareLoops}`, ...perLoops },
      { name: `score() / ${bareHost}`, ...perLoops, per: bareHost },
      { name: 'score() saturated, P99', reading: 'p99Ms', unit: 'ms' },
      { name: 'garbage a request', reading: 'garbageBytes', unit: 'bytes' },
      { name: 'promoted, of what is allocated', reading: 'promotedShare', unit: 'share' },
    ],
    limits: [
      { name: bareLoops, contender: bareLoops, reading: 'perSecond', unit: 'perSecond' },
      { name: bareHost, contender: bareHost, reading: 'perSecond', unit: 'perSecond' },
      { name: `${bareHost}, P99`, contender: bareHost, reading: 'p99Ms', unit: 'ms' },
      { name: `${bareHost}, garbage a request`, contender: bareHost, reading: 'garbageBytes', unit: 'bytes' },
      { name: `${bareHost}, promoted`, contender: bareHost, reading: 'promotedShare', unit: 'share' },
    ],
  },
  rowsPerSecond('scoreMany', 'scoreMany, two lists of 1,024'),
  rowsPerSecond('scoreColumns', 'scoreColumns, two calls of 8,192 rows'),
  atRate(10_000, 1),
  atRate(100_000, 2),
];

function rowsPerSecond(call: 'scoreMany' | 'scoreColumns', name: string): Comparison {
  return {
    name: call,
    contenders: (ourBuild, theirBuild) => [
      { name: ours, measurement: { kind: 'saturated', call, build: ourBuild } },
      { name: bareLoops, measurement: { kind: 'bareLoops' } },
      { name: theirs, measurement: { kind: 'saturated', call, build: theirBuild } },
    ],
    rows: [
      { name: `${name}, ${workers}`, reading: 'perSecond', unit: 'perSecond' },
      { name: `${call} / ${bareLoops}`, ...perLoops },
    ],
    limits: [{ name: `${bareLoops}, beside ${call}`, contender: bareLoops, reading: 'perSecond', unit: 'perSecond' }],
  };
}

function atRate(ratePerSecond: number, workers: number): Comparison {
  const rate = `${ratePerSecond.toLocaleString('en')}/s`;
  const title = `${rate}, ${workers === 1 ? '1 worker' : `${workers} workers`}`;
  return {
    name: `${ratePerSecond / 1000}k`,
    contenders: (ourBuild, theirBuild) => [
      { name: ours, measurement: { kind: 'openLoop', build: ourBuild, ratePerSecond, workers } },
      { name: floor, measurement: { kind: 'floor', ratePerSecond } },
      { name: theirs, measurement: { kind: 'openLoop', build: theirBuild, ratePerSecond, workers } },
    ],
    rows: [
      { name: `P99 at ${title}, less the floor's`, reading: 'p99Ms', unit: 'ms', less: floor },
      { name: `event loop busy at ${title}, less the floor's`, reading: 'busy', unit: 'share', less: floor },
    ],
    limits: [
      { name: `P99 of the floor at ${rate}`, contender: floor, reading: 'p99Ms', unit: 'ms' },
      { name: `event loop busy of the floor at ${rate}`, contender: floor, reading: 'busy', unit: 'share' },
    ],
  };
}
