import type { DecisionLogRecord } from '../../api/records.js';
import { decidedByCodes, decisionCodes, levelCodes, roleCodes } from '../format/entry-layout.js';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isTruth: Check = (value) => typeof value === 'boolean';
const isValue: Check = (value) => value === null || isNumber(value) || isText(value) || isTruth(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
/** A field that may be absent. */
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
/** Any fields, all of one form. */
const mapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);

/** An object with these fields. Further ones may be there: a later version of the package may have added them. */
function objectOf(checks: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(checks);
  return (value) => isObject(value) && entries.every(([name, check]) => check(fieldOf(value, name)));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(value: Fields, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

const base = { run: isText, sequence: isCount, at: isTime };

const isModel = objectOf({
  ...{ name: isText, version: isText, sha256: isText },
  ...{ files: optional(mapOf(isText)), manifest: optional(isText) },
});

const isReason = objectOf({
  ...{ input: isText, feature: isText, description: optional(isText), direction: isText },
  contribution: optional(isNumber),
});

const decision = objectOf({
  ...base,
  ...{ decisionId: isText, id: optional(isText), role: oneOf(roleCodes), model: isModel },
  runtime: objectOf({
    ...{ package: isText, node: isText, onnxruntime: isText, cpuModel: isText },
    ...{ provider: orNull(isText), session: mapOf(isValue) },
  }),
  policy: objectOf({
    ...{ hash: isText, reviewProbability: isNumber, blockProbability: isNumber },
    ...{ reviewRisk: isNumber, blockRisk: isNumber, mediumRisk: isNumber, highRisk: isNumber },
  }),
  features: optional(mapOf(listOf(isValue))),
  batch: optional(objectOf({ number: isCount, size: isCount, place: isCount })),
  ...{ fraudProbability: orNull(isNumber), riskScore: orNull(isNumber) },
  rawOutputs: optional(mapOf(listOf((value) => isNumber(value) || isText(value)))),
  attention: optional(listOf(orNull(isNumber))),
  ...{ decision: oneOf(decisionCodes), decidedBy: oneOf(decidedByCodes), riskLevel: oneOf(levelCodes) },
  reasons: optional(listOf(isReason)),
  fallback: optional(objectOf({ error: isText })),
  amount: optional(isNumber),
  timing: objectOf({ queueMs: orNull(isNumber), inferenceMs: orNull(isNumber), totalMs: isNumber }),
});

const checks: Readonly<Record<DecisionLogRecord['kind'], Check>> = {
  decision,
  outcome: objectOf({ ...base, id: optional(isText), isFraud: isTruth, matched: isTruth, amount: optional(isNumber) }),
  columns: objectOf({ ...base, model: isModel, rows: isCount, decisions: mapOf(isCount) }),
  end: objectOf({ ...base, written: isCount, dropped: isCount }),
};

/** The kind of what a line of JSON says; null where this version does not know it. */
export function recordKind(value: object): DecisionLogRecord['kind'] | null {
  const kind: unknown = 'kind' in value ? value.kind : undefined;
  return typeof kind === 'string' && isKind(kind) ? kind : null;
}

function isKind(kind: string): kind is DecisionLogRecord['kind'] {
  return Object.hasOwn(checks, kind);
}

/** Whether it has the fields of a record of its kind. Lines have no checksum, and anybody can change them. */
export function isRecord(value: unknown): value is DecisionLogRecord {
  if (!isObject(value)) return false;
  const kind = recordKind(value);
  return kind !== null && checks[kind](value);
}
