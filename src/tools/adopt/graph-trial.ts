import type { SeenOutput } from '../../models/adopt/output-forms.js';
import type { FoundTensor, GraphRun, GraphRunResult } from '../../protocol/graph-run.js';
import type { ModelFile } from '../../protocol/serving.js';
import type { ToolWorker } from '../tool-worker.js';
import type { TrialRows } from './trial-rows.js';

/** The batches in which a trial runs its rows, as row numbers. */
type Batches = readonly (readonly number[])[];

/** The values of some rows, by output. */
export interface RowValues {
  /** The values of an output for each row; null if the runtime failed, or the output has another number of rows. */
  of(output: string): (readonly number[] | null)[];
}

/** A graph that is loaded once and run on all rows of a trial. */
export interface TrialOrder {
  model: ModelFile;
  rows: TrialRows;
  types: 'graph' | 'served';
  outputs: readonly string[];
  /** The number of rows that the graph needs; null if it takes any number. */
  fixedRows: number | null;
}

export class GraphTrial {
  /** Why the runtime does not load the graph, or run it on any plausible row; null if it does. */
  readonly failure: string | null;
  /** The outputs of a run of several rows. */
  readonly seen: readonly SeenOutput[];
  readonly alone: RowValues;
  /** Each plausible row next to others; null if the graph takes one row per run. */
  readonly beside: { others: RowValues; loud: RowValues; zeros: RowValues } | null;
  readonly missing: RowValues;

  private constructor(results: readonly GraphRunResult[], refused: string | null, plan: Plan) {
    this.alone = valuesOf(results, plan.alone);
    this.missing = valuesOf(results, plan.missing);
    this.beside =
      plan.others === null || plan.loud === null || plan.zeros === null
        ? null
        : {
            others: valuesOf(results, plan.others),
            loud: valuesOf(results, plan.loud),
            zeros: valuesOf(results, plan.zeros),
          };
    const ran = results.filter((result) => 'found' in result);
    const failure = results.find((result) => 'failure' in result)?.failure ?? 'no run';
    this.failure = refused ?? (ran.length === 0 ? failure : null);
    const largest = plan.others ?? plan.alone;
    const shown = results[largest.first] ?? ran[0];
    const found = shown !== undefined && 'found' in shown ? shown.found : (ran[0]?.found ?? []);
    this.seen = found.map((tensor) => seenOutput(tensor, this.alone));
  }

  static async run(worker: ToolWorker, order: TrialOrder): Promise<GraphTrial> {
    const { rows, fixedRows } = order;
    const { plausible, zeros, loud, missing } = rows.numbers;
    const runs: GraphRun[] = [];
    const plan = (batches: Batches, pick: (place: number) => boolean = () => true): PlannedRuns => {
      const first = runs.length;
      const places: Place[] = [];
      for (const batch of batches) {
        for (let row = 0; row < batch.length; row += 1)
          if (pick(row)) places.push({ run: runs.length, row, of: batch.length });
        runs.push({ given: rows.given(batch, order.types), outputs: [...order.outputs] });
      }
      return { first, places };
    };
    const size = fixedRows ?? 1;
    const isFirst = (place: number): boolean => place === 0;
    // A batch of an odd size has a row of zeros at its end.
    const paired = fixedRows === null ? 2 * plausible.length : fixedRows - (fixedRows % 2);
    const isTarget = (place: number): boolean => place < paired && place % 2 === 0;
    const pairs = (other: (index: number) => number): Batches => {
      const all = plausible.flatMap((row, index) => [row, other(index)]);
      return chunks(all, paired, fixedRows ?? paired, zeros);
    };
    const isPaired = paired > 0;
    // In a padded run the row comes first, then rows of zeros.
    const padded = (row: number): number[] => [row, ...new Array<number>(size - 1).fill(zeros)];
    const planned: Plan = {
      alone: plan(plausible.map(padded), isFirst),
      missing: plan(missing.map(padded), isFirst),
      others: isPaired
        ? plan(
            pairs((index) => plausible.at(-1 - index) ?? zeros),
            isTarget,
          )
        : null,
      loud: isPaired
        ? plan(
            pairs((index) => loud[index] ?? zeros),
            isTarget,
          )
        : null,
      zeros: isPaired
        ? plan(
            pairs(() => zeros),
            isTarget,
          )
        : null,
    };
    const { refused, results } = await worker.run({ kind: 'run', model: order.model, runs });
    return new GraphTrial(results, refused, planned);
  }
}

/** Where a row's values are: the run, the position, and the number of rows in the run. */
interface Place {
  run: number;
  row: number;
  of: number;
}

interface PlannedRuns {
  /** The number of the first run. */
  first: number;
  places: Place[];
}

interface Plan {
  alone: PlannedRuns;
  missing: PlannedRuns;
  others: PlannedRuns | null;
  loud: PlannedRuns | null;
  zeros: PlannedRuns | null;
}

/** Batches of `size` rows with at most `taken` rows of the list each. The rest is padding. */
function chunks(rows: readonly number[], taken: number, size: number, padding: number): number[][] {
  const batches: number[][] = [];
  for (let first = 0; first < rows.length; first += taken) {
    const batch = rows.slice(first, first + taken);
    batches.push([...batch, ...new Array<number>(size - batch.length).fill(padding)]);
  }
  return batches;
}

function valuesOf(results: readonly GraphRunResult[], { places }: PlannedRuns): RowValues {
  return {
    of: (output) =>
      places.map(({ run, row, of }) => {
        const result = results[run];
        const tensor =
          result !== undefined && 'found' in result ? result.found.find(({ name }) => name === output) : undefined;
        return tensor === undefined ? null : rowOf(tensor, row, of);
      }),
  };
}

function rowOf({ dims, values }: FoundTensor, row: number, rows: number): number[] | null {
  if (values === null || dims[0] !== rows) return null;
  const width = values.length / rows;
  return Array.from(values.subarray(row * width, (row + 1) * width));
}

function seenOutput({ name, type, dims }: FoundTensor, alone: RowValues): SeenOutput {
  const rows = alone.of(name).filter((row) => row !== null);
  return { name, type, axes: dims, rows: type === 'string' || rows.length === 0 ? null : rows };
}
