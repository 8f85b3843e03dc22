/**
 * `npm run bench:capacity`: how large a fleet must be for a rate, and what breaks first. The figures of one core were measured; larger fleets
 * are simulated. `--measure` measures the figures anew (Linux, needs nats-server), 1 minute.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { seededUniform } from '../../../src/tools/seeded-uniform.js';
import { numberAbove, wholeFrom } from '../../arguments.js';
import type { Figures } from './figures.js';
import { measureFigures } from './measure/figures.js';
import { type Cells, cellsOf, limitsOf, type Machines } from './plan.js';
import { type FleetOutcome, FleetSimulation } from './simulation/fleet.js';
import { limitsText, needsText, type Simulated, simulatedText } from './text.js';

const figuresFile = new URL('../../results/fleet-figures.json', import.meta.url);
const rates = [10_000, 100_000, 1_000_000, 10_000_000];

interface Options extends Machines {
  measure: boolean;
  coreHourPrice: number;
  cellPerSecond: number;
  hopUs: number;
}

const options = new Command('bench:capacity')
  .option('--measure', 'measure the figures of one core again', false)
  .option('--workers-per-node <n>', 'worker threads of a node', wholeFrom(1), 3)
  .option('--cores-per-server <n>', 'cores of a nats-server', wholeFrom(1), 4)
  .option('--network-gbps <n>', 'gigabits a second of a machine', numberAbove(0), 10)
  .option('--rows-per-message <n>', 'rows of a message under load', wholeFrom(1), 64)
  .option('--max-busy <share>', 'the share of its capacity that a part uses', numberAbove(0), 0.6)
  .option('--cell-per-second <n>', 'requests a second of one cell, at most', wholeFrom(1), 1_000_000)
  .option('--hop-us <n>', 'microseconds between two machines', numberAbove(0), 100)
  .option('--core-hour-price <n>', 'price of a core for an hour', numberAbove(0), 0.04)
  .parse()
  .opts<Options>();

async function readFigures(): Promise<Figures> {
  if (!options.measure) return JSON.parse(await readFile(figuresFile, 'utf8')) as Figures;
  const figures = await measureFigures();
  await writeFile(figuresFile, `${JSON.stringify(figures, null, 2)}\n`);
  return figures;
}

/** One cell of a plan, whole and with a node that is killed in the middle. The larger the cell, the shorter the time that is simulated. */
function simulate(figures: Figures, cells: Cells): Simulated {
  const needs = cells.cell;
  const runUs = Math.min(2e6, Math.max(1e5, 2e12 / needs.requestsPerSecond));
  const run = (killsNode: boolean): FleetOutcome =>
    new FleetSimulation(
      figures,
      {
        requestsPerSecond: needs.requestsPerSecond,
        hosts: needs.hosts,
        nodes: needs.nodes,
        workersPerNode: options.workersPerNode,
        servers: needs.servers,
        coresPerServer: options.coresPerServer,
        messagesPerNode: 4,
        maxRows: 256,
        hopUs: options.hopUs,
        killsNode,
      },
      seededUniform(1),
    ).run(runUs);
  return { cells, whole: run(false), killed: run(true) };
}

const figures = await readFigures();
console.log(JSON.stringify(figures, null, 2));
console.log(limitsText(limitsOf(figures, options)));
const plans = rates.map((rate) => cellsOf(figures, options, rate, options.cellPerSecond));
console.log(needsText(plans, options.coreHourPrice));
console.log(simulatedText(plans.map((cells) => simulate(figures, cells))));
