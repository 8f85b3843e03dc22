import { describe, expect, it } from 'vitest';
import { RowStore } from '../../../src/integrations/nats/remote/row-store.js';
import { ByteWriter } from '../../../src/integrations/nats/wire/byte-writer.js';
import { packedLayoutOf } from '../../../src/integrations/nats/wire/layout.js';
import { RequestFrame, readRequestFrame } from '../../../src/integrations/nats/wire/request-frame.js';

const options = { timeoutMs: undefined, priority: 0, explain: undefined, routingKey: undefined };
const layout = packedLayoutOf([{ name: 'X', size: 3 }]);
const odd = packedLayoutOf([{ name: '__proto__', size: 2 }]);

/** The frame of one row, for a node that takes no packed rows. */
function frameOf(rows: RowStore, row: number): Uint8Array {
  const frame = new RequestFrame(new ByteWriter(), null, new Float32Array(0));
  rows.writeTo(frame, row, null, options);
  return frame.bytes();
}

describe('the store of requests', () => {
  it('never says that a row takes less than it does, whatever form it travels in', () => {
    const rows = new RowStore();
    rows.use(layout);
    for (const id of ['', 'a', 'ü'.repeat(1_024), '\u{1f600}'.repeat(512)]) {
      rows.add(0, { ...(id === '' ? {} : { id }), amount: 1.5, features: { X: [1, 2, 3] } }, 100_000);
      expect(rows.sizeOf(0)).toBeGreaterThanOrEqual(frameOf(rows, 0).length);
    }
  });

  it('takes no packed row that may be too large when it is sent in the other form', () => {
    const rows = new RowStore();
    rows.use(layout);
    const request = { id: 'x'.repeat(900), features: { X: [1, 2, 3] } };
    rows.add(0, request, 1_000);
    expect(rows.sizeOf(0)).toBeLessThan(1_200);
    expect(() => rows.add(1, request, 900)).toThrow(/id: expected a request of at most 900 bytes/);
  });

  it('sends an input that is called __proto__ so that a node can read it', () => {
    const rows = new RowStore();
    rows.use(odd);
    rows.add(0, { features: JSON.parse('{"__proto__": [1, 2]}') }, 100_000);
    const read = readRequestFrame(frameOf(rows, 0), null);
    const [row] = read.isOtherLayout ? [] : read.rows;
    const features: unknown = Reflect.get(row?.request as object, 'features');
    expect(Object.entries(features as object)).toEqual([['__proto__', [1, 2]]]);
  });

  it.each([
    ['features.X', { id: 'tx-1', features: { X: 'x'.repeat(2_000), n: 1 } }],
    ['id', { id: 'x'.repeat(2_000), features: { n: 1 } }],
    ['features', { features: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`n${at}`, 1])) }],
    ['request', 'x'.repeat(2_000)],
  ])('names %s where it is what makes a request too large, and never its value', (path, request) => {
    const rows = new RowStore();
    expect(() => rows.add(0, request, 1_000)).toThrow(`${path}: expected a request of at most 1000 bytes`);
    expect(() => rows.add(0, request, 1_000)).not.toThrow(/xx/);
  });
});
