import type { KV } from '@nats-io/kv';
import { decodeReport, type FullReport } from './node-report.js';

/** The reports of all nodes that are there, by id. The server has dropped those of nodes that are gone. */
export async function readReports(nodes: KV, filter: string): Promise<readonly FullReport[]> {
  const reports: FullReport[] = [];
  for await (const { operation, value } of await nodes.history({ key: filter })) {
    const report = operation === 'PUT' ? decodeReport(value) : null;
    if (report !== null) reports.push(report);
  }
  return reports.sort((a, b) => (a.id < b.id ? -1 : 1));
}
