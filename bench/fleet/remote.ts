/**
 * Measures `RemoteScorer` with three nodes and a nats-server on this machine: throughput with 2,048 requests outstanding, the P99 at a steady
 * rate above that of a bare echo over NATS, and what callers see of a node that is killed.
 *
 * `npm run bench:fleet`, or with some of its parts: `npm run bench:fleet -- throughput steady kill`. The environment variables ROUNDS and ROUND_MS set
 * how many rounds there are, and how long each is.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { FraudScorer } from 'fraud-scorer';
import { RemoteScorer } from 'fraud-scorer/nats';
import { NatsServer } from '../../test/support/nats-server.js';
import { ReferenceRequests } from '../load/reference-requests.js';
import { FleetNode } from './fleet-node.js';
import { closedLoad, median, openLoad, percentile } from './loads.js';

const rounds = Number(process.env.ROUNDS ?? 5);
const roundMs = Number(process.env.ROUND_MS ?? 3_000);
const outstanding = 2_048;
const steadyRate = 5_000;
const echoRate = 1_000;

const model = fileURLToPath(new URL('../../models/visa-fraud/1', import.meta.url));
const requests = ReferenceRequests.generate(2_048);
let next = 0;
const nextRequest = () => {
  next += 1;
  return requests.at(next);
};

const server = await NatsServer.start();
const nodes = await Promise.all(['a', 'b', 'c'].map((id) => FleetNode.start({ url: server.url, model, id })));
const connection = await server.connect();
const remote = await RemoteScorer.connect(connection);
const call = () => remote.score(nextRequest());
try {
  await closedLoad(call, outstanding, 2_000);
  const parts = { throughput, steady: () => steady(connection), kill };
  const only = process.argv.slice(2);
  for (const [name, part] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await part();
} finally {
  await remote.close();
  await connection.close();
  await Promise.all(nodes.map((node) => node.end()));
  await server.stop();
}

/** With the processor time of all processes, which tells what two idle cores could do where others use them too. */
async function throughput(): Promise<void> {
  const rates: number[] = [];
  const costs: number[] = [];
  const parts: Record<string, number[]> = { client: [], server: [], nodes: [] };
  for (let round = 0; round < rounds; round += 1) {
    const before = await cpuMs();
    const { perSecond, errors } = await closedLoad(call, outstanding, roundMs);
    const after = await cpuMs();
    if (errors > 0) throw new Error(`throughput: expected no error, received ${errors}`);
    const count = (perSecond * roundMs) / 1000;
    rates.push(perSecond);
    let cost = 0;
    for (const part of ['client', 'server', 'nodes'] as const) {
      const us = ((after[part] - before[part]) * 1000) / count;
      parts[part]?.push(us);
      cost += us;
    }
    costs.push(cost);
  }
  const cost = median(costs);
  show('requests/s, 2,048 outstanding', rates.map(Math.round), Math.round(median(rates)));
  show('processor µs a request, all processes', costs.map(round2), round2(cost));
  for (const [part, values] of Object.entries(parts))
    show(`  of it ${part}`, values.map(round2), round2(median(values)));
  console.log(`two cores for it alone: ${Math.round(2e6 / cost)} requests/s`);
  await local();
}

/** The same load on a scorer in this process. */
async function local(): Promise<void> {
  const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
  const score = () => scorer.score(nextRequest());
  await closedLoad(score, outstanding, 1_000);
  const before = process.cpuUsage();
  const { perSecond } = await closedLoad(score, outstanding, roundMs);
  const { user, system } = process.cpuUsage(before);
  const cost = (user + system) / ((perSecond * roundMs) / 1000);
  show('one scorer in this process, for comparison', [Math.round(perSecond)], `${round2(cost)} µs a request`);
  await scorer.close();
}

async function steady(client: NatsConnection): Promise<void> {
  const body = new Uint8Array(500);
  const echo = () => client.request('bench.echo', body, { timeout: 5_000 });
  const floors: number[] = [];
  const remotes: number[] = [];
  const middles: number[] = [];
  await openLoad(echo, echoRate, 1_000);
  for (let round = 0; round < rounds; round += 1) {
    // At the same time: on a machine that others use too, two loads one after the other meet different pauses.
    const [floor, result] = await Promise.all([openLoad(echo, echoRate, roundMs), openLoad(call, steadyRate, roundMs)]);
    floors.push(p99(floor));
    if (result.errors > 0) throw new Error(`steady: expected no error, received ${result.errors}`);
    remotes.push(p99(result));
    middles.push(p50(result) - p50(floor));
  }
  show(`P99 of an echo at ${echoRate}/s, ms`, floors.map(round2), round2(median(floors)));
  show(`P99 of RemoteScorer at ${steadyRate}/s, ms`, remotes.map(round2), round2(median(remotes)));
  const above = remotes.map((value, index) => value - (floors[index] ?? 0));
  show('P99 above the echo of the same round, ms', above.map(round2), round2(median(above)));
  show('median above that of the echo, ms', middles.map(round2), round2(median(middles)));
}

/** Kills a node in the middle of a steady load. */
async function kill(): Promise<void> {
  const killAtMs = 2_000;
  const [victim] = nodes;
  const timer = setTimeout(() => void victim?.end('SIGKILL'), killAtMs);
  const { errors, calls } = await openLoad(call, steadyRate, 6_000);
  clearTimeout(timer);
  const windowMs = 100;
  const before = percentile(
    calls.filter(({ at }) => at < killAtMs - windowMs).map(({ ms }) => ms),
    0.99,
  );
  const windows: number[] = [];
  for (let from = killAtMs - windowMs; from < 6_000; from += windowMs) {
    const inside = calls.filter(({ at }) => at >= from && at < from + windowMs).map(({ ms }) => ms);
    windows.push(percentile(inside, 0.99));
  }
  const limit = Math.max(2 * before, before + 5);
  const first = windows.findIndex(
    (_, index) => windows.slice(index, index + 5).every((ms) => ms <= limit) && index >= 1,
  );
  console.log(`a node killed: ${errors} errors of ${calls.length + errors} calls`);
  show('P99 by 100 ms from the kill on, ms', windows.slice(0, 20).map(round2), `${round2(before)} before`);
  console.log(`P99 back below ${round2(limit)} ms ${Math.max(0, (first - 1) * windowMs)} ms after the kill`);
}

async function cpuMs(): Promise<{ client: number; server: number; nodes: number }> {
  const own = process.cpuUsage();
  const usages = await Promise.all(nodes.map((node) => node.usage()));
  return {
    client: (own.user + own.system) / 1000,
    server: await cpuMsOf(server.pid),
    nodes: usages.reduce((sum, usage) => sum + usage.cpuMs, 0),
  };
}

/** The processor time of a process, from Linux, whose clock ticks 100 times a second. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function p99({ calls }: { calls: { ms: number }[] }): number {
  return percentile(
    calls.map(({ ms }) => ms),
    0.99,
  );
}

function p50({ calls }: { calls: { ms: number }[] }): number {
  return median(calls.map(({ ms }) => ms));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function show(name: string, values: readonly number[], result: number | string): void {
  console.log(`${name}: ${result} (${values.join(', ')})`);
}
