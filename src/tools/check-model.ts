import { resolve } from 'node:path';
import { defaultPolicy, policyNotes } from '../answering/policy.js';
import type { Provider } from '../api/provider.js';
import type { ModelIdentity } from '../api/result.js';
import { FraudScorerError, InvalidRequestError, type Issue, ModelInvalidError } from '../errors.js';
import { operatorsForCpu } from '../models/cpu-operators.js';
import { checkGraph } from '../models/graph-check.js';
import type { Manifest } from '../models/manifest.js';
import { fileOf, integrityProblem, type ModelDirectory, readModelDirectory } from '../models/model-directory.js';
import { requirePath } from '../models/model-location.js';
import { specOf } from '../models/model-spec.js';
import { refuseOutsideFiles } from '../models/outside-files.js';
import { missingKernels } from '../protocol/missing-kernels.js';
import type { Scores } from '../protocol/outputs.js';
import type { ScoredRows } from '../protocol/tools.js';
import { casesFile, caseTolerance, compareWithCases, type GoldenCases, readGoldenCases } from './golden-cases.js';
import { ToolWorker } from './tool-worker.js';
import { trialRowsFor } from './verification-rows.js';

export interface CheckOptions {
  /** The providers on which the model must run. @default ['cpu'] */
  providers?: readonly Provider[];
  /** The CUDA device id. @default 0 */
  device?: number;
}

/** A problem of a model directory. */
export interface ModelProblem {
  part: 'manifest' | 'integrity' | 'graph' | 'run' | 'golden rows';
  message: string;
}

/** The results of a model directory's rows on one provider. */
export interface ProviderCheck {
  provider: Provider;
  /** Why it does not work; null if it works. */
  reason: string | null;
  /** Whether the CPU does the work because the provider has no kernels for the graph's main operators. */
  isLeftToCpu: boolean;
  /** A remark although it works. */
  note: string | null;
  /** Rows of `cases.json`; 0 if there is none. */
  cases: number;
  /** The largest absolute difference of a score; null without cases. */
  largestDifference: number | null;
  /** How much device memory a session takes, in GiB; null if it is not known. */
  deviceMemoryGb: number | null;
}

export interface ModelCheck {
  directory: string;
  model: ModelIdentity | null;
  problems: ModelProblem[];
  /** Remarks that are not problems. */
  notes: string[];
  providers: ProviderCheck[];
}

/**
 * Checks a model directory: the manifest, the file's sha256, whether the file holds all its tensors, whether the manifest matches the
 * graph, and whether the model runs on each provider. There, its outputs for synthetic rows must be valid scores, and its scores for the
 * rows of `cases.json` must be the expected ones. It lists every problem and throws for none of them.
 *
 * @param directory a path or a file URL.
 * @throws {InvalidOptionsError} if it is neither.
 */
export async function checkModel(directory: string | URL, options: CheckOptions = {}): Promise<ModelCheck> {
  const { providers = ['cpu'], device = 0 } = options;
  const path = resolve(requirePath(directory, 'directory'));
  const check: ModelCheck = { directory: path, model: null, problems: [], notes: [], providers: [] };
  const problem = (part: ModelProblem['part'], ...messages: string[]): void => {
    for (const message of messages) check.problems.push({ part, message });
  };
  const opened = await readModelDirectory(path).catch((error: unknown) => {
    problem('manifest', ...messagesOf(error));
    return null;
  });
  if (opened === null) return check;
  const { manifest, modelPath } = opened;
  check.model = { name: manifest.name, version: manifest.version };
  check.notes.push(...policyNotes({ ...defaultPolicy, ...manifest.policy }));
  const mismatch = integrityProblem(opened);
  if (mismatch !== null) problem('integrity', mismatch);
  const cases = await readGoldenCases(opened.folders, manifest.inputs).catch((error: unknown) => {
    problem('golden rows', ...messagesOf(error));
    return null;
  });
  if (cases === null) check.notes.push(`there is no usable ${casesFile}: whether the scores are right was not checked`);
  const isWhole = await refuseOutsideFiles(opened).then(
    () => true,
    (error: unknown) => {
      problem('graph', ...messagesOf(error));
      return false;
    },
  );
  // The runtime must not search for those files.
  if (!isWhole) return check;
  let isGraphChecked = false;
  const cpuOperators = await operatorsForCpu(opened.bytes);
  for (const provider of providers) {
    const pointless = missingKernels(provider, cpuOperators);
    if (pointless !== null) check.notes.push(`${provider}: ${pointless}`);
    const scored = await scoreOn(provider, device, opened, cases).catch((error: unknown) => {
      problem('run', ...messagesOf(error).map((message) => `${provider}: ${message}`));
      return null;
    });
    if (scored === null) continue;
    if (scored.graph !== null && !isGraphChecked) {
      isGraphChecked = true;
      const { problems, notes } = graphFindings(manifest, scored, modelPath);
      problem('graph', ...problems);
      check.notes.push(...notes);
    }
    const result: ProviderCheck = {
      provider,
      reason: scored.reason,
      isLeftToCpu: pointless !== null,
      // The runtime's message is general, but the specific reason is known here.
      note: pointless ?? scored.note,
      cases: cases?.expected.length ?? 0,
      largestDifference: null,
      deviceMemoryGb: scored.deviceMemoryGb,
    };
    check.providers.push(result);
    // The reason advises to install what is missing.
    const reason =
      pointless === null ? scored.reason : 'it does not work here, and this model would not use it (see the note)';
    if (scored.reason !== null) problem('run', `${provider}: ${reason}`);
    if (scored.note !== null && pointless === null) check.notes.push(`${provider}: ${scored.note}`);
    problem('run', ...(scored.trial?.issues ?? []).map((issue) => `${provider}: ${textOf(issue)}`));
    check.notes.push(...(scored.trial?.notes ?? []).map((note) => `${provider}: ${note}`));
    if (cases === null || scored.reason !== null) continue;
    const policy = { ...defaultPolicy, ...manifest.policy };
    const compared = compareWithCases(scoresOf(scored), cases.expected, policy, caseTolerance(provider, scored.graph));
    result.largestDifference = compared.largestDifference;
    problem('golden rows', ...compared.problems.map((message) => `${provider}: ${message}`));
  }
  return check;
}

async function scoreOn(
  provider: Provider,
  device: number,
  opened: ModelDirectory,
  cases: GoldenCases | null,
): Promise<ScoredRows> {
  const worker = new ToolWorker();
  try {
    const { inputs } = opened.manifest;
    const task = { kind: 'score', spec: specOf(opened.manifest), model: fileOf(opened), provider, device } as const;
    const rows = cases?.rows ?? new Float32Array();
    return await worker.run({ ...task, rows, trialRows: trialRowsFor(inputs) });
  } finally {
    await worker.close();
  }
}

function scoresOf({ fraudProbability: probabilities, riskScore }: ScoredRows): Scores[] {
  return Array.from(probabilities ?? [], (fraudProbability, row) => ({
    fraudProbability,
    riskScore: riskScore === null ? fraudProbability : (riskScore[row] ?? Number.NaN),
  }));
}

function graphFindings(
  manifest: Manifest,
  { graph, reason }: ScoredRows,
  modelPath: string,
): { problems: string[]; notes: string[] } {
  try {
    return { problems: [], notes: graph === null ? [] : checkGraph(manifest, graph, modelPath, reason === null) };
  } catch (error) {
    return { problems: messagesOf(error), notes: [] };
  }
}

/** One message for each issue of an error. @throws any error that is not of this package, because it is a defect. */
function messagesOf(error: unknown): string[] {
  if (!(error instanceof FraudScorerError)) throw error;
  if (error instanceof ModelInvalidError || error instanceof InvalidRequestError) {
    if (error.issues.length > 0) return error.issues.map(textOf);
  }
  return [error.message];
}

function textOf({ path, expected, received }: Issue): string {
  return `${path}: expected ${expected}, received ${received}`;
}
