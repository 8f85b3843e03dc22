import type { FraudScorer } from 'fraud-scorer';
import { alternate, type Contender } from '../../alternate.js';
import { closedLoop } from '../../load/closed-loop.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { cpuText, openCpuScorer, openScorer, sessionsText } from '../open-scorer.js';
import { checkOf } from '../report/check.js';
import { outstanding, sessionCounts } from '../settings.js';
import type { RunPart } from './part.js';

const rounds = 3;
const mostSliceMs = 1_500;
const atLeast = 400_000;
const callersAlone = 'callers answered at once';

/** `score()` with so many outstanding, on 1, 2 and 4 sessions, beside the CPU of the same host and what the load itself costs. */
export const saturation: RunPart = async ({ settings, timeLeft, report }) => {
  const requests = ReferenceRequests.generate();
  await using resources = new Resources();
  const contenders: Contender<number>[] = [];
  const add = (name: string, call: (index: number) => Promise<unknown>): void => {
    contenders.push({ name, slice: (durationMs) => closedLoop({ callers: outstanding, durationMs, call }) });
  };
  const addScorer = (name: string, scorer: FraudScorer): void => {
    resources.add(scorer);
    add(name, (index) => scorer.score(requests.at(index)));
  };
  for (const sessions of sessionCounts) {
    addScorer(sessionsText(sessions), await openScorer(settings, { workers: sessions }));
  }
  if (settings.provider !== 'cpu') addScorer(cpuText(settings), await openCpuScorer(settings));
  const answered = Promise.resolve(null);
  add(callersAlone, () => answered);
  const sliceMs = timeLeft.sliceMs(contenders.length * (rounds + 0.5) + 1, mostSliceMs);
  const found = await alternate(contenders, { rounds, sliceMs });
  const figures = contenders.map(({ name }) => ({ name, figure: figureOf(found.of(name)) }));
  report.table({
    title: `score() with ${outstanding.toLocaleString('en')} outstanding, batches of at most ${settings.batchSize}: ${rounds} slices of ${(sliceMs / 1000).toFixed(1)} s each`,
    columns: [{ name: '' }, { name: 'answered', unit: 'perSecond' }],
    rows: figures.map(({ name, figure }) => [name, figure]),
  });
  const [best] = figures.slice(0, sessionCounts.length).sort((a, b) => b.figure.median - a.figure.median);
  if (best === undefined) return;
  const what = `score() saturated on ${settings.provider}, the best of 1, 2 and 4 sessions: ${best.name}`;
  report.check(checkOf({ what, bound: 'at least', limit: atLeast, unit: 'perSecond', figure: best.figure }));
};
