import { describe, expect, it } from 'vitest';
import type { ProfileEntry } from '../../../src/index.js';
import { recommendBatching } from '../../../src/tools/recommend-batching.js';

/** Milliseconds of a run of n rows beside so many busy sessions. */
type Run = (busySessions: number, rows: number) => number;

const sizes = [1, 64, 256, 1_024];

function profiled(run: Run, sessions: readonly number[] = [1, 2, 4]): ProfileEntry[] {
  return sessions.flatMap((count) =>
    sizes.map((batchSize): ProfileEntry => {
      const ms = run(count, batchSize);
      return {
        provider: 'cuda',
        sessions: count,
        batchSize,
        latencyMs: { mean: ms, p50: ms, p99: ms },
        rowsPerSecond: (count * batchSize * 1000) / ms,
        memoryGb: count,
        memoryTotalGb: 80,
      };
    }),
  );
}

/** Mostly what a run costs whatever its size, as on a GPU. */
const alone: Run = (_, rows) => 0.15 + 0.0002 * rows;
/** The device runs one after the other. */
const sharing: Run = (busy, rows) => busy * alone(busy, rows);
/** They get in one another's way besides. */
const colliding: Run = (busy, rows) => busy ** 1.5 * alone(busy, rows);

const asked = { target: 'throughput', targetLatencyMs: 10 } as const;

describe('what is recommended', () => {
  it('is as many sessions as bring more rows, and no delay where they do not slow one another down', async () => {
    expect(await recommendBatching(profiled(alone), asked)).toEqual({
      sessions: 4,
      limits: { maxBatchSize: 1_024, maxQueueDelayMs: 0, targetLatencyMs: 10 },
    });
  });

  it('is one session where more bring no more rows', async () => {
    for (const run of [sharing, colliding]) {
      expect(await recommendBatching(profiled(run), asked)).toMatchObject({
        sessions: 1,
        limits: { maxQueueDelayMs: 0 },
      });
    }
  });

  it('is to hold batches back where as many sessions as are wanted slow one another down', async () => {
    const held = await recommendBatching(profiled(colliding), { ...asked, sessions: 4 });
    expect(held?.sessions).toBe(4);
    expect(held?.limits.maxQueueDelayMs).toBeGreaterThan(0);
    // Not for longer than the target allows.
    expect(await recommendBatching(profiled(colliding), { ...asked, sessions: 4, targetLatencyMs: 4 })).toMatchObject({
      limits: { maxQueueDelayMs: 0 },
    });
  });

  it('is a batch that leaves half the target latency for the wait, with the sessions that run beside it', async () => {
    const slow: Run = (busy, rows) => busy * (0.5 + 0.004 * rows);
    expect((await recommendBatching(profiled(slow), { ...asked, sessions: 1 }))?.limits.maxBatchSize).toBe(1_024);
    expect((await recommendBatching(profiled(slow), { ...asked, sessions: 4 }))?.limits.maxBatchSize).toBe(64);
    expect((await recommendBatching(profiled(slow), { ...asked, target: 'latency' }))?.limits.maxBatchSize).toBe(1);
  });

  it('has the sessions that are wanted though fewer or more were measured', async () => {
    expect(await recommendBatching(profiled(alone, [1]), { ...asked, sessions: 16 })).toMatchObject({ sessions: 16 });
    expect(await recommendBatching(profiled(alone), { ...asked, sessions: 3 })).toMatchObject({ sessions: 3 });
  });

  it('is nothing where nothing was measured', async () => {
    expect(await recommendBatching([], asked)).toBeNull();
  });

  it('is to hold batches back where a run takes long whatever its size, and a session is kept for more than one request', async () => {
    const long: Run = (_, rows) => 2 + 0.001 * rows;
    expect(await recommendBatching(profiled(long), asked)).toMatchObject({
      sessions: 4,
      limits: { maxQueueDelayMs: 1 },
    });
  });

  it('is no more sessions than keep to the latency and the memory, whatever they bring', async () => {
    const slowTogether: Run = (busy, rows) => (busy === 1 ? 4 : 7) + 1e-6 * rows;
    expect(await recommendBatching(profiled(slowTogether, [1, 2]), asked)).toMatchObject({ sessions: 1 });
    const large = profiled(alone).map((entry) => ({ ...entry, memoryGb: 20 * entry.sessions }));
    expect(await recommendBatching(large, asked)).toMatchObject({ sessions: 2 });
  });

  it('is the fewest sessions where none keeps to the latency', async () => {
    const hopeless: Run = (busy, rows) => 50 / busy + rows;
    expect(await recommendBatching(profiled(hopeless), asked)).toMatchObject({ sessions: 1 });
  });

  it('counts what more sessions bring from those that were taken before', async () => {
    const rates: Record<number, number> = { 1: 100, 2: 109, 4: 118 };
    const entries = profiled(alone).map((entry) => ({ ...entry, rowsPerSecond: rates[entry.sessions] ?? 0 }));
    expect(await recommendBatching(entries, asked)).toMatchObject({ sessions: 4 });
    expect(
      await recommendBatching(
        entries.filter(({ sessions }) => sessions < 4),
        asked,
      ),
    ).toMatchObject({ sessions: 1 });
  });

  it('holds nothing back where what sessions cost one another was not measured', async () => {
    const long: Run = (_, rows) => 2 + 0.001 * rows;
    expect(await recommendBatching(profiled(long, [1]), { ...asked, sessions: 4 })).toMatchObject({
      limits: { maxQueueDelayMs: 0 },
    });
  });
});
