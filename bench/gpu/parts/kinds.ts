import { join } from 'node:path';
import { openModelDirectory } from '../../../src/models/model-directory.js';
import type { Cell } from '../../report/result.js';
import { type Figure, figureOf } from '../../statistics.js';
import { compareCases, compareRandom } from '../correctness/compare.js';
import { type Differences, tolerance } from '../correctness/differences.js';
import { randomRows } from '../correctness/random-rows.js';
import { columnCalls } from '../load/column-calls.js';
import { cpuText, openCpuScorer, openScorer, type ScorerChoice, sessionsText } from '../open-scorer.js';
import { checkOf, mustBeNone, reported } from '../report/check.js';
import type { PartContext, RunPart } from './part.js';

/** A kind of model, in a directory of its own. */
interface Kind {
  name: string;
  /** How far scores may be off. */
  allowed: number;
}

/** A GPU computes in float16 what the CPU computes in float32; a float16 has a step of 5e-4 just below 1. */
const kinds: readonly Kind[] = [
  { name: 'int64', allowed: tolerance },
  { name: 'float16', allowed: 2e-3 },
];

const comparedRows = 100_000;
const rowsPerCall = 50_000;
const callers = 4;
const mostSliceMs = 1_500;

/** Models whose inputs, or whose whole graph, are of other types than float32: whether they are right, and how fast. */
export const kindsOfModels: RunPart = async (context) => {
  const { settings, report } = context;
  if (settings.provider === 'cpu')
    report.note('The CPU provider was compared with itself, and with cases that NumPy computed.');
  const rows: (readonly Cell[])[] = [];
  for (const [index, kind] of kinds.entries()) {
    const model = join(settings.kinds, kind.name);
    const cases = await compareCases(settings, model, 'reference.json', kind.allowed);
    say(context, `${kind.name}: ${cases.rows} cases`, cases, kind);
    const random = await compareRandom(settings, model, comparedRows, kind.allowed);
    say(context, `${kind.name}: ${random.rows.toLocaleString('en')} random rows`, random, kind);
    const [device, cpu] = await rates(context, model, (kinds.length - index) * 2 + 1);
    report.check(
      reported(
        `${kind.name}: scoreColumns on ${settings.provider}, ${sessionsText(settings.sessions)}`,
        device,
        'perSecond',
      ),
    );
    rows.push([kind.name, device, ...(cpu === null ? [] : [cpu])]);
    report.table({
      title: `scoreColumns by kind of model, calls of ${rowsPerCall.toLocaleString('en')} rows, ${callers} at a time`,
      columns: [
        { name: '' },
        { name: `${settings.provider}, ${sessionsText(settings.sessions)}`, unit: 'perSecond' },
        ...(cpu === null ? [] : [{ name: cpuText(settings), unit: 'perSecond' } as const]),
      ],
      rows,
    });
  }
};

function say({ report }: PartContext, what: string, found: Differences, { allowed }: Kind): void {
  const { largest, decisions, unexplained } = found;
  const figure = Number.isFinite(largest) ? figureOf([largest]) : null;
  const check = checkOf(
    { what: `${what}: largest difference`, bound: 'at most', limit: allowed, unit: 'ratio', figure },
    true,
  );
  report.check(figure === null ? { ...check, seen: 'no number', met: false } : check);
  report.check(mustBeNone(`${what}: other decisions, but within ${allowed} of a threshold`, unexplained));
  if (decisions > unexplained) report.note(`${what}: ${decisions - unexplained} decisions differ at a threshold.`);
}

/** Rows a second on the provider, and on the CPU beside it; null for the CPU's where it is the provider. */
async function rates(context: PartContext, model: string, slicesLeft: number): Promise<[Figure, Figure | null]> {
  const { settings, timeLeft } = context;
  const { manifest } = await openModelDirectory(model);
  const features = randomRows(manifest.inputs, rowsPerCall, 1);
  const durationMs = timeLeft.sliceMs(2 * slicesLeft, mostSliceMs);
  const rateOf = async (open: (choice: ScorerChoice) => ReturnType<typeof openScorer>): Promise<Figure> => {
    await using scorer = await open({ model });
    const score = (): ReturnType<typeof scorer.scoreColumns> => scorer.scoreColumns(features, rowsPerCall);
    // Its first call grows what later ones find.
    await score();
    const load = { calls: Number.POSITIVE_INFINITY, callers, rowsPerCall, durationMs };
    return figureOf([(await columnCalls({ ...load, score })).rowsPerSecond]);
  };
  const maxBatchSize = settings.columnBatchSize;
  const device = await rateOf((choice) => openScorer(settings, { ...choice, maxBatchSize }));
  return [device, settings.provider === 'cpu' ? null : await rateOf((choice) => openCpuScorer(settings, choice))];
}
