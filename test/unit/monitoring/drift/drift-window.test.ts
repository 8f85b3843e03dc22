import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriftWindow, panes } from '../../../../src/monitoring/drift/drift-window.js';

const bins = 3;

describe('DriftWindow', () => {
  it('counts as a naive recount of the rows of its panes does', () => {
    const step = fc.record({ bin: fc.nat(bins - 1), pause: fc.constantFrom(0, 1, 40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (steps, paneRows) => {
        const window = new DriftWindow(bins, { rows: paneRows * panes, maxAgeMs: 100 });
        const naive = new NaivePanes(paneRows, 100);
        let now = 0;
        for (const { bin, pause } of steps) {
          now += pause;
          add(window, bin, now);
          naive.add(bin, now);
          window.expire(now);
          expect([...window.totals]).toEqual(naive.counts(now));
          expect(window.rows).toBe(naive.counts(now).reduce((sum, count) => sum + count, 0));
        }
      }),
    );
  });

  it('holds between seven eighths of its rows and all of them once it is full', () => {
    const window = new DriftWindow(1, { rows: 80, maxAgeMs: Number.POSITIVE_INFINITY });
    for (let row = 0; row < 1_000; row += 1) {
      add(window, 0, row);
      if (row < 79) continue;
      expect(window.rows).toBeGreaterThan(70);
      expect(window.rows).toBeLessThanOrEqual(80);
    }
  });
});

function add(window: DriftWindow, bin: number, now: number): void {
  const first = window.begin(now);
  window.counts[first + bin] = (window.counts[first + bin] as number) + 1;
  window.totals[bin] = (window.totals[bin] as number) + 1;
}

/** The same, with each row kept. */
class NaivePanes {
  readonly #panes: { bins: number[]; lastAt: number }[] = [{ bins: [], lastAt: 0 }];

  constructor(
    readonly paneRows: number,
    readonly maxAgeMs: number,
  ) {}

  add(bin: number, now: number): void {
    if ((this.#panes.at(-1)?.bins.length ?? 0) >= this.paneRows) this.#panes.push({ bins: [], lastAt: now });
    if (this.#panes.length > panes) this.#panes.shift();
    const open = this.#panes.at(-1);
    open?.bins.push(bin);
    if (open !== undefined) open.lastAt = now;
  }

  counts(now: number): number[] {
    for (const pane of this.#panes) if (now - pane.lastAt > this.maxAgeMs) pane.bins = [];
    const rows = this.#panes.flatMap((pane) => pane.bins);
    return Array.from({ length: bins }, (_, bin) => rows.filter((one) => one === bin).length);
  }
}
