import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWorkerReport } from '../../../src/pool/worker-report.js';
import type { FailedReport, ReadyReport } from '../../../src/protocol/serving.js';

const graph = { inputs: [{ name: 'x', type: 'float32', shape: ['', 1] }], outputs: [] };
const ready: ReadyReport = {
  kind: 'ready',
  threadId: 3,
  provider: 'cpu',
  trials: [
    { provider: 'cuda', reason: 'none' },
    { provider: 'cpu', reason: null },
  ],
  graph,
  attentionWidth: 0,
};
const failed: FailedReport = {
  kind: 'failed',
  threadId: 3,
  code: 'ERR_MODEL_INVALID',
  message: 'no',
  isModelSuspect: false,
  graph,
};

describe('a message of a worker', () => {
  it('is a report where every field is there', () => {
    for (const report of [ready, failed, { ...failed, graph: null }]) expect(isWorkerReport(report)).toBe(true);
  });

  it('is none where a field is missing, or of another type', () => {
    const report = fc.constantFrom<ReadyReport | FailedReport>(ready, failed);
    const other = fc.constantFrom<unknown>(undefined, 0.5, [7], {}, Symbol('x'));
    fc.assert(
      fc.property(
        report.chain((message) => fc.tuple(fc.constant(message), fc.constantFrom(...Object.keys(message)), other)),
        ([message, field, value]) => {
          fc.pre(!(typeof Reflect.get(message, field) === 'number' && typeof value === 'number'));
          expect(isWorkerReport({ ...message, [field]: value })).toBe(false);
        },
      ),
    );
  });

  it('is a report with the width of the raw outputs and without it, as an older worker sends it', () => {
    expect(isWorkerReport({ ...ready, rawWidth: 3 })).toBe(true);
    expect(isWorkerReport({ ...ready, rawWidth: '3' })).toBe(false);
  });

  it('can be anything', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        expect(isWorkerReport(message)).toBe(false);
      }),
    );
  });
});
