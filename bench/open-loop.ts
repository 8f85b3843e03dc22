/** One request of an open loop: sent when its time has come, whether or not others are answered. */
export type Send = (index: number) => Promise<unknown>;

export interface OpenLoopOptions {
  ratePerSecond: number;
  durationMs: number;
  send: Send;
  /** Whether a request's latency is kept. @default all */
  keep?: (index: number) => boolean;
}

/**
 * Sends at Poisson arrivals and measures each latency from the intended send time, so that a stall counts for
 * every request that should have been sent in it (the coordinated omission of closed loops).
 *
 * @returns latencies in ms, of those that are kept.
 */
export async function openLoop({
  ratePerSecond,
  durationMs,
  send,
  keep = () => true,
}: OpenLoopOptions): Promise<number[]> {
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now();
  let next = start;
  let index = 0;
  while (performance.now() < start + durationMs) {
    const now = performance.now();
    while (next <= now) {
      const [intended, at] = [next, index];
      next += (-Math.log(1 - Math.random()) * 1000) / ratePerSecond;
      index += 1;
      pending.push(
        send(at).then(() => {
          if (keep(at)) latencies.push(performance.now() - intended);
        }),
      );
    }
    // Asleep, not spinning: a generator that kept a core busy would starve the workers, which a host does not. What it costs is up to
    // a millisecond of every latency, as timers are no finer.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  return latencies;
}
