import { readPolicyPatch } from '../../../../answering/policy.js';
import { readCanaryOptions } from '../../../../deployments/canary/options.js';
import { describeIssues } from '../../../../errors/issue.js';
import { InvalidOptionsError } from '../../../../errors.js';
import { isSha256 } from '../../../../models/manifest-files.js';
import { FieldReader } from '../../../../validation/field-reader.js';
import type { IssueList } from '../../../../validation/issues.js';
import type {
  FleetCanary,
  FleetCanaryPlan,
  FleetChallenger,
  FleetRollout,
  FleetShadow,
  FleetState,
  FleetVersion,
  ReplacedVersions,
} from './fleet-state.js';
import { expectedModelName, isModelName } from './names.js';

/** A longer entry is refused unread. */
export const maxStateBytes = 64 * 1024;

/** A scorer has at most two. */
const maxChallengers = 2;

/** A desired state, or why there is none. */
export type StateRead = { state: FleetState } | { problem: string };

/** Reads the bytes of an entry. Never throws: anybody who may write to the bucket may have written them. */
export function readState(bytes: Uint8Array): StateRead {
  if (bytes.length > maxStateBytes)
    return { problem: `expected at most ${maxStateBytes} bytes, received ${bytes.length}` };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { problem: 'expected JSON, received something else' };
  }
  const reader = new FieldReader(json ?? null, 'state');
  const state = stateOf(reader);
  const { issues } = reader;
  return issues.total === 0 ? { state } : { problem: describeIssues(issues.listed, issues.total) };
}

function stateOf(reader: FieldReader): FleetState {
  const { issues } = reader;
  const state: FleetState = {
    primary: orNull(reader, 'primary', versionOf),
    previous: orNull(reader, 'previous', versionOf),
    challengers: listOf(reader, 'challengers', challengerOf),
    shadows: listOf(reader, 'shadows', shadowOf),
    canary: orNull(reader, 'canary', canaryOf),
    policy: readPolicyPatch(reader.nested('policy')),
    rollout: orNull(reader, 'rollout', rolloutOf),
  };
  reader.rejectUnknown();
  if (issues.total === 0) refuseConflicts(state, issues);
  return state;
}

/** Each version has one role, and the shares fit. */
function refuseConflicts(state: FleetState, issues: IssueList): void {
  const { primary, challengers, shadows, canary } = state;
  const trial = canary?.state === 'running' || canary?.state === 'waiting' ? canary : null;
  const tested = [...challengers, ...(trial === null ? [] : [trial])];
  const versions = [primary, ...tested, ...shadows].flatMap((one) => (one === null ? [] : [one.version]));
  const twice = versions.find((version, index) => versions.indexOf(version) !== index);
  if (twice !== undefined) issues.add('state', 'each version in one role', `${JSON.stringify(twice)} in two`);
  if (primary === null && versions.length > 0) issues.add('state.primary', 'a version, as there are others', 'null');
  if (tested.length > maxChallengers) {
    issues.add('state.challengers', `at most ${maxChallengers}, the canary included`, `${tested.length}`);
  }
  const shares = challengers.reduce((sum, { traffic }) => sum + traffic, trial?.steps[trial.step] ?? 0);
  if (shares > 1) issues.add('state.challengers', 'at most 1 of the traffic for all together', `${shares}`);
  if (trial !== null && (trial.steps[trial.step] ?? 1) >= 1) {
    issues.add('state.canary.step', 'the index of a step with a share below 1', `${trial.step}`);
  }
}

type Read<T> = (reader: FieldReader) => T;

function orNull<T>(reader: FieldReader, name: string, read: Read<T>): T | null {
  if (!reader.has(name) || reader.is(name, null)) {
    reader.knows(name);
    return null;
  }
  const nested = reader.nested(name);
  const value = read(nested);
  nested.rejectUnknown();
  return value;
}

function listOf<T>(reader: FieldReader, name: string, read: Read<T>): T[] {
  const items = reader.value(name, 'a list', isList) ?? [];
  return items.map((item, index) => {
    const nested = new FieldReader(item ?? null, `${reader.pathOf(name)}[${index}]`, reader.issues);
    const value = read(nested);
    nested.rejectUnknown();
    return value;
  });
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length <= 100;
}

/** Reads a version that should be loaded. */
export function versionOf(reader: FieldReader): FleetVersion {
  const sha256 = reader.value('sha256', '64 hexadecimal digits', isSha256);
  const policy = reader.has('policy') ? readPolicyPatch(reader.nested('policy')) : undefined;
  const rollout = reader.value('rollout', 'a text of 1 to 64 characters', isShortText);
  return {
    model: reader.required('model', expectedModelName, isModelName) ?? '',
    version: reader.required('version', expectedModelName, isModelName) ?? '',
    ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }),
    ...(policy === undefined ? {} : { policy }),
    ...(rollout === undefined ? {} : { rollout }),
  };
}

function challengerOf(reader: FieldReader): FleetChallenger {
  return { ...versionOf(reader), traffic: reader.number('traffic', 0, { min: 0, max: 1 }) };
}

function shadowOf(reader: FieldReader): FleetShadow {
  const sample = reader.has('sample') ? { sample: reader.number('sample', 1, { above: 0, max: 1 }) } : {};
  return { ...versionOf(reader), ...sample };
}

const planFields = ['steps', 'stepMs', 'minRequests', 'maxErrorRate', 'maxLatencyRatio', 'maxBlockRateChange'] as const;
const planNames: readonly string[] = planFields;

function canaryOf(reader: FieldReader): FleetCanary {
  return {
    ...versionOf(reader),
    ...planOf(reader),
    state: reader.oneOf('state', ['running', 'waiting', 'promoted', 'aborted'], 'running'),
    step: reader.number('step', 0, { min: 0, integer: true }),
    reason: reader.value('reason', 'a text or null', isTextOrNull) ?? null,
  };
}

/** Reads a canary's plan among other fields, by the rules of `deploy`. */
export function planOf(reader: FieldReader): FleetCanaryPlan {
  const given = Object.fromEntries(planNames.map((name) => [name, reader.value(name, 'a value', isAnything)]));
  const own = new FieldReader(given, reader.pathOf('').replace(/\.$/, ''), reader.issues);
  const { gate: _gate, ...plan } = readCanaryOptions(own);
  for (const name of planFields) {
    // A number that JSON cannot hold would come back as null.
    const value = plan[name];
    if (typeof value === 'number' && !Number.isFinite(value)) reader.reject(name, 'a finite number', value);
  }
  return plan;
}

function rolloutOf(reader: FieldReader): FleetRollout {
  return {
    id: reader.required('id', 'a text', isShortText) ?? '',
    version: reader.required('version', expectedModelName, isModelName) ?? '',
    role: reader.oneOf('role', ['primary', 'challenger', 'shadow', 'canary'], 'primary'),
    state: reader.oneOf('state', ['loading', 'done', 'failed'], 'loading'),
    node: reader.value('node', 'a text or null', isTextOrNull) ?? null,
    code: reader.value('code', 'a text or null', isTextOrNull) ?? null,
    reason: reader.value('reason', 'a text or null', isTextOrNull) ?? null,
    replaced: orNull(reader, 'replaced', replacedOf),
  };
}

function replacedOf(reader: FieldReader): ReplacedVersions {
  return {
    primary: orNull(reader, 'primary', versionOf),
    previous: orNull(reader, 'previous', versionOf),
    shadow: orNull(reader, 'shadow', shadowOf),
  };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= 2_000);
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 64;
}

function isAnything(value: unknown): value is unknown {
  return value !== undefined;
}

/** @throws {InvalidOptionsError} if a state that is about to be written is not valid. */
export function encodeState(state: FleetState): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const read = readState(bytes);
  if ('problem' in read) {
    throw new InvalidOptionsError([{ path: 'state', expected: 'a valid state of the fleet', received: read.problem }]);
  }
  return bytes;
}
