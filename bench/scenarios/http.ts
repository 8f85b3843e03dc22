import { alternate, type Contender, type Rounds } from '../alternate.js';
import type { Variant } from '../http/handlers.js';
import { fire, plainRequest } from '../http/load.js';
import { Server } from '../http/server.js';
import type { Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { figureOf, ratiosOf } from '../statistics.js';
import type { Scenario, ScenarioContext } from './scenario.js';

/** What a request to the app carries, and over how many connections they come. */
interface Shape {
  transactions: number;
  path: string;
  connections: number;
}

interface Served {
  /** Transactions a second. */
  rows: number;
  p50Ms: number;
  p99Ms: number;
}

const shapes: readonly Shape[] = [
  { transactions: 1, path: '/score', connections: 64 },
  { transactions: 100, path: '/score-many', connections: 16 },
];
const variants: readonly { variant: Variant; title: string }[] = [
  { variant: 'sdk', title: 'the SDK' },
  { variant: 'naive', title: 'the model in the handler' },
];

/** Different bodies, in turn. */
const bodies = 16;

/** Express over the SDK, beside Express with the model run in the handler. */
export const http: Scenario = {
  name: 'http',
  title: 'An Express app under load',
  async run(context) {
    await using resources = new Resources();
    const { settings, steps } = context;
    const servers = new Map<Variant, Server>();
    for (const { variant } of variants) {
      servers.set(variant, resources.add(await Server.start({ variant, model: settings.model })));
    }
    steps.expect(shapes.length * variants.length * settings.slices);
    const tables: ResultTable[] = [];
    const found: Rounds<Served>[] = [];
    for (const shape of shapes) {
      const contenders = variants.map(({ variant, title }): Contender<Served> => {
        const url = `${servers.get(variant)?.url}${shape.path}`;
        return { name: title, slice: (durationMs) => fireAt(url, shape, context, durationMs) };
      });
      const rounds = await alternate(contenders, {
        rounds: settings.slices,
        // It measures whole seconds only.
        sliceMs: Math.max(1_000, settings.sliceMs),
        onSlice: (name) => steps.done(`${name}, ${shape.transactions} a request`),
      });
      tables.push(tableOf(shape, rounds));
      found.push(rounds);
    }
    return report(tables, found);
  },
};

async function fireAt(url: string, shape: Shape, { requests }: ScenarioContext, durationMs: number): Promise<Served> {
  const { connections, transactions } = shape;
  const list = Array.from({ length: bodies }, (_, index) => bodyOf(shape, requests, index));
  const { rate, p50Ms, p99Ms } = await fire({ url, connections, bodies: list }, durationMs);
  return { rows: rate * transactions, p50Ms, p99Ms };
}

function bodyOf({ transactions }: Shape, requests: ScenarioContext['requests'], index: number): string {
  const list = Array.from({ length: transactions }, (_, row) => plainRequest(requests, index * transactions + row));
  return JSON.stringify(transactions === 1 ? list[0] : list);
}

function tableOf({ transactions, connections }: Shape, rounds: Rounds<Served>): ResultTable {
  const naive = rounds.of('the model in the handler').map(({ rows }) => rows);
  return {
    title: `${transactions} ${transactions === 1 ? 'transaction' : 'transactions'} a request, ${connections} connections`,
    columns: [
      { name: 'Express over' },
      { name: 'transactions', unit: 'perSecond' },
      { name: 'of the model in the handler', unit: 'times' },
      { name: 'P50', unit: 'ms' },
      { name: 'P99', unit: 'ms' },
    ],
    rows: variants.map(({ title }) => {
      const served = rounds.of(title);
      const rows = served.map((slice) => slice.rows);
      return [
        title,
        figureOf(rows),
        figureOf(ratiosOf(rows, naive)),
        figureOf(served.map(({ p50Ms }) => p50Ms)),
        figureOf(served.map(({ p99Ms }) => p99Ms)),
      ];
    }),
  };
}

function report(tables: readonly ResultTable[], found: readonly Rounds<Served>[]): Result {
  return {
    tables,
    plots: [
      {
        file: 'http',
        title: 'Transactions a second over HTTP',
        kind: 'bars',
        x: { name: '', values: shapes.map(({ transactions }) => `${transactions} a request`) },
        y: { name: 'transactions a second', unit: 'count' },
        series: variants.map(({ title }) => ({
          name: title,
          points: found.map((rounds) => figureOf(rounds.of(title).map(({ rows }) => rows))),
        })),
      },
    ],
    goals: [],
    notes: [],
  };
}
