import { systemClock } from '../../host/clock.js';
import type { StreamWorker } from '../../integrations/nats/index.js';
import type { Output } from '../output.js';

/** Writes what a stream worker has done: a line each time. */
export class StreamProgress {
  readonly #worker: StreamWorker;
  readonly #isJson: boolean;
  readonly #output: Output;
  #last = { at: systemClock.now(), decided: 0 };

  constructor(worker: StreamWorker, isJson: boolean, output: Output) {
    this.#worker = worker;
    this.#isJson = isJson;
    this.#output = output;
  }

  write(): void {
    const stats = this.#worker.stats();
    const now = systemClock.now();
    const seconds = (now - this.#last.at) / 1_000;
    const perSecond = seconds > 0 ? Math.round((stats.decided - this.#last.decided) / seconds) : 0;
    this.#last = { at: now, decided: stats.decided };
    const time = new Date(systemClock.epochMs()).toISOString();
    if (this.#isJson) {
      this.#output.write(`${JSON.stringify({ time, perSecond, ...stats })}\n`);
      return;
    }
    const count = (value: number): string => value.toLocaleString('en');
    const parts = [
      `${count(stats.decided)} decided (${count(perSecond)}/s)`,
      `${count(stats.inFlight)} in flight`,
      `${count(stats.retried)} retried`,
      `${count(stats.deadLettered)} dead letters`,
      ...(stats.duplicates > 0 ? [`${count(stats.duplicates)} duplicates`] : []),
      ...(stats.publishFailed > 0 ? [`${count(stats.publishFailed)} not stored`] : []),
      ...(stats.lost > 0 ? [`${count(stats.lost)} given up`] : []),
    ];
    this.#output.write(`${time} ${parts.join(' | ')}\n`);
  }
}
