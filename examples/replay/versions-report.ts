import Table from 'cli-table3';
import type { DeploymentSummary, Summary } from 'fraud-scorer';
import { formatCount, formatMs, formatShare } from './format.js';
import {
  describeDifference,
  describeDropped,
  describeFlips,
  describeRole,
  describeScoreDifference,
} from './versions-text.js';

const HEAD = ['version', 'role', 'traffic', 'decided', 'REVIEW', 'BLOCK', 'P99', 'detected', 'false pos.'];

/** The results of each version. Empty if a single model served. */
export function versionBlocks({ deployments }: Pick<Summary, 'deployments'>): string[] {
  if (deployments.length < 2) return [];
  return [versionTable(deployments), ...deployments.flatMap(shadowBlock), ...deployments.flatMap(comparisonBlock)];
}

function versionTable(deployments: readonly DeploymentSummary[]): string {
  // Like the other tables of the report: no colours of its own.
  const table = new Table({
    head: HEAD,
    colAligns: HEAD.map((_, index) => (index < 2 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const { version, role, traffic, business, performance, shadow } of deployments) {
    const { total, reviewed, blocked, detectionRate, falsePositiveRate } = business;
    const share = (count: number): string => formatShare(total > 0 ? count / total : null);
    table.push([
      version,
      role,
      formatShare(traffic),
      formatCount(total),
      share(reviewed),
      share(blocked),
      formatMs((shadow ?? performance).latencyMs.p99),
      formatShare(detectionRate),
      formatShare(falsePositiveRate),
    ]);
  }
  return table.toString();
}

function shadowBlock({ version, shadow }: DeploymentSummary): string[] {
  if (shadow === undefined) return [];
  const lines = [
    `shadow ${version}, beside what the callers got:`,
    `  ${describeFlips(shadow)}`,
    `  score difference: ${describeScoreDifference(shadow)}`,
    `  not compared: ${describeDropped(shadow)}`,
  ];
  return [lines.join('\n')];
}

function comparisonBlock(deployment: DeploymentSummary): string[] {
  const { comparison } = deployment;
  if (comparison === undefined) return [];
  const lines = [
    `${describeRole(deployment)}, less the primary:`,
    `  BLOCK   ${describeDifference(comparison.block)}`,
    `  REVIEW  ${describeDifference(comparison.review)}`,
    `  failed  ${describeDifference(comparison.error)}`,
  ];
  return [lines.join('\n')];
}
