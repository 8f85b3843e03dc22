import type { Consumer, ConsumerMessages, FetchOptions, JsMsg } from '@nats-io/jetstream';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Pulls } from '../../../../src/integrations/nats/stream/pulls.js';
import { FakeClock } from '../../../support/fake-clock.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One pull as the server sees it. */
class OnePull {
  readonly #waiting: (() => void)[] = [];
  readonly #queue: JsMsg[] = [];
  isStopped = false;
  error: Error | null = null;

  constructor(readonly asked: number) {}

  send(count: number): void {
    for (let index = 0; index < count; index += 1) this.#queue.push({} as JsMsg);
    this.#wake();
  }

  stop(error: Error | null = null): void {
    this.isStopped = true;
    this.error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JsMsg> {
    for (let left = this.asked; left > 0; ) {
      const message = this.#queue.shift();
      if (message !== undefined) {
        left -= 1;
        yield message;
      } else if (this.error !== null) throw this.error;
      else if (this.isStopped) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

let clock: FakeClock;
let open: OnePull[];
let inFlight: number;
let problems: unknown[];
let refusals: unknown[];
let mostAtOnce: number;

function pullsOf(limit: number): Pulls {
  const fetch = async ({ max_messages }: FetchOptions & { max_messages: number }): Promise<ConsumerMessages> => {
    const one = new OnePull(max_messages);
    open.push(one);
    return one as unknown as ConsumerMessages;
  };
  return new Pulls({
    ...{ consumer: { fetch } as unknown as Consumer, clock, limit },
    inFlight: () => inFlight,
    onMessage: () => {
      inFlight += 1;
      mostAtOnce = Math.max(mostAtOnce, inFlight);
    },
    onProblem: (error) => problems.push(error),
    onRefused: (error) => refusals.push(error),
  });
}

beforeEach(() => {
  clock = new FakeClock();
  open = [];
  inFlight = 0;
  problems = [];
  refusals = [];
  mostAtOnce = 0;
});

describe('pulls', () => {
  it('ask for what there is room for, and again once a quarter is free', async () => {
    const pulls = pullsOf(100);
    pulls.topUp();
    await turn();
    expect(open.map(({ asked }) => asked)).toEqual([100]);
    open[0]?.send(100);
    await turn();
    expect(inFlight).toBe(100);
    for (; inFlight > 0; inFlight -= 1) pulls.topUp();
    await turn();
    expect(open.map(({ asked }) => asked)).toEqual([100, 25, 25, 25]);
    pulls.stop();
    await pulls.ended;
  });

  it('never have more messages than the limit, whatever comes when', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), pull: fc.nat(9), count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('finish' as const), count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('end' as const), pull: fc.nat(9), fails: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.array(step, { maxLength: 30 }), async (limit, steps) => {
        [open, inFlight, mostAtOnce] = [[], 0, 0];
        const pulls = pullsOf(limit);
        pulls.topUp();
        for (const one of steps) {
          await turn();
          const pull = one.kind === 'finish' ? undefined : open[one.pull % open.length];
          if (one.kind === 'send') pull?.send(one.count);
          if (one.kind === 'end') pull?.stop(one.fails ? new Error('heartbeats missed') : null);
          for (let left = one.kind === 'finish' ? one.count : 0; left > 0 && inFlight > 0; left -= 1) {
            inFlight -= 1;
            pulls.topUp();
          }
          clock.fire(2_000);
        }
        await turn();
        expect(mostAtOnce).toBeLessThanOrEqual(limit);
        // It has not stopped asking.
        inFlight = 0;
        clock.fire(2_000);
        pulls.topUp();
        await turn();
        expect(open.some(({ isStopped, asked }) => !isStopped && asked > 0)).toBe(true);
        pulls.stop();
        await pulls.ended;
      }),
      { numRuns: 50 },
    );
  });

  it('go on a second after one failed, and end where the server refuses', async () => {
    const pulls = pullsOf(10);
    pulls.topUp();
    await turn();
    open[0]?.stop(new Error('heartbeats missed'));
    await turn();
    expect([open.length, problems.length]).toEqual([1, 1]);
    clock.fire(1_000);
    await turn();
    expect(open.length).toBe(2);
    open[1]?.stop(Object.assign(new Error('no'), { name: 'PermissionViolationError' }));
    await turn();
    expect(refusals).toHaveLength(1);
    pulls.stop();
    await pulls.ended;
  });

  it('ask for nothing after they were stopped', async () => {
    const pulls = pullsOf(10);
    pulls.topUp();
    await turn();
    pulls.stop();
    await pulls.ended;
    pulls.topUp();
    await turn();
    expect(open.map(({ isStopped }) => isStopped)).toEqual([true]);
  });
});
