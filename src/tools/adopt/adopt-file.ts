import { chooseClass, type FraudClass } from '../../models/adopt/choose-class.js';
import { type ChosenOutput, chooseOutput, type JudgedOutput } from '../../models/adopt/choose-output.js';
import type { DescribedInput } from '../../models/adopt/draft-manifest.js';
import { classLabelsOf } from '../../models/adopt/ending.js';
import { OnnxGraph } from '../../models/adopt/onnx-graph.js';
import { judgeOutput } from '../../models/adopt/output-forms.js';
import { refusal } from '../../models/adopt/refusal.js';
import { settleWeights } from '../../models/adopt/weights.js';
import { exposeZipMaps, zipMapsOf } from '../../models/adopt/zip-map.js';
import { ToolWorker } from '../tool-worker.js';
import { notesOnValues, takesMissing } from './behaviour.js';
import { readCalibration } from './given-files.js';
import { GraphTrial } from './graph-trial.js';
import { type EditedGraph, makeEdited, modelFileOf } from './make-edited.js';
import { type OpenedGraph, openGraph } from './open-graph.js';
import type { Adoption, AdoptOrder } from './order.js';
import { readGraph } from './read-graph.js';
import { TrialRows } from './trial-rows.js';
import { passCheck, writeDraft } from './write-draft.js';

/**
 * Makes a model directory from a bare ONNX file, in the directory `draft` of the order. It does not guess unknown facts.
 *
 * @param onStep called with a description of each step.
 * @throws {ModelInvalidError} if the graph cannot be served, with the reason and advice.
 */
export async function adoptFile(order: AdoptOrder, onStep: (step: string) => void): Promise<Adoption> {
  onStep('reading the file');
  const calibration = await readCalibration(order.calibration);
  const opened = await openGraph(order.file);
  const { inputs, imputed, notes } = await readGraph(opened, order);
  const worker = new ToolWorker();
  try {
    onStep('loading the graph into the runtime, and trying it');
    const found = await tryOriginal(worker, opened, inputs);
    const chosen = chooseOutput(judge(found, inputs), new Map(order.outputs), calibration !== null);
    const fraudClass = classOf(chosen, found, order, notes);
    onStep('editing the graph, and comparing it with the original');
    const used = namedOutputs(order, chosen, found);
    const edited = await makeEdited(worker, { opened, inputs, used, chosen: chosen.output.name, found });
    settleMissing(inputs, imputed, edited, chosen.output.name, notes);
    notes.push(
      ...edited.notes,
      ...notesOnValues(edited.trial.alone.of(chosen.output.name), chosen.form),
      ...others(found, used),
    );
    onStep('writing the directory');
    const manifest = { order, opened, inputs, chosen, fraudClass, used, calibration, edited };
    const sha256 = await writeDraft(manifest);
    await worker.close();
    onStep('checking the directory');
    const batch = await passCheck(manifest);
    return {
      model: { name: order.name, version: order.version },
      sha256,
      inputs: inputs.map(({ name, type, size }) => ({ name, type, size })),
      output: { name: chosen.output.name, form: chosen.form, why: chosen.why, fraudClass },
      batch,
      changes: edited.changes,
      notes,
      comparison: edited.comparison,
    };
  } finally {
    await worker.close();
  }
}

/** The original graph in the runtime. Its outputs include the tensors that its ZipMaps take. */
export interface TriedOriginal {
  graph: OnnxGraph;
  rows: TrialRows;
  trial: GraphTrial;
  /** The number of rows that it needs; null if it takes any number. */
  fixedRows: number | null;
}

async function tryOriginal(
  worker: ToolWorker,
  { bytes, weights }: OpenedGraph,
  inputs: readonly DescribedInput[],
): Promise<TriedOriginal> {
  const graph = parsed(bytes);
  settleWeights(graph, weights);
  exposeZipMaps(graph);
  const maps = zipMapsOf(graph).map(({ output }) => output);
  const isTensor = (name: string): boolean => !maps.includes(name);
  const outputs = graph.outputs.filter(
    ({ name, type }) => isTensor(name) && (type === undefined || type.value.case === 'tensorType'),
  );
  if (outputs.length === 0)
    throw refusal(
      'outputs',
      'an output that is a tensor',
      'none: export the model with its probabilities as an output',
    );
  const fixedRows = inputs.find(({ rows }) => rows !== null)?.rows ?? null;
  const order = {
    model: modelFileOf(graph.toBytes(), weights),
    types: 'graph',
    outputs: outputs.map(({ name }) => name),
    fixedRows,
  } as const;
  let rows = new TrialRows(inputs, false);
  let trial = await GraphTrial.run(worker, { ...order, rows });
  if (trial.failure !== null && inputs.some(({ graphType }) => /int/.test(graphType))) {
    rows = new TrialRows(inputs, true);
    trial = await GraphTrial.run(worker, { ...order, rows });
  }
  if (trial.failure !== null) {
    throw refusal('file', 'a graph that the runtime runs on invented rows', `one that it does not: ${trial.failure}`);
  }
  return { graph, rows, trial, fixedRows };
}

export function parsed(bytes: Uint8Array): OnnxGraph {
  const graph = OnnxGraph.parse(bytes);
  if (graph === null) throw refusal('file', 'an ONNX file', 'another kind of file');
  return graph;
}

function judge({ graph, trial }: TriedOriginal, inputs: readonly DescribedInput[]): JudgedOutput[] {
  const isDetector = trial.seen.some(
    ({ type, rows }) => /^int/.test(type) && rows?.every(([label]) => label === 1 || label === -1) === true,
  );
  const sizes = inputs.map(({ size }) => size);
  return trial.seen.map((output) => ({ ...output, verdict: judgeOutput(graph, output, sizes, isDetector) }));
}

function classOf(
  { form, output }: ChosenOutput,
  { graph }: TriedOriginal,
  order: AdoptOrder,
  notes: string[],
): (FraudClass & { labels: (number | string)[] }) | null {
  const given = order.fraudClass ?? undefined;
  if (form !== 'probabilities' && form !== 'logits') {
    if (given !== undefined) notes.push('the fraud class was not needed and is ignored: the output has no classes');
    return null;
  }
  const width = output.rows?.[0]?.length ?? 2;
  const zipMap = zipMapsOf(graph).find(({ tensor }) => tensor === output.name);
  const found = zipMap === undefined || zipMap.labels.length === 0 ? classLabelsOf(graph, output.name) : zipMap.labels;
  const labels = found.length === width && new Set(found.map(String)).size === width ? found : [];
  return { ...chooseClass(given, width, labels), labels };
}

/** The outputs that the manifest names, by meaning. */
export interface NamedOutput {
  meaning: string;
  name: string;
  /** The original's type. */
  type: string;
  /** The number of its axes. */
  rank: number;
}

function namedOutputs(
  { outputs }: AdoptOrder,
  { form, output }: ChosenOutput,
  { graph, trial }: TriedOriginal,
): NamedOutput[] {
  const named: NamedOutput[] = [{ meaning: form, name: output.name, type: output.type, rank: output.axes.length }];
  for (const meaning of ['riskScore', 'attention'] as const) {
    const given = outputs.filter((item) => item[1] === meaning).map(([name]) => name);
    const kind = meaning === 'riskScore' ? 'risk' : 'attention';
    const free = trial.seen.filter(
      (seen) => seen.name !== output.name && !outputs.some(([name]) => name === seen.name),
    );
    const evident = free.filter((seen) => judgeOutput(graph, seen, [], false).kind === kind).map(({ name }) => name);
    const [name, another] = given.length > 0 ? given : evident;
    const seen = trial.seen.find((candidate) => candidate.name === name);
    if (name === undefined || seen === undefined || (another !== undefined && given.length === 0)) continue;
    named.push({ meaning, name, type: seen.type, rank: seen.axes.length });
  }
  return named;
}

/**
 * If the caller gives missing values, rows with them must have scores. If only the graph gives them and there are no scores, they are left
 * out.
 */
function settleMissing(
  inputs: readonly DescribedInput[],
  imputed: readonly string[],
  { trial }: EditedGraph,
  output: string,
  notes: string[],
): void {
  if (!inputs.some(({ missing }) => missing.some((value) => value !== undefined))) return;
  const isTaken = takesMissing(trial.missing, output);
  if (isTaken && imputed.length > 0)
    notes.push(`missing values are taken where the graph replaces them itself: ${imputed.join(', ')}`);
  if (isTaken) return;
  if (imputed.length === 0) {
    const cure =
      'say what stands for a missing value, e.g. --missing 0, or train the model with an imputer or a missing category';
    throw refusal(
      'missing',
      'a graph that has a score for rows with missing values',
      `one that answers NaN or fails: ${cure}`,
    );
  }
  for (const { missing } of inputs) missing.fill(undefined);
  notes.push('the graph has an imputer, but no score for rows with missing values: such rows are refused');
}

function others({ trial }: TriedOriginal, used: readonly NamedOutput[]): string[] {
  const names = trial.seen.map(({ name }) => name).filter((name) => !used.some((output) => output.name === name));
  return names.length === 0 ? [] : [`outputs that are not used: ${names.join(', ')}`];
}
