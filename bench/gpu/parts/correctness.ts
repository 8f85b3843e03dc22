import { figureOf } from '../../statistics.js';
import { compareGolden, compareRandom } from '../correctness/compare.js';
import { type Differences, tolerance } from '../correctness/differences.js';
import { checkOf, mustBeNone, reported } from '../report/check.js';
import type { PartContext, RunPart } from './part.js';

const randomRowCount = 100_000;

/** What is compared, and what is said of it. */
type Say = (what: string, differences: Differences) => void;

/** Whether the provider says what the CPU says: everything else is worth nothing where it does not. */
export const correctness: RunPart = async (context) => {
  const { provider } = context.settings;
  await compareAll(context, (what, { largest, decisions, unexplained }) => {
    const figure = Number.isFinite(largest) ? figureOf([largest]) : null;
    const check = checkOf(
      { what: `${what}: largest difference`, bound: 'at most', limit: tolerance, unit: 'ratio', figure },
      true,
    );
    // A score that is no number where the other is one has no figure, and has failed.
    context.report.check(figure === null ? { ...check, seen: 'no number', met: false } : check);
    context.report.check(mustBeNone(`${what}: other decisions, but within ${tolerance} of a threshold`, unexplained));
    if (decisions > unexplained)
      context.report.note(`${what}: ${decisions - unexplained} decisions differ at a threshold.`);
  });
  if (provider === 'cpu') context.report.note('The CPU provider was compared with itself.');
};

/** How far off TF32 is, which the runtime may use unless it is forbidden: for whoever chooses to know. */
export const tf32: RunPart = async (context) => {
  await compareAll(context, (what, { largest, decisions }) => {
    const name = `${what}, TF32 allowed`;
    if (Number.isFinite(largest)) context.report.check(reported(`${name}: largest difference`, largest, 'ratio'));
    context.report.check(reported(`${name}: other decisions`, decisions, 'count'));
  });
};

async function compareAll({ settings, report }: PartContext, say: Say): Promise<void> {
  const found: [string, Differences][] = [];
  const add = (what: string, differences: Differences): void => {
    found.push([what, differences]);
    say(what, differences);
  };
  add('golden cases', await compareGolden(settings));
  const rows = randomRowCount.toLocaleString('en');
  add(`${rows} random rows, bundled model`, await compareRandom(settings, settings.model, randomRowCount));
  add(`${rows} random rows, golden model`, await compareRandom(settings, settings.golden, randomRowCount));
  report.table({
    title: 'Rows by the decision expected',
    columns: [{ name: '' }, { name: 'APPROVE' }, { name: 'REVIEW' }, { name: 'BLOCK' }, { name: 'other decisions' }],
    rows: found.map(([what, { approved, reviewed, blocked, decisions }]) => [
      what,
      ...[approved, reviewed, blocked, decisions].map((count) => figureOf([count])),
    ]),
  });
}
