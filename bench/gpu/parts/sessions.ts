import type { ResultTable } from '../../report/result.js';
import { BareLoops } from '../../rivals/bare-loops.js';
import { type Figure, figureOf } from '../../statistics.js';
import { sessionsText } from '../open-scorer.js';
import { reported } from '../report/check.js';
import { sessionCounts } from '../settings.js';
import type { RunPart } from './part.js';

const batchSizes = [256, 1_024, 8_192];
const mostSliceMs = 700;
const rounds = 2;

const columns: ResultTable['columns'] = [
  { name: '' },
  ...batchSizes.map((size) => ({ name: `batches of ${size.toLocaleString('en')}`, unit: 'perSecond' }) as const),
];

/** Bare runtime loops, a thread and a session each, on one device: what it can do at most, and how many sessions it takes. */
export const sessions: RunPart = async ({ settings, timeLeft, report }) => {
  const { model, provider, device } = settings;
  const rows: (readonly [string, ...Figure[]])[] = [];
  let best = { name: '', figure: figureOf([0]) };
  const cases = sessionCounts.length * batchSizes.length;
  for (const count of sessionCounts) {
    const figures: Figure[] = [];
    for (const batchSize of batchSizes) {
      const left = cases - rows.length * batchSizes.length - figures.length;
      const loops = await BareLoops.start(model, count, batchSize, { provider, device });
      const rates: number[] = [];
      // The sessions of the next case take time to open, too: half of it is kept for them.
      for (let round = 0; round < rounds; round += 1) {
        rates.push(await loops.run(timeLeft.sliceMs(2 * (left * rounds - round), mostSliceMs)));
      }
      await loops.close();
      const figure = figureOf(rates);
      const name = `${sessionsText(count)}, batches of ${batchSize.toLocaleString('en')}`;
      if (figure.median > best.figure.median) best = { name, figure };
      figures.push(figure);
    }
    rows.push([sessionsText(count), ...figures]);
    report.table({ title: 'Bare runtime loops on one device, rows a second', columns, rows });
  }
  report.check(reported(`bare loops on ${provider}, the most: ${best.name}`, best.figure, 'perSecond'));
};
