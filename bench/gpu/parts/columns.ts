import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { columnCalls } from '../load/column-calls.js';
import { repeatedColumns } from '../load/repeated-columns.js';
import { cpuText, openCpuScorer, openScorer, sessionsText } from '../open-scorer.js';
import { checkOf, mustBeNone } from '../report/check.js';
import type { RunPart } from './part.js';

const rowsInAll = 10_000_000;
const rowsPerCall = 100_000;
const callers = 4;
const atLeast = 2_000_000;

/** Of the time, for the CPU beside a GPU. */
const cpuShare = 0.25;

/** `scoreColumns` over 10 million rows, in calls of 100,000. */
export const columns: RunPart = async ({ settings, timeLeft, report }) => {
  await using resources = new Resources();
  const scorer = resources.add(await openScorer(settings, { maxBatchSize: settings.columnBatchSize }));
  const isAlone = settings.provider === 'cpu';
  const cpu = isAlone ? null : resources.add(await openCpuScorer(settings));
  const blockRows = 4_096;
  const features = repeatedColumns(
    { ...ReferenceRequests.generate(blockRows).columns(blockRows) },
    blockRows,
    rowsPerCall,
  );
  const load = { callers, rowsPerCall, calls: rowsInAll / rowsPerCall };
  const score = (): ReturnType<typeof scorer.scoreColumns> => scorer.scoreColumns(features, rowsPerCall);
  // Its first call grows what later ones find.
  await score();
  const found = await columnCalls({ ...load, score, durationMs: timeLeft.ms * (isAlone ? 0.9 : 1 - cpuShare - 0.1) });
  const what = `scoreColumns over ${found.rows.toLocaleString('en')} rows on ${settings.provider}, ${sessionsText(settings.sessions)}`;
  const figure = figureOf([found.rowsPerSecond]);
  report.check(checkOf({ what, bound: 'at least', limit: atLeast, unit: 'perSecond', figure }));
  report.check(mustBeNone('rows of columns without a score', found.missing));
  if (found.rows < rowsInAll) {
    report.shortened(
      `${found.rows.toLocaleString('en')} of ${rowsInAll.toLocaleString('en')} rows were scored in the time there was`,
    );
  }
  const rows = [
    [`${settings.provider}, ${sessionsText(settings.sessions)}, chunks of ${settings.columnBatchSize}`, found],
  ] as const;
  const beside =
    cpu === null
      ? []
      : ([
          [
            cpuText(settings),
            await columnCalls({
              ...load,
              score: () => cpu.scoreColumns(features, rowsPerCall),
              durationMs: timeLeft.ms * 0.8,
            }),
          ],
        ] as const);
  report.table({
    title: `scoreColumns, calls of ${rowsPerCall.toLocaleString('en')} rows, ${callers} at a time`,
    columns: [{ name: '' }, { name: 'rows', unit: 'count' }, { name: 'scored', unit: 'perSecond' }],
    rows: [...rows, ...beside].map(([name, one]) => [name, figureOf([one.rows]), figureOf([one.rowsPerSecond])]),
  });
};
