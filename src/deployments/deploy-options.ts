import { readPolicyPatch } from '../answering/policy.js';
import type { DeployOptions } from '../api/deployment.js';
import type { DecisionPolicy } from '../api/policy.js';
import { InvalidOptionsError } from '../errors.js';
import { maxWorkers } from '../pool/default-workers.js';
import { FieldReader } from '../validation/field-reader.js';
import { type CanaryPlan, expectedCanary, readCanaryOptions } from './canary/options.js';

/** The role that a version is deployed for. */
export type DeployRole =
  | { kind: 'primary' }
  | { kind: 'challenger'; share: number; canary: CanaryPlan | null }
  | { kind: 'shadow'; sample: number };

/** The options of `deploy`, complete and valid. */
export interface DeployOrder {
  role: DeployRole;
  policy: Partial<DecisionPolicy>;
  /** null means: by its share. */
  workers: number | null;
}

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function readDeployOptions(options: DeployOptions | undefined): DeployOrder {
  const reader = new FieldReader(options).knows('traffic', 'policy', 'workers', 'sample', 'canary');
  const canary = reader.has('canary') ? readCanaryOptions(reader.nested('canary', expectedCanary)) : null;
  const given = reader.value('traffic', "1, a share in (0, 1), or 'shadow'", isTraffic);
  const traffic = given ?? canary?.steps[0] ?? 1;
  if (canary !== null && traffic !== canary.steps[0]) {
    reader.reject('traffic', `nothing, or the canary's first step, which is ${canary.steps[0]}`, given);
  }
  const policy = readPolicyPatch(reader.nested('policy'));
  const workers = reader.has('workers')
    ? reader.number('workers', 1, { min: 1, max: maxWorkers, integer: true })
    : null;
  const sample = reader.number('sample', 1, { above: 0, max: 1 });
  if (reader.has('sample') && traffic !== 'shadow') {
    reader.reject('sample', "nothing, as only traffic: 'shadow' is sampled", sample);
  }
  reader.rejectUnknown().throwIfInvalid();
  return { role: roleOf(traffic, sample, canary), policy, workers };
}

function roleOf(traffic: number | 'shadow', sample: number, canary: CanaryPlan | null): DeployRole {
  if (traffic === 'shadow') return { kind: 'shadow', sample };
  return traffic === 1 ? { kind: 'primary' } : { kind: 'challenger', share: traffic, canary };
}

function isTraffic(value: unknown): value is number | 'shadow' {
  return value === 'shadow' || (typeof value === 'number' && value > 0 && value <= 1);
}

/** Shares by version. @throws {InvalidOptionsError} if one is not a share. */
export function readShares(shares: unknown): Map<string, number> {
  const reader = readerOfShares(shares);
  const read = new Map<string, number>();
  for (const version of reader.names) {
    const share = reader.value(version, 'a share of the traffic in [0, 1]', isShare);
    if (share !== undefined) read.set(version, share);
  }
  reader.throwIfInvalid();
  return read;
}

/** For `FieldReader` itself, undefined would be an empty object. */
function readerOfShares(shares: unknown): FieldReader {
  const expected = 'an object of shares by version';
  if (shares === undefined) throw new InvalidOptionsError([{ path: 'shares', expected, received: 'undefined' }]);
  return new FieldReader(shares, 'shares', undefined, expected);
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
