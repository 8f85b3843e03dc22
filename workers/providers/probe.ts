import type { ProbeReport, ProbeTask } from '../../src/protocol/tools.js';
import { listGpus } from './nvidia-smi.js';
import {
  cudaVersionOfProvider,
  installedRuntime,
  isInstalled,
  librariesOf,
  whyUnavailable,
} from './provider-library.js';

/** Examines what this machine has for the providers, without opening a session. */
export async function probe({ providers }: ProbeTask): Promise<ProbeReport> {
  const { version, directory } = installedRuntime();
  return {
    runtimeVersion: version,
    runtimeDirectory: directory,
    providers: providers.map((provider) => ({
      provider,
      reason: whyUnavailable(provider),
      isInstalled: isInstalled(provider),
      cudaVersion: cudaVersionOfProvider(provider),
      libraries: librariesOf(provider),
    })),
    ...(await listGpus()),
  };
}
