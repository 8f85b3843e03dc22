import type { Alert, AlertSnapshot, AlertsSummary } from '../../api/alerts.js';
import { AlertHistory } from './alert-history.js';
import { calm, judged, type RuleState, severityOf, step } from './hysteresis.js';
import type { Rule, Seen } from './rule.js';

/** The changes of one evaluation. */
export interface AlertChanges {
  raised: Alert[];
  cleared: Alert[];
}

/** An active alert. */
interface Standing {
  readonly alert: Alert;
  /** The measured value and the limit in words, without the advice. */
  readonly finding: string;
  readonly affectsHealth: boolean;
  readonly clear: (clearedAt: number) => void;
}

/** Something that a rule watches and that is not in the state `calm`. */
interface Watched {
  readonly state: RuleState;
  readonly standing: Standing | null;
}

/** One check of a rule. */
interface Look {
  readonly rule: Rule;
  /** The states of everything that the rule watches. */
  readonly ofRule: Map<string | null, Watched>;
  readonly limits: Rule;
  readonly seen: Seen;
  readonly snapshot: AlertSnapshot;
  readonly changes: AlertChanges;
}

/** The active alerts. Each is raised once and cleared once, however often its rule is checked. */
export class AlertBoard {
  readonly #history = new AlertHistory();
  /** By rule, then by version. Calm states are left out. */
  readonly #watched = new Map<Rule, Map<string | null, Watched>>();

  /** In the order in which they were raised. */
  get active(): Alert[] {
    return this.#standing.map(({ alert }) => ({ ...alert }));
  }

  get summary(): AlertsSummary {
    return { active: this.active, history: this.#history.records };
  }

  /** What is wrong with the scorer's health. */
  get findings(): string[] {
    return this.#standing.filter(({ affectsHealth }) => affectsHealth).map(({ finding }) => finding);
  }

  /** Checks all rules. If a rule throws, this is reported to `onFault` and changes nothing. */
  evaluate(rules: readonly Rule[], snapshot: AlertSnapshot, onFault: (error: unknown) => void): AlertChanges {
    const changes: AlertChanges = { raised: [], cleared: [] };
    for (const rule of rules) {
      try {
        this.#look(rule, rule.see(snapshot), snapshot, changes);
      } catch (error) {
        onFault(error);
      }
    }
    return changes;
  }

  get #standing(): Standing[] {
    const standing: Standing[] = [];
    for (const ofRule of this.#watched.values()) {
      for (const watched of ofRule.values()) if (watched.standing !== null) standing.push(watched.standing);
    }
    return standing.sort((one, other) => one.alert.since - other.alert.since);
  }

  /** @param all null if nothing is known. */
  #look(rule: Rule, all: readonly Seen[] | null, snapshot: AlertSnapshot, changes: AlertChanges): void {
    const ofRule = this.#watched.get(rule) ?? new Map<string | null, Watched>();
    for (const seen of all ?? []) {
      if (seen.isUnknown !== true) this.#step({ rule, ofRule, limits: rule, seen, snapshot, changes });
    }
    // A rule may not return a value for something any more, for example a version that has ended. Then there is nothing left to judge.
    const isSeen = (version: string | null): boolean =>
      all === null ? isLive(version, snapshot) : all.some((seen) => seen.version === version);
    const limits = { ...rule, clearAfter: 1 };
    for (const version of [...ofRule.keys()]) {
      if (!isSeen(version)) this.#step({ rule, ofRule, limits, seen: { version, value: null }, snapshot, changes });
    }
    if (ofRule.size > 0) this.#watched.set(rule, ofRule);
    else this.#watched.delete(rule);
  }

  #step({ rule, ofRule, limits, seen, snapshot, changes }: Look): void {
    const watched = ofRule.get(seen.version) ?? { state: calm, standing: null };
    const { state, change } = step(watched.state, limits, seen);
    let standing = watched.standing;
    if (change === 'raised') {
      standing = this.#raise(rule, seen, snapshot);
      changes.raised.push({ ...standing.alert });
    } else if (change === 'cleared' && standing !== null) {
      standing.clear(snapshot.at);
      changes.cleared.push(clearedAlert(standing, rule, seen, snapshot));
      standing = null;
    }
    if (state === calm) ofRule.delete(seen.version);
    else ofRule.set(seen.version, { state, standing });
  }

  #raise(rule: Rule, seen: Seen, snapshot: AlertSnapshot): Standing {
    const { advice, affectsHealth } = rule;
    const value = seen.value ?? 0;
    const threshold = seen.threshold ?? rule.threshold;
    const finding = findingOf(rule, seen, value, threshold, snapshot);
    const alert: Alert = {
      rule: rule.name,
      severity: severityOf(rule, value, threshold),
      version: seen.version,
      value,
      threshold,
      since: snapshot.at,
      message: advice === '' ? finding : `${finding}. ${advice}`,
      advice,
    };
    return { alert, finding, affectsHealth, clear: this.#history.add(alert) };
  }
}

/** The raised alert with the current value. If there is no value any more, it keeps its old value. */
function clearedAlert({ alert, finding }: Standing, rule: Rule, seen: Seen, snapshot: AlertSnapshot): Alert {
  const value = judged(rule, seen);
  if (value === null) return { ...alert, message: finding };
  const message = findingOf(rule, seen, value, seen.threshold ?? rule.threshold, snapshot);
  return { ...alert, value, message };
}

function findingOf(rule: Rule, { version }: Seen, value: number, allowed: number, snapshot: AlertSnapshot): string {
  const finding = rule.describe({ value, allowed, version, snapshot });
  return version === null ? finding : `Version ${JSON.stringify(version)}: ${finding}`;
}

/** @param version null for the scorer as a whole. */
function isLive(version: string | null, { versions }: AlertSnapshot): boolean {
  return version === null || versions.some((live) => live.version === version);
}
