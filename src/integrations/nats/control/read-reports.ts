import type { Buckets } from './buckets.js';
import { decodeReport, type FullReport } from './node-report.js';

/** The reports of all nodes that are there, by id. The server has dropped those of nodes that are gone. */
export async function readReports(
  { nodes, nodeKeys }: Pick<Buckets, 'nodes' | 'nodeKeys'>,
  filter: string,
): Promise<readonly FullReport[]> {
  const entries = await Promise.all((await nodeKeys(filter)).map((key) => nodes.get(key)));
  const reports = entries.flatMap((entry) => {
    const report = entry?.operation === 'PUT' ? decodeReport(entry.value) : null;
    return report === null ? [] : [report];
  });
  return reports.sort((a, b) => (a.id < b.id ? -1 : 1));
}
