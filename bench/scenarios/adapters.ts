import { alternate, type Contender, type Rounds } from '../alternate.js';
import type { AdaptedApp } from '../http/adapted-apps.js';
import { type Answered, fire, plainRequest } from '../http/load.js';
import { Server } from '../http/server.js';
import type { Goal, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { figureOf, ratiosOf } from '../statistics.js';
import type { Scenario, ScenarioContext } from './scenario.js';

/** Adapters beside what they are compared with. */
interface Pair {
  title: string;
  transactions: 1 | 100;
  adapters: readonly AdaptedApp[];
  other: AdaptedApp;
  /** The least share of the other's rate that each of the adapters must reach. */
  least: number;
  /** The most of the other's P99, where that is asked for. */
  mostP99?: number;
  /** Whether the adapters are held against the promise, too. */
  isPromised?: true;
}

/** What the notebook promises of one process. */
const promised = { rate: 10_000, p99Ms: 10 };

const pairs: readonly Pair[] = [
  {
    ...{ title: 'Fastify', transactions: 1, adapters: ['Fastify plugin'], other: 'Fastify by hand' },
    ...{ least: 0.9, mostP99: 1.1, isPromised: true },
  },
  {
    ...{ title: 'Express', transactions: 1, other: 'Express echo', least: 0.9 },
    adapters: ['Express router', 'Express router behind express.json()'],
  },
  { title: 'node:http', transactions: 1, adapters: ['node:http handler'], other: 'node:http by hand', least: 0.9 },
  ...(['Fastify', 'Express'] as const).map(
    (platform): Pair => ({
      ...{ title: `NestJS on ${platform}`, transactions: 1, adapters: [`NestJS on ${platform}`], least: 0.9 },
      other: `NestJS on ${platform}, echo`,
    }),
  ),
  {
    ...{ title: 'batches over Fastify', transactions: 100, adapters: ['Fastify plugin'], other: 'Fastify by hand' },
    least: 0.85,
  },
];

/** Different bodies, in turn. */
const bodies = 16;

/** The adapters of web frameworks beside handlers written by hand. */
export const adapters: Scenario = {
  name: 'adapters',
  title: 'The adapters of web frameworks',
  async run(context) {
    const { settings, steps } = context;
    const apps = pairs.reduce((count, { adapters: own }) => count + own.length + 1, 0);
    steps.expect(apps * settings.slices);
    const tables: ResultTable[] = [];
    const goals: Goal[] = [];
    for (const pair of pairs) {
      const rounds = await measure(pair, context);
      tables.push(tableOf(pair, rounds));
      goals.push(...goalsOf(pair, rounds));
    }
    const notes = [
      'The load generator, autocannon, runs on the same cores as the server. Its connections always have a request open, so that latencies are those of a saturated server.',
    ];
    return { tables, plots: [], goals, notes };
  },
};

/** One server after the other has the machine, and all of them stay up: a slice each, in turn. */
async function measure(pair: Pair, { settings, requests, steps }: ScenarioContext): Promise<Rounds<Answered>> {
  await using resources = new Resources();
  const { transactions } = pair;
  const list = Array.from({ length: bodies }, (_, index) => {
    const some = Array.from({ length: transactions }, (_, row) => plainRequest(requests, index * transactions + row));
    return JSON.stringify(transactions === 1 ? some[0] : { requests: some });
  });
  const contenders: Contender<Answered>[] = [];
  for (const variant of [...pair.adapters, pair.other]) {
    const server = resources.add(await Server.start({ variant, model: settings.model }));
    const url = `${server.url}${transactions === 1 ? '/score' : '/score/batch'}`;
    const connections = transactions === 1 ? 64 : 16;
    contenders.push({
      name: variant,
      slice: (durationMs) => fire({ url, connections, bodies: list }, durationMs),
    });
  }
  return await alternate(contenders, {
    rounds: settings.slices,
    // It measures whole seconds only.
    sliceMs: Math.max(1_000, settings.sliceMs),
    order: 'mirrored',
    onSlice: (name) => steps.done(`${name}, ${transactions} a request`),
  });
}

function tableOf({ title, transactions, adapters: own, other }: Pair, rounds: Rounds<Answered>): ResultTable {
  const base = rounds.of(other).map(({ rate }) => rate);
  return {
    title: `${title}: ${transactions} ${transactions === 1 ? 'transaction' : 'transactions'} a request`,
    columns: [
      { name: 'server' },
      { name: 'transactions', unit: 'perSecond' },
      { name: `of ${other}`, unit: 'ratio' },
      { name: 'P50', unit: 'ms' },
      { name: 'P99', unit: 'ms' },
    ],
    rows: [...own, other].map((name) => {
      const served = rounds.of(name);
      const rates = served.map(({ rate }) => rate);
      return [
        name,
        figureOf(rates.map((rate) => rate * transactions)),
        figureOf(ratiosOf(rates, base)),
        figureOf(served.map(({ p50Ms }) => p50Ms)),
        figureOf(served.map(({ p99Ms }) => p99Ms)),
      ];
    }),
  };
}

function goalsOf(pair: Pair, rounds: Rounds<Answered>): Goal[] {
  const { transactions, adapters: own, other, least, mostP99, isPromised } = pair;
  const ratios = (name: AdaptedApp, read: (answered: Answered) => number) =>
    figureOf(ratiosOf(rounds.of(name).map(read), rounds.of(other).map(read)));
  return own.flatMap((name) => {
    const what = `${name} / ${other}, ${transactions} a request`;
    const rate: Goal = {
      ...{ what, bound: 'at least', limit: least, unit: 'ratio' },
      figure: ratios(name, (answered) => answered.rate),
    };
    if (mostP99 === undefined) return [rate];
    const latency: Goal = {
      ...{ what: `P99 of ${what}`, bound: 'at most', limit: mostP99, unit: 'ratio' },
      figure: ratios(name, (answered) => answered.p99Ms),
    };
    return [rate, latency, ...(isPromised ? promiseOf(name, rounds) : [])];
  });
}

/** How far an adapter is from the promise, in figures that are no ratios: they depend on the machine. */
function promiseOf(name: AdaptedApp, rounds: Rounds<Answered>): Goal[] {
  const served = rounds.of(name);
  return [
    {
      ...{ what: `${name}, requests a second`, bound: 'at least', limit: promised.rate, unit: 'perSecond' },
      figure: figureOf(served.map(({ rate }) => rate)),
    },
    {
      ...{ what: `${name}, P99 with 64 connections`, bound: 'at most', limit: promised.p99Ms, unit: 'ms' },
      figure: figureOf(served.map(({ p99Ms }) => p99Ms)),
    },
  ];
}
