import type { Settler } from '../../src/answering/settler.js';
import type { ModelResult } from '../../src/api/result.js';
import { DeadlineExceededError, type FraudScorerError } from '../../src/errors.js';
import type { FeatureRows } from '../../src/requests/feature-rows.js';
import { RequestTable } from '../../src/requests/request-table.js';
import { Waiters } from '../../src/requests/waiters.js';
import { Batcher } from '../../src/scheduling/batcher.js';
import { DeadlineWheel } from '../../src/scheduling/deadline-wheel.js';
import type { BatchWorkers } from '../../src/scheduling/flights.js';
import type { Lane, Lanes } from '../../src/scheduling/lanes.js';
import { FakeClock } from './fake-clock.js';
import { InstantColumns } from './instant-columns.js';
import { lanesOf } from './lanes.js';
import { noFaults } from './no-faults.js';
import { claimRow } from './rows.js';
import { settlerOf } from './settler.js';
import { untyped } from './untyped.js';

/** A request of a test: its number, and the row that it has until it is settled. */
export interface Ticket {
  readonly number: number;
  readonly row: number;
  readonly generation: number;
  readonly feature: number;
}

export interface RigOptions {
  workers: number;
  maxBatchSize: number;
  maxQueueDelayMs?: number;
  /** Rows of the request table. */
  capacity: number;
  /** The workers, which see the memory of the lanes. */
  pool: (lanes: Lanes) => BatchWorkers['pool'];
}

/** A batcher with the parts around it, but for the workers. It notes what became of each request. */
export class BatchingRig {
  readonly clock = new FakeClock();
  readonly columns = new InstantColumns();
  readonly table: RequestTable;
  readonly lanes: Lanes;
  readonly batcher: Batcher;
  /** By the request's number: `answered`, or the code of its error. */
  readonly outcomes = new Map<number, string>();
  readonly tickets: Ticket[] = [];
  /** Others whose requests go first, and how often it was said that nothing waits here. */
  readonly others = { wait: false, timesTold: 0 };
  /** What the host's own code does when it hears of a failure: a fallback, a listener. */
  readonly host = { onFailed: (): void => {} };
  readonly deadlines: DeadlineWheel;
  readonly #features: FeatureRows;
  readonly #settler: Settler;

  constructor({ workers, maxBatchSize, maxQueueDelayMs = 0, capacity, pool }: RigOptions) {
    const { clock, columns } = this;
    const table = new RequestTable(capacity);
    const { lanes, features } = lanesOf({ lanes: workers * 4, maxBatchSize }, capacity);
    this.table = table;
    this.lanes = lanes;
    this.#features = features;
    this.deadlines = new DeadlineWheel(table, clock, (row) =>
      this.#fail(row, new DeadlineExceededError(table.timeoutMs[row] ?? 0)),
    );
    this.#settler = settlerOf(table, { clock, deadlines: this.deadlines });
    this.batcher = new Batcher({
      clock,
      table,
      lanes,
      limits: { maxBatchSize, maxQueueDelayMs, targetLatencyMs: 10 },
      places: workers * 2,
      placesPerWorker: 2,
      workers: { pool: pool(lanes) },
      columns,
      answers: {
        answer: (landed) => {
          for (const { lane } of landed) this.#answer(lane);
        },
      },
      fail: (row, error) => this.#fail(row, error),
      changes: new Waiters(),
      mayRun: () => !this.others.wait,
      onEmpty: () => {
        this.others.timesTold += 1;
      },
      onFault: noFaults,
    });
  }

  /** Takes a request in, as admission does. @param feature its only one. @default the request's number */
  add({ timeoutMs = 1_000, priority = 0, feature = this.tickets.length } = {}): Ticket {
    const { table } = this;
    const row = claimRow(table, { enqueuedAt: this.clock.now(), timeoutMs, priority });
    const ticket = { number: this.tickets.length, row, generation: table.generation[row] ?? 0, feature };
    this.tickets.push(ticket);
    table.place[row] = ticket.number;
    table.settlements[row] = {
      resolve: (number) => this.#settle(number, 'answered'),
      reject: (number, { code }) => {
        this.#settle(number, code);
        this.host.onFailed();
      },
    };
    this.#features.floats[this.#features.start(row)] = feature;
    this.deadlines.add(row);
    this.batcher.add(row);
    return ticket;
  }

  /** Gives a request up, unless it is settled. */
  giveUp({ row, generation }: Ticket, error: FraudScorerError): void {
    if (this.table.isCurrent(row, generation)) this.#fail(row, error);
  }

  outcomeOf({ number }: Ticket): string {
    return this.outcomes.get(number) ?? 'open';
  }

  get answered(): number {
    return [...this.outcomes.values()].filter((outcome) => outcome === 'answered').length;
  }

  get failed(): number {
    return this.outcomes.size - this.answered;
  }

  /** Ends what the host's parts keep. */
  dispose(): void {
    this.batcher.dispose();
    this.deadlines.dispose();
  }

  #answer({ index, rows, generations, count }: Lane): void {
    const { maxBatchSize, stride, features, lanesAt } = this.lanes.memory;
    const seenByWorker = new Float32Array(features, lanesAt);
    for (let place = 0; place < count; place += 1) {
      const row = rows[place] ?? -1;
      if (!this.table.isCurrent(row, generations[place] ?? -1)) continue;
      const ticket = this.tickets[this.table.place[row] ?? -1];
      if (ticket?.feature !== seenByWorker[(index * maxBatchSize + place) * stride]) {
        throw new Error("a worker was given another request's features");
      }
      this.#settler.answer(row, untyped<ModelResult>({}));
    }
  }

  #fail(row: number, error: FraudScorerError): void {
    this.batcher.remove(row);
    const observer = { recordError: () => {}, recordAbandoned: () => {}, recordFallback: () => {} };
    this.#settler.fail(row, error, { name: 'model', version: '1' }, observer);
  }

  #settle(number: number, outcome: string): void {
    const before = this.outcomes.get(number);
    if (before !== undefined) throw new Error(`request ${number} was settled twice: ${before}, then ${outcome}`);
    this.outcomes.set(number, outcome);
  }
}
