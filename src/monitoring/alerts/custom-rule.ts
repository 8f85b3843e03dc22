import type { AlertSnapshot, CustomAlert, VersionSnapshot } from '../../api/alerts.js';
import { describeFault } from '../../host/faults.js';
import { containResult, isThenable } from '../../host/host-code.js';
import { describeKind } from '../../validation/issues.js';
import { frozen } from './frozen.js';
import type { Rule, Seen } from './rule.js';

/** A rule of the host, complete and valid. */
export interface HostRule {
  rule: Omit<Rule, 'see' | 'describe'>;
  look: CustomAlert['look'];
  byVersion: boolean;
  description: string;
}

/** Called once for each host rule that failed. @param reason has none of the host's data. */
export type HostRuleFailure = (rule: string, reason: string) => void;

/** Turns the host's rule into a rule. Its code can affect only its own alert. */
export function customRule({ rule, look, byVersion, description }: HostRule, onFailure: HostRuleFailure): Rule {
  let hasFailed = false;
  const fail = (reason: string): void => {
    if (hasFailed) return;
    hasFailed = true;
    onFailure(rule.name, reason);
  };
  const see = (snapshot: AlertSnapshot, version: VersionSnapshot | null): Seen => {
    const seen = { version: version?.version ?? null, value: null };
    // Skip the host's code here.
    if ((version ?? snapshot).recent.requests < rule.minimumVolume) return seen;
    try {
      // Frozen, because the host's next rule and this rule's message use the same snapshot.
      const answer: unknown = Reflect.apply(look, undefined, [frozen(snapshot), version]);
      if (answer === null || answer === undefined) return seen;
      if (typeof answer === 'number' && Number.isFinite(answer)) return { ...seen, value: answer };
      if (isThenable(answer)) containResult(answer, () => {});
      fail(`it returned ${describeKind(answer)}, not a finite number, null or undefined`);
    } catch (error) {
      fail(`it threw ${describeFault(error).error}`);
    }
    return { ...seen, isUnknown: true };
  };
  return {
    ...rule,
    see: (snapshot) => (byVersion ? snapshot.versions.map((version) => see(snapshot, version)) : [see(snapshot, null)]),
    describe: ({ value, allowed }) => `${description} ${Number(value.toPrecision(6))}, allowed ${allowed}`,
  };
}
