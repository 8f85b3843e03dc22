import type { Provider } from '../api/provider.js';
import { FraudScorerError } from '../errors.js';
import { bundledModelDirectory } from '../models/bundled-model.js';
import type { GpuList, NeededLibrary, ProbeReport } from '../protocol/tools.js';
import { checkModel, type ProviderCheck } from '../tools/check-model.js';
import { ToolWorker } from '../tools/tool-worker.js';
import { curesOf, npmMajorOf, runtimeCures } from './cures.js';
import { packageManifest } from './package-manifest.js';

export interface ExamineOptions {
  /** The providers that must work. @default none: one working provider is enough */
  required: readonly Provider[];
  /** The CUDA device id. */
  device: number;
}

/** The state of one provider on this machine. */
export interface ProviderReport {
  provider: Provider;
  works: boolean;
  /** Why it does not work; null if it works. */
  reason: string | null;
  /** What would help, in the order of the steps; empty if it works. */
  cures: string[];
  note: string | null;
  /** The libraries of CUDA, cuDNN, TensorRT and the driver that it needs. */
  libraries: NeededLibrary[];
  /** The result of scoring the bundled model's cases on it; null if it does not work. */
  scored: Pick<ProviderCheck, 'cases' | 'largestDifference' | 'deviceMemoryGb'> | null;
}

export interface DoctorReport extends GpuList {
  version: string;
  node: { version: string; required: string; isSupported: boolean };
  platform: { os: string; arch: string };
  /** The version of onnxruntime-node; 'unknown' if it cannot be loaded. */
  runtimeVersion: string;
  providers: ProviderReport[];
  /** The providers that must work. */
  required: readonly Provider[];
  /** Environment variables that are set and that affect providers. */
  environment: Record<string, string>;
  /** Why the check fails; empty if it passes. */
  problems: string[];
}

const all: readonly Provider[] = ['cuda', 'tensorrt', 'cpu'];

const telling = /^(ORT_TENSORRT_|CUDA_VISIBLE_DEVICES$|CUDA_DEVICE_ORDER$|NVIDIA_TF32_OVERRIDE$|LD_LIBRARY_PATH$)/;

/** Reports what this machine has for fraud-scorer, and scores the bundled model on each provider that is present. */
export async function examine({ required, device }: ExamineOptions): Promise<DoctorReport> {
  const { version, engines } = packageManifest();
  // Read these before a worker starts, because a worker sets the missing ones.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => telling.test(entry[0])),
  );
  const probed = await probe();
  const { runtimeVersion, gpus, problem } = probed;
  const platform = { os: process.platform, arch: process.arch };
  const npmMajor = npmMajorOf(process.env.npm_config_user_agent);
  const cpuCures = probed.runtimeDirectory === null ? runtimeCures : [];
  const providers: ProviderReport[] = [];
  const problems: string[] = [];
  const isSupported = isNodeSupported(process.versions.node, engines.node);
  if (!isSupported) problems.push(`Node.js ${process.versions.node}: expected ${engines.node}`);
  for (const one of probed.providers) {
    const { provider, reason, libraries } = one;
    const surroundings = { ...probed, platform, npmMajor };
    const cures = provider === 'cpu' ? cpuCures : curesOf({ ...one, provider }, surroundings);
    if (reason !== null) {
      providers.push({ provider, works: false, reason, cures, note: null, libraries, scored: null });
      continue;
    }
    const check = await checkModel(bundledModelDirectory(), { providers: [provider], device });
    const result = check.providers[0];
    const wrong = check.problems.map(({ message }) => message);
    const works = wrong.length === 0 && result !== undefined;
    providers.push({
      provider,
      works,
      reason: works ? null : (result?.reason ?? wrong.join('; ')),
      cures: works ? [] : cures,
      note: result?.note ?? null,
      libraries,
      scored: works ? result : null,
    });
  }
  for (const { provider, works, reason } of providers) {
    if (required.includes(provider) && !works) problems.push(`${provider} does not work: ${reason ?? 'unknown'}`);
  }
  if (!providers.some(({ works }) => works)) problems.push('no provider works');
  return {
    version,
    node: { version: process.versions.node, required: engines.node, isSupported },
    platform,
    runtimeVersion,
    providers,
    required,
    gpus,
    problem,
    environment,
    problems,
  };
}

/** If the tools' worker cannot look, its reason explains why no provider works, for example because the runtime cannot be loaded. */
async function probe(): Promise<ProbeReport> {
  let worker: ToolWorker | null = null;
  try {
    worker = new ToolWorker();
    return await worker.run({ kind: 'probe', providers: [...all] });
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    const reason = error.message;
    const providers = all.map((provider) => ({
      provider,
      reason,
      isInstalled: true,
      cudaVersion: null,
      libraries: [],
    }));
    const problem = `not looked for: ${reason}`;
    return { runtimeVersion: 'unknown', runtimeDirectory: null, providers, gpus: [], problem };
  } finally {
    await worker?.close();
  }
}

/** @param range the range from this package's manifest: `>=` and a version. */
function isNodeSupported(version: string, range: string): boolean {
  return version.localeCompare(range.replace(/^>=\s*/, ''), 'en', { numeric: true }) >= 0;
}
