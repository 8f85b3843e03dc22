import type { NodeReading, NodeVersion, StatsReading } from '../../../fleet/node-reading.js';
import { DecisionCounter } from '../../../monitoring/counts.js';
import { LabelCounts } from '../../../monitoring/labels/label-counts.js';
import { PerformanceRecorder } from '../../../monitoring/performance-recorder.js';
import { ShadowStats } from '../../../monitoring/shadow/shadow-stats.js';
import type { VersionStatsSummary } from '../../../monitoring/version-stats.js';
import { isNodeReading } from './node-guard.js';

/** Sums and counts of one node or of several. A summary is computed from them by the classes that a scorer itself uses. */
export class Sums {
  readonly performance = new PerformanceRecorder();
  readonly decisions = new DecisionCounter();
  readonly labels = new LabelCounts();

  /** @returns null if the counts cannot be read. */
  static from(reading: StatsReading): Sums | null {
    const performance = PerformanceRecorder.from(reading.performance);
    const labels = LabelCounts.from(reading.labels);
    if (performance === null || labels === null) return null;
    const made = new Sums();
    made.performance.addBeside(performance);
    made.decisions.add(reading.decisions);
    made.labels.add(labels);
    return made;
  }

  /** Adds the sums of another node. */
  add({ performance, decisions, labels }: Sums): void {
    this.performance.addBeside(performance);
    this.decisions.add(decisions.counts);
    this.labels.add(labels);
  }

  summary(): VersionStatsSummary {
    const { performance, decisions, labels } = this;
    return {
      requests: performance.requests.summary(),
      performance: performance.summary(),
      business: { ...decisions.summary(), ...labels.summary(decisions.total) },
    };
  }
}

/** One version of one node. */
export interface VersionSums {
  readonly facts: NodeVersion;
  readonly sums: Sums;
  readonly shadow: ShadowStats | null;
}

/** What one node has sent. */
export interface NodeSums {
  readonly id: string;
  readonly reading: NodeReading;
  readonly all: Sums;
  readonly recent: PerformanceRecorder;
  readonly versions: readonly VersionSums[];
}

/** @returns null if the message is not a reading of a node, or one of another format. */
export function readNodeSums(id: string, message: unknown): NodeSums | null {
  if (!isNodeReading(message)) return null;
  const all = Sums.from(message);
  const recent = PerformanceRecorder.from(message.recent.performance);
  const versions = message.versions.map(versionSums);
  if (all === null || recent === null || !versions.every((one) => one !== null)) return null;
  return { id, reading: message, all, recent, versions };
}

function versionSums(facts: NodeVersion): VersionSums | null {
  const sums = Sums.from(facts);
  const shadow = facts.shadow === null ? null : ShadowStats.from(facts.shadow);
  if (sums === null || (shadow === null && facts.shadow !== null)) return null;
  return { facts, sums, shadow };
}
