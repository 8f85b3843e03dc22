import type { DescribedInput } from '../../models/adopt/draft-manifest.js';
import { editGraph } from '../../models/adopt/edit-graph.js';
import { OnnxGraph } from '../../models/adopt/onnx-graph.js';
import { refusal } from '../../models/adopt/refusal.js';
import type { FoundWeights } from '../../models/adopt/weights.js';
import { GraphReader } from '../../models/graph-reader.js';
import type { ModelFile } from '../../protocol/serving.js';
import type { ToolWorker } from '../tool-worker.js';
import type { NamedOutput, TriedOriginal } from './adopt-file.js';
import { dependence, largestDifference } from './behaviour.js';
import { GraphTrial } from './graph-trial.js';
import type { OpenedGraph } from './open-graph.js';
import type { Adoption } from './order.js';

/** The graph to write. */
export interface EditedGraph {
  bytes: Uint8Array;
  changes: string[];
  notes: string[];
  batch: 'any' | 'alone';
  trial: GraphTrial;
  comparison: Adoption['comparison'];
  /** The weight files that the graph still names. */
  weights: OpenedGraph['weights'];
}

export interface EditOrder {
  opened: OpenedGraph;
  inputs: readonly DescribedInput[];
  used: readonly NamedOutput[];
  /** The output with the score. */
  chosen: string;
  found: TriedOriginal;
}

/** How much the graph may differ from the original, relative above 1. Other batch shapes add numbers in another order. */
const tolerance = 1e-5;
const toleranceOfFloat16 = 1e-3;

/**
 * Edits the graph and tries it: first with a free axis of rows, else with its original number of rows.
 *
 * @throws {ModelInvalidError} if its results differ from the original's.
 */
export async function makeEdited(worker: ToolWorker, order: EditOrder): Promise<EditedGraph> {
  const { fixedRows } = order.found;
  if (fixedRows === null) return requireSame(await edited(worker, order, true), order);
  const freed = await edited(worker, order, true);
  const isUsable = freed.trial.failure === null && freed.difference <= toleranceOf(order) && !takesOneRow(freed, order);
  if (isUsable) return requireSame(freed, order);
  const kept = requireSame(await edited(worker, order, false), order);
  const how = fixedRows === 1 ? 'each row runs alone' : 'batches are filled up to it';
  kept.notes.push(`the axis of rows stays fixed at ${fixedRows}, as the graph's operators need it: ${how}`);
  return kept;
}

interface Attempt extends EditedGraph {
  difference: number;
}

async function edited(worker: ToolWorker, order: EditOrder, isFreed: boolean): Promise<Attempt> {
  const { opened, inputs, used, chosen, found } = order;
  const graph = OnnxGraph.parse(opened.bytes);
  if (graph === null) throw refusal('file', 'an ONNX file', 'another kind of file');
  const changes = editGraph(graph, { inputs, outputs: used, weights: opened.weights, isFreed });
  // A graph without changes is written byte by byte as it was.
  const bytes = changes.length === 0 ? opened.bytes : graph.toBytes();
  const fixedRows = isFreed ? null : found.fixedRows;
  const trial =
    changes.length === 0
      ? found.trial
      : await GraphTrial.run(worker, {
          model: modelFileOf(bytes, opened.weights),
          rows: found.rows,
          types: 'served',
          outputs: used.map(({ name }) => name),
          fixedRows,
        });
  const original = found.trial.alone.of(chosen);
  const difference =
    trial.failure === null ? largestDifference(original, trial.alone.of(chosen)) : Number.POSITIVE_INFINITY;
  const dependent = trial.failure === null ? dependence(trial, chosen) : null;
  const notes = dependent === null ? [] : [`"batch": "alone", as ${dependent}`];
  const batch = dependent !== null || fixedRows === 1 ? 'alone' : 'any';
  const weights = weightsOf(bytes, opened.weights);
  const comparison = changes.length === 0 ? null : { rows: original.length, largestDifference: difference };
  return { bytes, changes, notes, batch, trial, comparison, weights, difference };
}

function weightsOf(bytes: Uint8Array, weights: OpenedGraph['weights']): OpenedGraph['weights'] {
  if (weights.length === 0) return [];
  const reader = new GraphReader(bytes);
  reader.read(Number.POSITIVE_INFINITY);
  return weights.filter(({ name }) => reader.files.has(name));
}

function requireSame(attempt: Attempt, order: EditOrder): EditedGraph {
  const { trial, difference } = attempt;
  if (trial.failure !== null)
    throw refusal('file', 'a graph that can be edited', `one that the runtime then refuses: ${trial.failure}`);
  if (difference > toleranceOf(order)) {
    throw refusal(
      'file',
      'a graph that can be edited',
      `one whose scores then differ by up to ${Number(difference.toPrecision(2))}`,
    );
  }
  return attempt;
}

/** A graph whose operators need the original number of rows. */
function takesOneRow({ trial }: Attempt, { chosen }: EditOrder): boolean {
  return dependence(trial, chosen)?.startsWith('the graph takes one row') === true;
}

function toleranceOf({ used, inputs }: EditOrder): number {
  const isShort =
    used.some(({ type }) => type === 'float16') || inputs.some(({ graphType }) => graphType === 'float16');
  return isShort ? toleranceOfFloat16 : tolerance;
}

/** A graph and its weights in memory that threads can share. */
export function modelFileOf(bytes: Uint8Array, weights: readonly FoundWeights[]): ModelFile {
  return { bytes: shared(bytes), files: weights.map((file) => ({ name: file.name, bytes: shared(file.bytes) })) };
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}
