import { readPolicyPatch } from '../../../../answering/policy.js';
import type { CanaryOptions } from '../../../../api/canary.js';
import type { Patch } from '../../../../api/patch.js';
import type { DecisionPolicy } from '../../../../api/policy.js';
import { expectedCanary } from '../../../../deployments/canary/options.js';
import { isSha256 } from '../../../../models/manifest-files.js';
import { FieldReader } from '../../../../validation/field-reader.js';
import type { FleetCanaryPlan } from './fleet-state.js';
import { expectedModelName, isModelName } from './names.js';
import { planOf } from './read-state.js';

/** Options of `FleetDeployments.deploy`. */
export interface FleetDeployOptions {
  /** The version, as in its `model.json`. */
  version: string;
  /** The name of the model, as in its `model.json`. @default that of the fleet's primary */
  model?: string | undefined;
  /** The sha256 of its `model.json`, which `publishModel` returns. Nodes refuse a model with another one. @default not checked */
  sha256?: string | undefined;
  /** 1 replaces the primary. A number in (0, 1) is the share of a challenger. @default 1; with `canary` its first step */
  traffic?: number | 'shadow' | undefined;
  /** Thresholds of this version. They override those of the scorers and of the fleet, until a later `setPolicy` names them. */
  policy?: Patch<DecisionPolicy> | undefined;
  /** For a shadow: the share of requests that it gets copies of, in (0, 1]. @default 1 */
  sample?: number | undefined;
  /** A canary over the whole fleet: the statistics of all nodes are summed. There is no gate, and all numbers are finite. */
  canary?: Omit<CanaryOptions, 'gate'> | undefined;
}

/** The options, complete and valid. */
export interface FleetDeployOrder {
  model: string | undefined;
  version: string;
  sha256: string | undefined;
  policy: Partial<DecisionPolicy> | undefined;
  role:
    | { kind: 'primary' }
    | { kind: 'challenger'; traffic: number }
    | { kind: 'shadow'; sample: number | undefined }
    | { kind: 'canary'; plan: FleetCanaryPlan };
}

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function readFleetDeployOptions(options: FleetDeployOptions): FleetDeployOrder {
  const reader = new FieldReader(options ?? null);
  const version = reader.required('version', expectedModelName, isModelName) ?? '';
  const model = reader.value('model', expectedModelName, isModelName);
  const sha256 = reader.value('sha256', '64 hexadecimal digits', isSha256)?.toLowerCase();
  const traffic = reader.value('traffic', "1, a share in (0, 1), or 'shadow'", isTraffic);
  const policy = reader.has('policy') ? readPolicyPatch(reader.nested('policy')) : undefined;
  const sample = reader.has('sample') ? reader.number('sample', 1, { above: 0, max: 1 }) : undefined;
  const plan = reader.has('canary') ? readPlan(reader.nested('canary', expectedCanary)) : null;
  if (plan !== null && traffic !== undefined) reader.reject('traffic', 'nothing, as the canary has steps', traffic);
  if (sample !== undefined && traffic !== 'shadow') {
    reader.reject('sample', "nothing, as only traffic: 'shadow' is sampled", sample);
  }
  reader.knows('traffic', 'canary').rejectUnknown().throwIfInvalid();
  return { model, version, sha256, policy, role: roleOf(traffic ?? 1, sample, plan) };
}

function readPlan(reader: FieldReader): FleetCanaryPlan {
  const plan = planOf(reader);
  reader.rejectUnknown();
  return plan;
}

function roleOf(
  traffic: number | 'shadow',
  sample: number | undefined,
  plan: FleetCanaryPlan | null,
): FleetDeployOrder['role'] {
  if (plan !== null) return { kind: 'canary', plan };
  if (traffic === 'shadow') return { kind: 'shadow', sample };
  return traffic === 1 ? { kind: 'primary' } : { kind: 'challenger', traffic };
}

function isTraffic(value: unknown): value is number | 'shadow' {
  return value === 'shadow' || (typeof value === 'number' && value > 0 && value <= 1);
}
