import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryKinds } from '../../../../src/records/format/entry-layout.js';
import { jsonEntry, readJsonEntry } from '../../../../src/records/format/write-entry.js';
import { type RingMemory, ringControl, ringMemory, ringWords } from '../../../../src/records/ring/ring-memory.js';
import { RingReader } from '../../../../src/records/ring/ring-reader.js';
import { noRoom, RingWriter } from '../../../../src/records/ring/ring-writer.js';

function put(memory: RingMemory, writer: RingWriter, number: number, padding: number): boolean {
  const entry = jsonEntry(entryKinds.outcome, { number, padding: 'x'.repeat(padding) }, { sequence: number });
  const at = writer.reserve(entry.length);
  if (at === noRoom) return false;
  new Uint8Array(memory.data).set(entry, at);
  writer.commit();
  return true;
}

function take(reader: RingReader): number | null {
  const into = Buffer.alloc(4_096);
  const bytes = reader.take(into, 0);
  return bytes === 0 ? null : (readJsonEntry(into.subarray(0, bytes)) as { number: number }).number;
}

/** As it is after years: the counters are about to overflow. */
function old(memory: RingMemory): RingMemory {
  const control = ringControl(memory);
  const start = -1 * (memory.data.byteLength / 8);
  control[ringWords.head] = start;
  control[ringWords.tail] = start;
  return memory;
}

const steps = fc.array(fc.oneof(fc.record({ put: fc.nat({ max: 900 }) }), fc.record({ take: fc.constant(true) })), {
  maxLength: 200,
});

describe('the ring of records', () => {
  it.each([
    ['is new', (memory: RingMemory) => memory],
    ['is about to overflow its counters', old],
  ])('takes entries of any size that fits, one by one, wherever the last one ended, when it %s', (_, prepare) => {
    const memory = prepare(ringMemory(4_096));
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
    for (let number = 0; number < 50; number += 1) {
      expect(put(memory, writer, number, number % 2 === 0 ? 2_500 : 3_900 - 8 * number)).toBe(true);
      expect(take(reader)).toBe(number);
    }
  });

  it('refuses an entry that is larger than all of it', () => {
    const memory = ringMemory(4_096);
    const writer = new RingWriter(memory);
    expect(put(memory, writer, 0, 100)).toBe(true);
    expect(writer.reserve(4_104)).toBe(noRoom);
    expect(writer.dropOldest()).toBe(1);
    expect(writer.reserve(4_104)).toBe(noRoom);
  });

  it.each([
    ['is new', (memory: RingMemory) => memory],
    ['is about to overflow its counters', old],
  ])('gives what it took, whole and in order, when it %s', (_, prepare) => {
    fc.assert(
      fc.property(steps, (all) => {
        const memory = prepare(ringMemory(4_096));
        const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
        const waiting: number[] = [];
        let next = 0;
        for (const step of all) {
          if ('put' in step) {
            if (put(memory, writer, next, step.put)) waiting.push(next);
            next += 1;
          } else {
            expect(take(reader)).toBe(waiting.shift() ?? null);
          }
        }
        while (waiting.length > 0) expect(take(reader)).toBe(waiting.shift());
        expect(take(reader)).toBeNull();
        expect(writer.usedBytes).toBe(0);
      }),
    );
  });

  it('gives up the oldest first, and counts each', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 100 }), (sizes) => {
        const memory = ringMemory(4_096);
        const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
        let dropped = 0;
        for (const [number, size] of sizes.entries()) {
          while (!put(memory, writer, number, size)) {
            const records = writer.dropOldest();
            expect(records).toBe(1);
            dropped += records ?? 0;
          }
        }
        const left: number[] = [];
        for (let number = take(reader); number !== null; number = take(reader)) left.push(number);
        expect(left).toEqual(sizes.map((_, number) => number).slice(dropped));
      }),
    );
  });

  it('has nothing to give up when it is empty', () => {
    expect(new RingWriter(ringMemory(4_096)).dropOldest()).toBeNull();
  });

  it('says so when an entry does not fit into what is left of the memory given', () => {
    const memory = ringMemory(4_096);
    put(memory, new RingWriter(memory), 7, 500);
    const reader = new RingReader(memory);
    expect(reader.take(Buffer.alloc(100), 0)).toBe(-1);
    expect(take(reader)).toBe(7);
  });
});
