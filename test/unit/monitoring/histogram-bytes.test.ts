import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHistogram, encodeHistogram } from '../../../src/monitoring/histogram-bytes.js';
import { LatencyHistogram } from '../../../src/monitoring/latency-histogram.js';

const duration = fc.oneof(
  fc.double({ min: -8, max: 6, noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 0.0004, 0.255, 0.256, 99_999.999, 100_000, 1e9),
);
const count = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }));
const histogram = fc.array(fc.tuple(duration, count), { maxLength: 100 }).map((values) => {
  const made = new LatencyHistogram();
  for (const [durationMs, times] of values) made.record(durationMs, times);
  return made;
});

function decoded(bytes: Uint8Array): LatencyHistogram {
  const made = decodeHistogram(bytes);
  if (made === null) throw new Error('expected a histogram');
  return made;
}

describe('a histogram as bytes', () => {
  it('is the same histogram when it is read again', () => {
    fc.assert(
      fc.property(histogram, (made) => {
        const read = decoded(encodeHistogram(made));
        expect(read.counts).toEqual(made.counts);
        expect([read.count, read.sumMs, read.maxMs]).toEqual([made.count, made.sumMs, made.maxMs]);
        expect(read.summary()).toEqual(made.summary());
      }),
    );
  });

  it('can be added up: the bytes of the sum are the sum of what the bytes say', () => {
    fc.assert(
      fc.property(histogram, histogram, (one, other) => {
        const read = decoded(encodeHistogram(one));
        read.add(decoded(encodeHistogram(other)));
        one.add(other);
        expect(encodeHistogram(read)).toEqual(encodeHistogram(one));
      }),
    );
  });

  it('is small: a byte or two for each filled bucket, and never more than 27 KiB', () => {
    const made = new LatencyHistogram();
    for (let us = 1_000; us < 9_000; us += 1) made.record(us / 1_000);
    expect(encodeHistogram(made).length).toBeLessThan(2_000);
    for (let bucket = 1; bucket < 100_000; bucket += 1) made.record(bucket, 2 ** 30);
    expect(encodeHistogram(made).length).toBeLessThan(27 * 1_024);
    expect(encodeHistogram(new LatencyHistogram()).length).toBe(17);
  });

  it('can be read out of the middle of a larger buffer', () => {
    const made = new LatencyHistogram();
    made.record(5, 3);
    const bytes = encodeHistogram(made);
    const buffer = new Uint8Array(bytes.length + 9).fill(255);
    buffer.set(bytes, 3);
    expect(decoded(buffer.subarray(3, 3 + bytes.length)).summary()).toEqual(made.summary());
  });

  it('is refused, never misread, if it was cut off, changed or made up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const given of [bytes, Uint8Array.of(1, ...new Uint8Array(16), ...bytes)]) {
          const read = decodeHistogram(given);
          if (read !== null) expect(decoded(encodeHistogram(read)).counts).toEqual(read.counts);
        }
      }),
      { numRuns: 2_000 },
    );
    const header = [1, ...new Uint8Array(16)];
    const refused = {
      'no bytes': [],
      'another layout': [2, ...new Uint8Array(16)],
      'a bucket without its count': [...header, 1],
      'a step of 0': [...header, 0, 1],
      'a count of 0': [...header, 1, 0],
      'a bucket beyond the last': [...header, 0xff, 0x7f, 1],
      'a count that is no safe integer': [...header, 1, ...new Array(7).fill(0xff), 0x7f],
      'an integer without an end': [...header, 1, ...new Array(30).fill(0xff)],
      'a sum without a value': [1, ...new Uint8Array(new Float64Array([5, 0]).buffer)],
      'a sum that is not finite': [1, ...new Uint8Array(new Float64Array([Number.NaN, 1]).buffer), 1, 1],
      'a negative maximum': [1, ...new Uint8Array(new Float64Array([1, -1]).buffer), 1, 1],
    };
    for (const [what, bytes] of Object.entries(refused)) {
      expect(decodeHistogram(Uint8Array.from(bytes)), what).toBeNull();
    }
  });
});
