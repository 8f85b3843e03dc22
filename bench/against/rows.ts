import type { Rounds } from '../alternate.js';
import { differencesOf, type Figure, figureOf, ratiosOf } from '../statistics.js';
import { type Comparison, ours, type RowPlan, type RowUnit, theirs } from './comparisons.js';
import { type Readings, read } from './measurement.js';

/** Both builds in all pairs. */
export interface ComparedRow {
  name: string;
  unit: RowUnit;
  thisBuild: Figure;
  thatBuild: Figure;
  /** This build / that build, of each pair; null where a value is 0 or below, as a difference from a floor may be. */
  ratio: Figure | null;
  /** This build − that build, of each pair. */
  difference: Figure;
}

/** A limit in all pairs. */
export interface LimitRow {
  name: string;
  unit: RowUnit;
  figure: Figure;
}

export function rowsOf({ rows }: Comparison, rounds: Rounds<Readings>): ComparedRow[] {
  return rows.map((plan) => {
    const [our, their] = [valuesOf(plan, ours, rounds), valuesOf(plan, theirs, rounds)];
    const isPositive = [...our, ...their].every((value) => value > 0);
    return {
      name: plan.name,
      unit: plan.unit,
      thisBuild: figureOf(our),
      thatBuild: figureOf(their),
      ratio: isPositive ? figureOf(ratiosOf(our, their)) : null,
      difference: figureOf(differencesOf(our, their)),
    };
  });
}

export function limitsOf({ limits }: Comparison, rounds: Rounds<Readings>): LimitRow[] {
  return limits.map(({ name, unit, contender, reading }) => {
    return { name, unit, figure: figureOf(rounds.of(contender).map((readings) => read(readings, reading))) };
  });
}

/** Requests that failed at a given rate: their latency is not counted. */
export function failuresOf({ name }: Comparison, rounds: Rounds<Readings>): string[] {
  return [ours, theirs].flatMap((contender) => {
    const failed = rounds.of(contender).reduce((sum, readings) => sum + (readings.failed ?? 0), 0);
    return failed === 0 ? [] : [`${name}, ${contender}: ${failed} requests failed; their latency is not counted.`];
  });
}

function valuesOf({ reading, less, per }: RowPlan, contender: string, rounds: Rounds<Readings>): number[] {
  const of = (name: string): number[] => rounds.of(name).map((readings) => read(readings, reading));
  if (less !== undefined) return differencesOf(of(contender), of(less));
  return per === undefined ? of(contender) : ratiosOf(of(contender), of(per));
}
