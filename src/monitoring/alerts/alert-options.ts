import type { AlertRule, AlertRuleOptions, AlertThresholds } from '../../api/alerts.js';
import type { FieldReader } from '../../validation/field-reader.js';
import { usualDriftLimit } from '../drift/stability.js';
import { maxLabelDays } from '../labels/label-days.js';
import { readCustomAlerts } from './custom-options.js';
import type { HostRule } from './custom-rule.js';
import { readClearAt, readLooks, readSeverity, readVolume } from './look-options.js';
import { type RuleSettings, ruleNames, ruleTable, usual } from './rule-table.js';

/** The host's options of a rule. */
export type RuleOverrides = { [Name in keyof AlertRuleOptions]?: NonNullable<AlertRuleOptions[Name]> };

/** The options of the alerts, complete and valid. */
export interface ResolvedAlerts {
  thresholds: AlertThresholds;
  /** Days that a label may take before `labelCoverage` counts its decision. */
  labelDelayDays: number;
  /** `false` means: switched off. */
  rules: { [Rule in AlertRule]?: false | RuleOverrides };
  custom: readonly HostRule[];
}

/** Labels are only counted for days that have been over for at most this long. */
const mostDelayDays = maxLabelDays - 2;

/** @param targetLatencyMs the option of `batching`. */
export function readAlerts(reader: FieldReader, targetLatencyMs: number): ResolvedAlerts {
  const thresholds = readThresholds(reader);
  const labelDelayDays = reader.number('labelDelayDays', 0, {
    min: 0,
    max: mostDelayDays,
    integer: true,
    unit: 'days',
  });
  const rules = readRules(reader.nested('rules'), { ...thresholds, targetLatencyMs });
  const custom = readCustomAlerts(reader);
  reader.rejectUnknown();
  return { thresholds, labelDelayDays, rules, custom };
}

function readThresholds(reader: FieldReader): AlertThresholds {
  const share = { min: 0, max: 1 };
  return {
    maxLatencyMs: reader.number('maxLatencyMs', 100, { min: 0, unit: 'milliseconds' }),
    minThroughputPerSecond: reader.number('minThroughputPerSecond', 100, { min: 0, unit: 'rows a second' }),
    maxErrorRate: reader.number('maxErrorRate', 0.01, { min: 0 }),
    maxFallbackRate: reader.number('maxFallbackRate', 0.05, { min: 0 }),
    maxMemoryGb: reader.number('maxMemoryGb', 8, { min: 0, unit: 'GiB' }),
    maxFalsePositiveRate: reader.number('maxFalsePositiveRate', 0.05, { min: 0 }),
    maxTargetLatencyRatio: reader.number('maxTargetLatencyRatio', 1, { above: 0 }),
    availabilityTarget: reader.value('availabilityTarget', 'a share above 0 and below 1', isTarget) ?? 0.9999,
    maxFastBurnRate: reader.number('maxFastBurnRate', 14.4, { above: 0 }),
    maxSlowBurnRate: reader.number('maxSlowBurnRate', 6, { above: 0 }),
    maxQueueShare: reader.number('maxQueueShare', 0.8, { min: 0 }),
    maxDrift: reader.number('maxDrift', usualDriftLimit, { min: 0 }),
    maxShadowFlipRate: reader.number('maxShadowFlipRate', 0.1, { min: 0 }),
    minLabelCoverage: reader.number('minLabelCoverage', 0, share),
    minSampleRatioP: reader.number('minSampleRatioP', 0.0001, share),
    maxCalibrationError: reader.number('maxCalibrationError', 0.05, { min: 0 }),
  };
}

function readRules(reader: FieldReader, settings: RuleSettings): ResolvedAlerts['rules'] {
  const rules: ResolvedAlerts['rules'] = {};
  for (const name of ruleNames) {
    if (reader.is(name, false)) rules[name] = false;
    else if (reader.has(name)) rules[name] = readRule(reader.nested(name, 'false or an object'), name, settings);
  }
  reader.rejectUnknown();
  return rules;
}

function readRule(reader: FieldReader, name: AlertRule, settings: RuleSettings): RuleOverrides {
  const { bad = usual.bad, limit, isSwitch = false } = ruleTable[name];
  const severity = readSeverity(reader);
  const raiseAfter = readLooks(reader, 'raiseAfter');
  const clearAfter = readLooks(reader, 'clearAfter');
  const minimumVolume = readVolume(reader);
  // A rule without a threshold has no value at which to clear.
  const clearAt = isSwitch ? null : readClearAt(reader, 'clearAt', bad, limit(settings));
  reader.rejectUnknown();
  return {
    ...(reader.has('severity') ? { severity } : {}),
    ...(reader.has('raiseAfter') ? { raiseAfter } : {}),
    ...(reader.has('clearAfter') ? { clearAfter } : {}),
    ...(reader.has('minimumVolume') ? { minimumVolume } : {}),
    ...(clearAt === null ? {} : { clearAt }),
  };
}

function isTarget(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < 1;
}
