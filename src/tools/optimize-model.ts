import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FeatureMap, FeatureMapOf } from '../api/request.js';
import { ModelInvalidError } from '../errors.js';
import { fileOf, type ModelDirectory, openModelDirectory } from '../models/model-directory.js';
import { requirePath } from '../models/model-location.js';
import { specOf } from '../models/model-spec.js';
import { isPathOrUrl } from '../options.js';
import { rowLayoutOf } from '../protocol/row-layout.js';
import type { Comparison, OptimizationLevel, OutputDifferences } from '../protocol/tools.js';
import { FieldReader } from '../validation/field-reader.js';
import { ToolWorker } from './tool-worker.js';
import { generatedRows, givenRows } from './verification-rows.js';
import { missingRoom, refuseIfTaken, written } from './written.js';

/** Options of `optimizeModel`. */
export interface OptimizeModelOptions<Features extends FeatureMapOf<Features> = FeatureMap> {
  /** Rows for the verification, in the form that `score` takes. @default 1,000 rows generated around the manifest's means */
  rows?: readonly Features[] | undefined;
  /** The largest allowed difference: absolute for probability, risk and attention; relative above 1 for logits. @default 1e-5 */
  tolerance?: number | undefined;
  /** Batch sizes of the table, as integers of at least 1. @default [1, 8, 32, 128, 256] */
  batchSizes?: readonly number[] | undefined;
  /** Timed runs of each model at each batch size; 1 to 10,000. @default 50 */
  runs?: number | undefined;
  /** How far the runtime optimises. With 'all' the file only suits this kind of processor. @default 'extended' */
  level?: OptimizationLevel | undefined;
  /** The entry of the tools' worker, for hosts that are bundled. See the option of `create`. @default the file in this package */
  toolWorkerFile?: string | URL | undefined;
}

/** One batch size of the table: medians of alternating runs. */
export interface OptimizationTiming {
  batchSize: number;
  original: { latencyMs: number; rowsPerSecond: number };
  optimized: { latencyMs: number; rowsPerSecond: number };
  /** Latency of the original / latency of the optimised model. */
  speedUp: number;
}

/** What `optimizeModel` wrote, and how it compares with the original. */
export interface OptimizationReport {
  /** The directory that was written. */
  directory: string;
  /** The sha256 of the optimised graph, in hexadecimal. */
  sha256: string;
  sizeBytes: { original: number; optimized: number };
  /** How long a session takes to load, in ms. */
  loadMs: { original: number; optimized: number };
  verification: { rows: number; tolerance: number; largestDifference: number; differences: OutputDifferences };
  timings: OptimizationTiming[];
}

interface ResolvedOptimizeOptions {
  rows: readonly object[] | undefined;
  tolerance: number;
  batchSizes: readonly number[];
  runs: number;
  level: OptimizationLevel;
  toolWorkerFile: string | URL | undefined;
}

/**
 * Optimises a model's graph once, offline, with the runtime, and writes the result as a separate model directory. The result is loaded from
 * disk and verified against the original on given or generated rows. Its manifest has the new sha256. If anything fails, nothing is left
 * behind.
 *
 * @param directory the path or file URL of the model directory to optimise. It is not changed.
 * @param outDirectory the path or file URL of the directory to write. It must be empty or not exist.
 * @throws {InvalidOptionsError} if an option is not valid, or `outDirectory` is not empty or cannot be written.
 * @throws {InvalidRequestError} if a given row does not match the manifest.
 * @throws {ModelInvalidError} if a model cannot be run, or a difference exceeds the tolerance. The message has the largest difference.
 * @throws {ModelIntegrityError} if the sha256 of the model file differs from the manifest's.
 * @throws {OutOfResourcesError} if the disk is full, or memory, threads or file descriptors run out.
 * @throws {ProviderUnavailableError} if the ONNX runtime or the tools' worker cannot be loaded.
 */
export async function optimizeModel<Features extends FeatureMapOf<Features> = FeatureMap>(
  directory: string | URL,
  outDirectory: string | URL,
  options: OptimizeModelOptions<Features> = {},
): Promise<OptimizationReport> {
  const resolved = resolveOptions(options);
  const path = requirePath(directory, 'directory');
  const target = resolve(requirePath(outDirectory, 'outDirectory'));
  await refuseIfTaken(target);
  const original = await openModelDirectory(path);
  const { inputs } = original.manifest;
  const rows = resolved.rows === undefined ? generatedRows(inputs, 1_000) : givenRows(inputs, resolved.rows);
  // Written next to the target, so that the last step is a rename. So a model directory is either complete or absent.
  const draft = await written('outDirectory', target, async () => {
    await mkdir(dirname(target), { recursive: true });
    return mkdtemp(`${target}.draft-`);
  });
  let worker: ToolWorker | null = null;
  try {
    worker = new ToolWorker({ toolWorkerFile: resolved.toolWorkerFile });
    const optimized = await writeOptimized(worker, original, draft, resolved.level);
    const comparison = await worker.run({
      kind: 'compare',
      spec: specOf(original.manifest),
      original: fileOf(original),
      optimized: fileOf(optimized),
      rows,
      batchSizes: [...resolved.batchSizes],
      runs: resolved.runs,
    });
    const rowSize = rowLayoutOf(inputs).size;
    const verification = verify(comparison, rows.length / rowSize, resolved.tolerance);
    await written('outDirectory', target, async () => {
      await rm(target, { recursive: true, force: true });
      await rename(draft, target);
    });
    return {
      directory: target,
      sha256: optimized.manifest.sha256,
      sizeBytes: { original: original.bytes.byteLength, optimized: optimized.bytes.byteLength },
      loadMs: comparison.loadMs,
      verification,
      timings: comparison.timings.map(timingOf),
    };
  } finally {
    await worker?.close();
    await rm(draft, { recursive: true, force: true });
  }
}

const modelFile = 'model.onnx';

/** Writes the optimised graph and its manifest, and opens them like any model directory. */
async function writeOptimized(
  worker: ToolWorker,
  original: ModelDirectory,
  draft: string,
  level: OptimizationLevel,
): Promise<ModelDirectory> {
  const outPath = join(draft, modelFile);
  await worker.run({ kind: 'optimize', model: fileOf(original), outPath, level }).catch(async (error: unknown) => {
    throw (await whyNotWritten(error, original, draft)) ?? error;
  });
  // Keep the author's own fields too, which the parsed manifest does not have.
  const { json } = original;
  await written('outDirectory', draft, async () => {
    const sha256 = createHash('sha256')
      .update(await readFile(outPath))
      .digest('hex');
    // The optimised graph holds all weights itself.
    const rewritten = { ...(typeof json === 'object' ? json : {}), file: modelFile, sha256, files: undefined };
    await writeFile(join(draft, 'model.json'), `${JSON.stringify(rewritten, null, 2)}\n`);
  });
  return openModelDirectory(draft);
}

/** If the runtime cannot write a file, it only says that serializing failed. This finds the reason. */
async function whyNotWritten(error: unknown, original: ModelDirectory, draft: string): Promise<Error | null> {
  if (!(error instanceof ModelInvalidError) || !/serializ/i.test(error.message)) return null;
  await rm(join(draft, modelFile), { force: true });
  // An optimised graph is rarely larger than its original, and never twice as large.
  return missingRoom(draft, 2 * original.bytes.byteLength);
}

/** @throws {ModelInvalidError} with the largest difference, if it exceeds the tolerance. */
export function verify(
  { differences }: Pick<Comparison, 'differences'>,
  rows: number,
  tolerance: number,
): OptimizationReport['verification'] {
  const largestDifference = Math.max(...Object.values(differences).map((difference: number | null) => difference ?? 0));
  if (largestDifference > tolerance) {
    throw new ModelInvalidError(
      `The optimised model differs from the original by ${largestDifference} on ${rows} rows, allowed ${tolerance}`,
    );
  }
  return { rows, tolerance, largestDifference, differences };
}

function timingOf({ batchSize, originalMs, optimizedMs }: Comparison['timings'][number]): OptimizationTiming {
  return {
    batchSize,
    original: { latencyMs: originalMs, rowsPerSecond: (batchSize * 1000) / originalMs },
    optimized: { latencyMs: optimizedMs, rowsPerSecond: (batchSize * 1000) / optimizedMs },
    speedUp: originalMs / optimizedMs,
  };
}

function resolveOptions(options: object): ResolvedOptimizeOptions {
  const reader = new FieldReader(options);
  const resolved: ResolvedOptimizeOptions = {
    rows: reader.value('rows', 'a list of at least one row of features', isRows),
    tolerance: reader.number('tolerance', 1e-5, { min: 0 }),
    batchSizes: reader.list('batchSizes', 'integers from 1 to 65536', isBatchSize) ?? [1, 8, 32, 128, 256],
    runs: reader.number('runs', 50, { min: 1, max: 10_000, integer: true }),
    level: reader.oneOf('level', ['basic', 'extended', 'all'], 'extended'),
    toolWorkerFile: reader.value('toolWorkerFile', 'a path or a URL', isPathOrUrl),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function isRows(value: unknown): value is readonly FeatureMap[] {
  return Array.isArray(value) && value.length > 0;
}

function isBatchSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 65_536;
}
