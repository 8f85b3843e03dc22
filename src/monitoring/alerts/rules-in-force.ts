import type { ResolvedAlerts } from './alert-options.js';
import { customRule, type HostRuleFailure } from './custom-rule.js';
import type { Rule } from './rule.js';
import { type RuleSettings, ruleNames, ruleTable, usual } from './rule-table.js';

/** The rules that a scorer checks, the host's last. */
export function rulesInForce(
  { thresholds, rules, custom }: ResolvedAlerts,
  targetLatencyMs: number,
  onFailure: HostRuleFailure,
): Rule[] {
  const settings: RuleSettings = { ...thresholds, targetLatencyMs };
  const own = ruleNames.flatMap((name): Rule[] => {
    const asked = rules[name];
    if (asked === false) return [];
    const { limit, clearAt, isSwitch: _, see, describe, ...spec } = ruleTable[name];
    const threshold = limit(settings);
    return [
      {
        ...usual,
        ...spec,
        name,
        threshold,
        clearAt: clearAt?.(threshold) ?? null,
        see: (snapshot) => see(snapshot, settings),
        describe: (finding) => describe(finding, settings),
        ...asked,
      },
    ];
  });
  return [...own, ...custom.map((order) => customRule(order, onFailure))];
}
