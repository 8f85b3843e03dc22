import { runtimeOf } from '../../records/runtime.js';
import type { BatchPart } from './batch.js';

/** What scores depend on beside the model, as it is here. */
export interface Environment {
  package: string;
  node: string;
  onnxruntime: string;
  cpuModel: string;
  /** Batches are run on the CPU. */
  provider: 'cpu';
}

/** Something that was otherwise where a decision was taken: a difference of scores may come from it. */
export interface OtherEnvironment {
  what: keyof Environment;
  recorded: string;
  here: string;
}

/** @param version of this package. */
export function environmentHere(version: string): Environment {
  const { package: own, node, onnxruntime, cpuModel } = runtimeOf(version);
  return { package: own, node, onnxruntime, cpuModel, provider: 'cpu' };
}

const names = ['package', 'node', 'onnxruntime', 'cpuModel'] as const;

/** What was otherwise; nothing where scores must be the same to the last bit. */
export function otherEnvironment(
  { version, provider }: Pick<BatchPart, 'version' | 'provider'>,
  here: Environment,
): OtherEnvironment[] {
  const others: OtherEnvironment[] = [];
  for (const what of names) {
    const recorded = withoutV(version.runtime[what]);
    if (recorded !== withoutV(here[what])) others.push({ what, recorded, here: here[what] });
  }
  if (provider !== null && provider !== here.provider)
    others.push({ what: 'provider', recorded: provider, here: here.provider });
  return others;
}

/** `v20.1.0` and `20.1.0` are the same version. */
function withoutV(text: string): string {
  return text.trim().replace(/^v(?=\d)/, '');
}
