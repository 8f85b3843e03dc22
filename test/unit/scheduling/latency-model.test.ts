import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchLatencyModel } from '../../../src/scheduling/latency-model.js';

describe('BatchLatencyModel', () => {
  it('knows nothing before the first batch', () => {
    expect(new BatchLatencyModel().coefficients).toBeNull();
  });

  it('finds a and b of batches that take a + b·n', () => {
    const model = new BatchLatencyModel();
    for (let batch = 0; batch < 200; batch += 1)
      model.record(1 + ((batch * 37) % 256), 0.4 + 0.003 * (1 + ((batch * 37) % 256)));
    const { fixedMs, perRowMs } = model.coefficients ?? { fixedMs: 0, perRowMs: 0 };
    expect(fixedMs).toBeCloseTo(0.4, 6);
    expect(perRowMs).toBeCloseTo(0.003, 8);
  });

  it('assigns the whole time to the rows if all batches had the same size', () => {
    const model = new BatchLatencyModel();
    for (let batch = 0; batch < 50; batch += 1) model.record(100, 2);
    expect(model.coefficients?.perRowMs).toBeCloseTo(0.02, 10);
    expect(model.coefficients?.fixedMs).toBeCloseTo(0, 10);
  });

  it('forgets a machine that has become slower or faster', () => {
    const model = new BatchLatencyModel();
    for (let batch = 0; batch < 300; batch += 1) model.record(1 + (batch % 64), 1 + 0.01 * (1 + (batch % 64)));
    for (let batch = 0; batch < 500; batch += 1) model.record(1 + (batch % 64), 3 + 0.05 * (1 + (batch % 64)));
    expect(model.coefficients?.perRowMs).toBeCloseTo(0.05, 3);
    expect(model.coefficients?.fixedMs).toBeCloseTo(3, 1);
  });

  it('gives a safe lower limit for a row only if batches of several sizes agree', () => {
    const model = new BatchLatencyModel();
    for (let batch = 0; batch < 50; batch += 1) model.record(1, 0.3);
    // The whole time may be the fixed part: a thousand rows need not take 300 ms.
    expect(model.coefficients?.perRowAtLeastMs).toBe(0);
    for (let batch = 0; batch < 100; batch += 1) {
      const rows = 1 + ((batch * 37) % 256);
      model.record(rows, 0.3 + 0.01 * rows + (batch % 2) * 0.2);
    }
    const { perRowMs, perRowAtLeastMs } = model.coefficients ?? { perRowMs: 0, perRowAtLeastMs: 0 };
    expect(perRowMs).toBeCloseTo(0.01, 3);
    expect(perRowAtLeastMs).toBeGreaterThan(0.008);
    expect(perRowAtLeastMs).toBeLessThan(perRowMs);
  });

  it('gives no safe lower limit after one batch that stalled', () => {
    const model = new BatchLatencyModel();
    for (let batch = 0; batch < 40; batch += 1) model.record(1 + (batch % 2), batch === 39 ? 8 : 0.3);
    expect(model.coefficients?.perRowAtLeastMs).toBe(0);
  });

  it('never gives a negative or an unbounded time, whatever it is told', () => {
    const batch = fc.tuple(fc.integer({ min: 1, max: 512 }), fc.double({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 50 }), (batches) => {
        const model = new BatchLatencyModel();
        for (const [rows, ms] of batches) model.record(rows, ms);
        const latency = model.coefficients ?? { fixedMs: -1, perRowMs: -1, perRowAtLeastMs: -1 };
        const { fixedMs, perRowMs, perRowAtLeastMs } = latency;
        expect(perRowMs).toBeGreaterThanOrEqual(0);
        expect(perRowAtLeastMs).toBeGreaterThanOrEqual(0);
        expect(perRowAtLeastMs).toBeLessThanOrEqual(perRowMs);
        expect(fixedMs).toBeGreaterThanOrEqual(-1e-9);
        expect(Number.isFinite(fixedMs + perRowMs)).toBe(true);
      }),
    );
  });
});
