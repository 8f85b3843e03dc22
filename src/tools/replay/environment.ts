import { shownName } from '../../errors/foreign-names.js';
import { runtimeOf } from '../../records/runtime.js';
import type { BatchPart } from './batch.js';
import type { Excuse } from './loaded-model.js';

/** What scores depend on beside the model, as it is here. */
export interface Environment {
  package: string;
  node: string;
  onnxruntime: string;
  cpuModel: string;
  /** Batches are run on the CPU. */
  provider: 'cpu';
  /** Options of the session. */
  session: Readonly<Record<string, string | number | boolean>>;
}

/** Something that was otherwise where a decision was taken: a difference of scores may come from it. */
export interface OtherEnvironment {
  /** 'manifest' where model.json of the same ONNX file says other things of inputs, outputs, calibration or batches: by its hash. */
  what: keyof Environment | 'manifest';
  recorded: string;
  here: string;
}

/** @param version of this package. */
export function environmentHere(version: string): Environment {
  return { ...runtimeOf(version), provider: 'cpu' };
}

/** For texts. */
export const environmentNames: Readonly<Record<OtherEnvironment['what'], string>> = {
  package: 'version of fraud-scorer',
  node: 'version of Node.js',
  onnxruntime: 'version of onnxruntime-node',
  cpuModel: 'CPU model',
  provider: 'provider',
  session: 'session settings',
  manifest: 'model.json',
};

/** What was otherwise, for people. */
export function otherwiseText(others: readonly OtherEnvironment[]): string {
  const list = others.map(
    ({ what, recorded, here }) => `other ${environmentNames[what]} (${shownName(recorded)}, here ${shownName(here)})`,
  );
  return `it was decided with: ${list.join(', ')}`;
}

/**
 * Whether scores that are not the recorded ones may be no fault of the record. Not where a GPU computed them: its scores are never those of a CPU,
 * so every such record would be excused. How far they are apart says something about it.
 */
export function isExcusedBy(others: readonly OtherEnvironment[]): boolean {
  return others.length > 0 && others.every(({ what }) => what !== 'provider');
}

/** Why scores that are not the recorded ones say nothing about a record. */
export function otherEnvironmentExcuse(others: readonly OtherEnvironment[]): Excuse {
  return { code: 'other-environment', why: `its scores come out differently here, and ${otherwiseText(others)}` };
}

const names = ['package', 'node', 'onnxruntime', 'cpuModel'] as const;

/**
 * What was otherwise; nothing where scores must be the same to the last bit.
 *
 * @param scoringHash of the model's model.json here.
 */
export function otherEnvironment(
  { version, provider }: Pick<BatchPart, 'version' | 'provider'>,
  here: Environment,
  scoringHash: string,
): OtherEnvironment[] {
  const others: OtherEnvironment[] = [];
  for (const what of names) {
    const recorded = withoutV(version.runtime[what]);
    if (recorded !== withoutV(here[what])) others.push({ what, recorded, here: here[what] });
  }
  if (provider !== null && provider !== here.provider)
    others.push({ what: 'provider', recorded: provider, here: here.provider });
  const settings = otherSettings(version.runtime.session, here.session);
  if (settings !== null) others.push({ what: 'session', ...settings });
  const { manifest = scoringHash } = version.model;
  if (manifest !== scoringHash)
    others.push({ what: 'manifest', recorded: shortHash(manifest), here: shortHash(scoringHash) });
  return others;
}

/** The settings that are not the same; null where all are. */
function otherSettings(
  recorded: Environment['session'],
  here: Environment['session'],
): Pick<OtherEnvironment, 'recorded' | 'here'> | null {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(here)])].filter(
    (name) => settingOf(recorded, name) !== settingOf(here, name),
  );
  if (names.length === 0) return null;
  const text = (settings: Environment['session']): string =>
    names.map((name) => `${name} ${settingOf(settings, name)}`).join(', ');
  return { recorded: text(recorded), here: text(here) };
}

function settingOf(settings: Environment['session'], name: string): string {
  return Object.hasOwn(settings, name) ? String(settings[name]) : 'not set';
}

function shortHash(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}

/** `v20.1.0` and `20.1.0` are the same version. */
function withoutV(text: string): string {
  return text.trim().replace(/^v(?=\d)/, '');
}
