// The package's own worker, but for a word in shared memory: each time it is above 0, one worker counts it down and ends with its next
// task in hand.
import { getEnvironmentData } from 'node:worker_threads';
import real from 'fraud-scorer/worker';

const deaths = getEnvironmentData('deaths');
const handler = await real;

export default async function mortal(task) {
  for (let due = Atomics.load(deaths, 0); due > 0; due = Atomics.load(deaths, 0)) {
    if (Atomics.compareExchange(deaths, 0, due, due - 1) === due) process.exit(7);
  }
  return handler(task);
}
