import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../../src/api/result.js';
import { InvalidRequestError, QueueFullError } from '../../../src/errors.js';
import { ByteWriter } from '../../../src/integrations/nats/wire/byte-writer.js';
import { FrameError } from '../../../src/integrations/nats/wire/frame-error.js';
import {
  layoutOfText,
  layoutText,
  type PackedLayout,
  packedLayoutOf,
} from '../../../src/integrations/nats/wire/layout.js';
import { readRefusal, refusalFrame, refusalKinds } from '../../../src/integrations/nats/wire/refusal.js';
import { ReplyFrame, readReply } from '../../../src/integrations/nats/wire/reply-frame.js';
import { RequestFrame, readRequestFrame, type SentOptions } from '../../../src/integrations/nats/wire/request-frame.js';
import { packValue, unpackValue } from '../../../src/integrations/nats/wire/values.js';

const layout = packedLayoutOf([
  { name: 'a', size: 2 },
  { name: '__proto__', size: 1 },
]) as PackedLayout;

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const options: fc.Arbitrary<SentOptions> = fc.record({
  timeoutMs: fc.option(fc.float({ min: Math.fround(0.5), noNaN: true }), { nil: undefined }),
  priority: fc.integer({ min: -10, max: 10 }),
  explain: fc.constantFrom(undefined, true, false, 'review' as const, 'block' as const),
  routingKey: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
});
const value = fc.oneof(
  fc.double(),
  fc.boolean(),
  fc.string({ unit: 'grapheme' }),
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);
const features = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
  fc.oneof(value, fc.array(value)),
  { noNullPrototype: true },
);
const row = fc.oneof(
  fc.record({
    kind: fc.constant('packed' as const),
    values: fc.tuple(float, float, float),
    id: fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined }),
    amount: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    options,
  }),
  fc.record({
    kind: fc.constant('whole' as const),
    request: fc.record({ features }, { noNullPrototype: true }),
    options,
  }),
);
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;

function frameOf(rows: readonly Row[]): Uint8Array {
  const frame = new RequestFrame(new ByteWriter(8), layout, new Float32Array(3 * rows.length));
  for (const one of rows) {
    if (one.kind === 'packed') frame.addPacked(Float32Array.from(one.values), one.id, one.amount, one.options);
    else frame.addWhole(packValue(one.request), one.options);
  }
  return frame.bytes();
}

describe('a frame of requests', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.nat({ max: 7 }), (rows, shift) => {
        const bytes = frameOf(rows);
        // A message may lie anywhere in the memory that was received.
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const read = readRequestFrame(moved.subarray(shift), layout);
        if (read.isOtherLayout) throw new Error('expected the same layout');
        expect(read.rows.length).toBe(rows.length);
        for (const [index, one] of rows.entries()) {
          const received = read.rows[index];
          const { timeoutMs, priority, explain, routingKey } = one.options;
          expect(received).toMatchObject({ priority });
          expect(received?.timeoutMs).toBe(timeoutMs);
          expect(received?.explain).toBe(explain);
          expect(received?.routingKey).toBe(routingKey);
          if (one.kind === 'whole') {
            // Not `toStrictEqual`, which compares a feature called `constructor` by identity.
            expect(received?.request).toEqual(one.request);
            continue;
          }
          const request = received?.request as { id?: string; amount?: number; features: object };
          expect(request.id).toBe(one.id);
          expect(request.amount).toBe(one.amount);
          expect(Object.entries(request.features)).toEqual([
            ['a', Float32Array.from(one.values.slice(0, 2))],
            ['__proto__', Float32Array.from(one.values.slice(2))],
          ]);
        }
      }),
    );
  });

  it('is refused when it is cut, and never read beyond its end', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 0.999_999 }),
        (rows, share) => {
          const bytes = frameOf(rows);
          expect(() => readRequestFrame(bytes.subarray(0, Math.floor(bytes.length * share)), layout)).toThrow(
            FrameError,
          );
        },
      ),
    );
  });

  it('gives rows or a FrameError, whatever the bytes are', () => {
    const damaged = fc
      .tuple(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))),
      )
      .map(([rows, changes]) => {
        const bytes = frameOf(rows);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
        try {
          readRequestFrame(bytes, layout);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('with packed rows of another layout is not read', () => {
    const other = packedLayoutOf([{ name: 'b', size: 3 }]);
    const bytes = frameOf([
      {
        kind: 'packed',
        values: [1, 2, 3],
        id: undefined,
        amount: undefined,
        options: { timeoutMs: 1, priority: 0, explain: undefined, routingKey: undefined },
      },
    ]);
    expect(readRequestFrame(bytes, other)).toEqual({ isOtherLayout: true, rows: 1 });
    expect(readRequestFrame(bytes, null)).toEqual({ isOtherLayout: true, rows: 1 });
  });
});

describe('a value', () => {
  it('keeps numbers apart from bigints, and −0 from 0', () => {
    for (const one of [-0, 0, 1, Number.NaN, 2 ** 53, 1n, -1n, 2n ** 63n, -(2n ** 63n), 'é', true, null]) {
      expect(Object.is(unpackValue(packValue(one)), one)).toBe(true);
    }
  });

  it.each([
    ['a list longer than the bytes', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a map longer than the bytes', [0xdf, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a text longer than the bytes', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['lists nested deeply', Array<number>(64).fill(0x91)],
    ['binary data', [0xc4, 1, 0]],
    ['an unknown extension', [0xd4, 5, 0]],
    ['an object without fields', [0xd4, 2, 0xc0]],
    ['an object whose name is no text', [0xc7, 5, 2, 0x92, 0x90, 0x91, 0x01, 0xc0]],
    ['an object longer than its bytes', [0xc7, 1, 2, 0x92, 0x90, 0x90]],
    ['objects nested deeply', Array<number[]>(40).fill([0xc9, 0, 0, 0, 200, 2, 0x92]).flat()],
    ['more than one value', [1, 1]],
    ['a key __proto__', [0x81, 0xa9, ...Buffer.from('__proto__'), 1]],
    ['nothing', []],
  ])('is refused if it is %s', (_, bytes) => {
    expect(() => unpackValue(Uint8Array.from(bytes))).toThrow(FrameError);
  });
});

describe('a reply', () => {
  const model = { name: 'visa-fraud', version: '1' };
  const score = fc.float({ min: 0, max: 1, noNaN: true });
  const result = fc.record(
    {
      source: fc.constant('model' as const),
      decision: fc.constantFrom('APPROVE' as const, 'REVIEW' as const, 'BLOCK' as const),
      decidedBy: fc.constantFrom('policy' as const, 'host' as const),
      fraudProbability: score,
      riskScore: score,
      riskLevel: fc.constantFrom('LOW' as const, 'MEDIUM' as const, 'HIGH' as const),
      model: fc.constantFrom(model, { name: 'visa-fraud', version: '2' }),
      provider: fc.constantFrom('cpu' as const, 'cuda' as const),
      timing: fc.record(
        {
          queueMs: score,
          inferenceMs: score,
          totalMs: score,
          batchSize: fc.integer({ min: 1, max: 4096 }),
        },
        { noNullPrototype: true },
      ),
      attention: fc.array(fc.double({ noNaN: true })),
      reasons: fc.array(
        fc.record(
          {
            input: fc.string(),
            feature: fc.string(),
            contribution: fc.double({ noNaN: true }),
            direction: fc.constantFrom('raises' as const, 'lowers' as const),
          },
          { noNullPrototype: true },
        ),
      ),
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        'source',
        'decision',
        'decidedBy',
        'fraudProbability',
        'riskScore',
        'riskLevel',
        'model',
        'provider',
        'timing',
      ],
    },
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat({ max: 40 }), result), {
          minLength: 1,
          maxLength: 20,
          selector: ([place]) => place,
        }),
        (placed) => {
          const frame = new ReplyFrame();
          for (const [place, one] of placed) frame.add(place, { result: one });
          const reply = readReply(frame.bytes(41), (place) => `tx-${place}`);
          expect(reply).toMatchObject({ rows: 41, places: placed.map(([place]) => place) });
          expect(reply.outcomes).toStrictEqual(placed.map(([place, one]) => ({ ...one, id: `tx-${place}` })));
        },
      ),
    );
  });

  it('has errors of the same class, with the same fields', () => {
    const issues = [{ path: 'features.a', expected: 'a list', received: 'a text' }];
    const errors = [new InvalidRequestError(issues, 30), new QueueFullError(100, { expectedWaitMs: 3 })];
    const frame = new ReplyFrame();
    for (const [place, error] of errors.entries()) frame.add(place, { error });
    frame.add(2, { error: new TypeError('a value of the host: 12345') });
    frame.add(3, { error: Object.assign(new Error('of a later version'), { code: 'ERR_NEW' }) });
    const { outcomes } = readReply(frame.bytes(4), () => undefined);
    expect(JSON.stringify(outcomes.slice(0, 2))).toBe(JSON.stringify(errors));
    expect(outcomes[0]).toBeInstanceOf(InvalidRequestError);
    expect(outcomes[2]).toMatchObject({ code: 'ERR_INFERENCE', message: 'The node failed on this request' });
    expect(outcomes[3]).toMatchObject({
      code: 'ERR_INFERENCE',
      message: expect.stringContaining('of a later version'),
    });
  });

  it('has an error in place of what has not the form of an outcome, and the other rows are whole', () => {
    const good: ModelResult = {
      ...{
        source: 'model',
        decision: 'BLOCK',
        decidedBy: 'host',
        fraudProbability: 0.5,
        riskScore: 0.25,
        riskLevel: 'HIGH',
      },
      ...{ model, provider: 'cpu', timing: { queueMs: 1, inferenceMs: 2, totalMs: 4, batchSize: 8 } },
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc
            .tuple(fc.constantFrom(...Object.keys(good)), fc.anything())
            .map(([name, value]) => ({ ...good, [name]: value })),
        ),
        (odd) => {
          const frame = new ReplyFrame();
          frame.add(1, { result: good });
          frame.add(0, { result: odd as never });
          frame.add(2, { result: good });
          const { outcomes } = readReply(frame.bytes(3), () => undefined);
          expect([outcomes[0], outcomes[2]]).toStrictEqual([good, good]);
        },
      ),
    );
  });

  it('has an error in place of outcomes of more models than it can count, and the other rows are whole', () => {
    const frame = new ReplyFrame();
    const own = {
      source: 'model',
      decision: 'BLOCK',
      decidedBy: 'host',
      fraudProbability: 0.5,
      riskScore: 0.25,
    } as const;
    const timing = { queueMs: 1, inferenceMs: 2, totalMs: 4, batchSize: 8 };
    for (let place = 0; place < 257; place += 1) {
      const version = { model: { name: 'visa-fraud', version: String(place) }, provider: 'cpu' } as const;
      frame.add(place, { result: { ...own, riskLevel: 'HIGH', ...version, timing } });
    }
    const { outcomes } = readReply(frame.bytes(257), () => undefined);
    expect(outcomes.slice(0, 255).every((outcome) => !(outcome instanceof Error))).toBe(true);
    expect(outcomes.slice(255)).toMatchObject([{ code: 'ERR_INFERENCE' }, { code: 'ERR_INFERENCE' }]);
  });

  it('gives outcomes or a FrameError, whatever the bytes are', () => {
    const damaged = fc
      .tuple(
        fc.array(result, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))),
      )
      .map(([results, changes]) => {
        const frame = new ReplyFrame();
        for (const [place, one] of results.entries()) frame.add(place, { result: one });
        const bytes = frame.bytes(results.length);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        try {
          readReply(bytes, () => undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a refusal', () => {
  it('is read as it was written', () => {
    for (const kind of refusalKinds) {
      expect(readRefusal(refusalFrame({ kind, detail: 'why: é' }))).toEqual({ kind, detail: 'why: é' });
    }
  });
});

describe('a layout', () => {
  it('is the same after it was sent as text', () => {
    expect(layoutOfText(layoutText(layout))?.hash).toBe(layout.hash);
    expect(layoutOfText(layoutText(null))).toBeNull();
  });

  it.each(['{', '[]', '[{"name":"a"}]', '[{"name":"a","size":-1}]', '[{"name":"a","size":1e9}]', '"x"', 'null'])(
    'cannot be read from %s',
    (text) => expect(layoutOfText(text)).toBeNull(),
  );
});
