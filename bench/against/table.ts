import type { Result, ResultTable, Unit } from '../report/result.js';
import { differencesOf, type Figure, figureOf, ratiosOf } from '../statistics.js';
import type { Measured, MeasureName } from './measure.js';

/** What was measured in each pair, in order: of this build, of the other, and of what takes no build. */
export interface Pairs {
  here: Partial<Record<MeasureName, Measured[]>>;
  there: Partial<Record<MeasureName, Measured[]>>;
  alone: Partial<Record<MeasureName, Measured[]>>;
}

interface RowSpec {
  what: string;
  name: MeasureName;
  key: string;
  unit: Unit;
  /** Whether the floor of the same pair is taken off. */
  lessFloor?: boolean;
}

const rows: readonly RowSpec[] = [
  { what: 'score(), saturated', name: 'score', key: 'perSecond', unit: 'perSecond' },
  { what: 'scoreMany, lists of 1,024', name: 'scoreMany', key: 'perSecond', unit: 'perSecond' },
  { what: 'scoreColumns', name: 'scoreColumns', key: 'perSecond', unit: 'perSecond' },
  { what: 'garbage a request, bytes', name: 'score', key: 'bytesPerRequest', unit: 'count' },
  { what: 'promoted, of what is allocated', name: 'score', key: 'promotedShare', unit: 'share' },
  { what: 'P99 saturated', name: 'score', key: 'p99Ms', unit: 'ms' },
  { what: "P99 at 10,000/s less the floor's", name: 'open', key: 'p99MsAt10k', unit: 'ms', lessFloor: true },
  { what: "P99 at 100,000/s less the floor's", name: 'open', key: 'p99MsAt100k', unit: 'ms', lessFloor: true },
  { what: "event loop busy at 10,000/s less the floor's", name: 'open', key: 'busy', unit: 'share', lessFloor: true },
];

/** @returns the report of a comparison; a row for whatever was measured of both builds. */
export function comparisonOf(pairs: Pairs): Result {
  const found = rows.filter((spec) =>
    (['here', 'there'] as const).every((side) => isMeasured(valuesOf(spec, pairs, side))),
  );
  return {
    tables: [...found.map((spec) => rowTable(spec, pairs)), ...aloneTables(pairs)],
    plots: [],
    goals: [],
    notes: [],
  };
}

/** A table of one row each, because units differ. */
function rowTable(spec: RowSpec, pairs: Pairs): ResultTable {
  const { what, unit } = spec;
  const [here, there] = [valuesOf(spec, pairs, 'here'), valuesOf(spec, pairs, 'there')];
  const limit = spec.name === 'score' && spec.key === 'perSecond' ? keyOf(pairs.alone.limit, 'perSecond') : null;
  return {
    title: what,
    columns: [
      { name: '' },
      { name: 'this build', unit },
      { name: 'the other', unit },
      { name: 'ratio', unit: 'ratio' },
      ...(limit === null
        ? []
        : [
            { name: 'this / bare loops', unit: 'ratio' } as const,
            { name: 'the other / bare loops', unit: 'ratio' } as const,
          ]),
    ],
    rows: [
      [
        what,
        figureOf(here),
        figureOf(there),
        ratioOf(here, there),
        ...(limit === null ? [] : [ratioOf(here, limit), ratioOf(there, limit)]),
      ],
    ],
  };
}

function aloneTables({ alone }: Pairs): ResultTable[] {
  const [limit, least] = [keyOf(alone.limit, 'perSecond'), alone.leastHost ?? null];
  return [
    ...(limit === null
      ? []
      : [
          {
            title: 'Two bare runtime loops',
            columns: [{ name: '' }, { name: 'rows', unit: 'perSecond' } as const],
            rows: [['the limit', figureOf(limit)]],
          },
        ]),
    ...(least === null
      ? []
      : [
          {
            title: 'A promise, a checked copy and a result alone, without workers',
            columns: [
              { name: '' },
              { name: 'requests', unit: 'perSecond' } as const,
              { name: 'garbage, bytes', unit: 'count' } as const,
            ],
            rows: [
              [
                'the least host',
                figureOf(least.map(({ perSecond = Number.NaN }) => perSecond)),
                figureOf(least.map(({ bytesPerRequest = Number.NaN }) => bytesPerRequest)),
              ],
            ],
          },
        ]),
  ];
}

function valuesOf({ name, key, lessFloor }: RowSpec, pairs: Pairs, side: 'here' | 'there'): number[] {
  const values = keyOf(pairs[side][name], key) ?? [];
  const floors = lessFloor === true ? keyOf(pairs.alone.floor, key) : null;
  return floors === null ? values : differencesOf(values, floors);
}

function keyOf(measured: readonly Measured[] | undefined, key: string): number[] | null {
  return measured === undefined ? null : measured.map((each) => each[key] ?? Number.NaN);
}

/** Null where it is no number: by a build that allocates or promotes nothing. */
function ratioOf(above: readonly number[], below: readonly number[]): Figure | null {
  const ratios = ratiosOf(above, below);
  return ratios.every(Number.isFinite) ? figureOf(ratios) : null;
}

function isMeasured(values: readonly number[]): boolean {
  return values.length > 0 && values.every(Number.isFinite);
}
