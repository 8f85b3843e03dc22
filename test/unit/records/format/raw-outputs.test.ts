import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MaskAction, RecordedDecision } from '../../../../src/api/records.js';
import type { ModelResult } from '../../../../src/api/result.js';
import { entryParts, headFields } from '../../../../src/records/format/entry-layout.js';
import { EntryView } from '../../../../src/records/format/entry-view.js';
import { RecordReader } from '../../../../src/records/format/to-record.js';
import { wordsOf } from '../../../../src/records/host/copy-words.js';
import { EntryMemory } from '../../../../src/records/host/entry-memory.js';
import {
  type EntryShared,
  type RowSources,
  sizeEntry,
  writeDecisions,
} from '../../../../src/records/host/entry-writer.js';
import { RowStage } from '../../../../src/records/host/row-stage.js';
import { RequestTable } from '../../../../src/requests/request-table.js';
import { Masker } from '../../../../workers/records/masker.js';
import { someContext, somePolicy, someRun } from '../../../support/record-entries.js';

const stride = 4;
const batchSize = 8;

/** Values that differ from one another, of a batch. */
function valuesOf(width: number, first: number): Float32Array {
  return Float32Array.from({ length: batchSize * width }, (_, index) => first + index + 0.5);
}

const someAnswer: ModelResult = {
  ...{
    source: 'model',
    decision: 'APPROVE',
    decidedBy: 'policy',
    riskLevel: 'LOW',
    fraudProbability: 0.5,
    riskScore: 0.25,
  },
  ...{ timing: { queueMs: 1, inferenceMs: 1, totalMs: 2, batchSize }, provider: 'cpu' },
  model: { name: 'some', version: '7' },
};

interface Setting {
  places: readonly number[];
  rawWidth: number;
  attentionWidth?: number;
  /** Whether the batch has raw outputs to copy. */
  hasRaw?: boolean;
}

/** An entry as the host writes it. */
function written({ places, rawWidth, attentionWidth = 0, hasRaw = true }: Setting): {
  entry: Buffer;
  sources: RowSources;
} {
  const stage = new RowStage(batchSize);
  const table = new RequestTable(batchSize);
  for (const place of places) {
    stage.answered({ ...someAnswer, id: `tx-${place}` }, table, place, place, -1, '');
  }
  const shared: EntryShared = {
    ...{ context: 0, at: 1, batch: 0, batchSize, inferenceMs: 1 },
    role: 'primary',
    provider: 'cpu',
    ...{ policy: somePolicy.policy, attentionWidth, featureWords: stride, rawWidth },
  };
  const sources = {
    features: wordsOf(valuesOf(stride, 1_000)),
    featuresFrom: 0,
    attention: valuesOf(attentionWidth, 2_000),
    attentionFrom: 0,
    raw: hasRaw ? valuesOf(rawWidth, 3_000) : null,
    rawFrom: 0,
  };
  const sizes = { rows: 0, featureWords: 0, attentionWidth: 0, rawWidth: 0, textBytes: 0 };
  sizeEntry(sizes, stage, shared, sources);
  const parts = entryParts(sizes);
  const memory = new EntryMemory(new SharedArrayBuffer(parts.bytes + 64));
  // What lay there before must not show.
  memory.bytes.fill(0xff);
  writeDecisions(memory, 64, sizes, parts, { first: 0, policy: 0 }, stage, shared, sources);
  return { entry: Buffer.from(memory.bytes.subarray(64, 64 + parts.bytes)), sources };
}

function slice(values: Float32Array | null, place: number, width: number): number[] {
  return [...(values?.slice(place * width, (place + 1) * width) ?? [])];
}

function floats(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}

function recordsOf(entry: Buffer, fields: Record<string, MaskAction>): RecordedDecision[] {
  const header = { format: 1, run: someRun, part: 0, begunAt: 0, package: '0.1.0', mask: fields } as const;
  const reader = new RecordReader(header);
  reader.addContext(someContext);
  reader.addPolicy(somePolicy);
  return [...reader.records(entry)].filter((record) => record.kind === 'decision');
}

const settings = fc.record({
  places: fc.uniqueArray(fc.nat({ max: batchSize - 1 }), { minLength: 1 }).map((list) => list.sort((a, b) => a - b)),
  rawWidth: fc.integer({ min: 0, max: 5 }),
  attentionWidth: fc.integer({ min: 0, max: 3 }),
});

describe('Raw outputs in an entry', () => {
  it('are those of their row, whatever rows of the batch are recorded', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const { places, rawWidth, attentionWidth } = setting;
        const { entry, sources } = written(setting);
        const view = new EntryView(entry);
        expect(view.head).toMatchObject({ featureWords: stride, rawWidth, attentionWidth, rows: places.length });
        for (const [index, place] of places.entries()) {
          expect(floats(view.features(index))).toEqual(slice(new Float32Array(sources.features.buffer), place, stride));
          expect(view.rawOutputs(index)).toEqual(slice(sources.raw, place, rawWidth));
          expect(view.attention(index)).toEqual(slice(sources.attention, place, attentionWidth));
        }
        expect([...view.rows()].map(({ id }) => id)).toEqual(places.map((place) => `tx-${place}`));
      }),
    );
  });

  it('have nothing of what lay there before between them and the next part', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const { places, rawWidth, attentionWidth } = setting;
        const { entry } = written(setting);
        const { parts } = new EntryView(entry);
        const featuresEnd = parts.features + places.length * stride * 4;
        const attentionEnd = parts.attention + places.length * attentionWidth * 4;
        expect(entry.subarray(featuresEnd, parts.attention).every((byte) => byte === 0)).toBe(true);
        const rawEnd = parts.raw + places.length * rawWidth * 4;
        expect(entry.subarray(attentionEnd, parts.raw).every((byte) => byte === 0)).toBe(true);
        expect(entry.subarray(rawEnd, parts.texts).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it('are kept where everything is masked that can be', () => {
    const masked = ['/id', '/amount', '/attention', '/reasons', '/features'];
    const fields: Record<string, MaskAction> = Object.fromEntries(masked.map((pointer) => [pointer, 'remove']));
    const masker = new Masker({ key: Buffer.alloc(32, 1), fields });
    masker.addContext(someContext);
    fc.assert(
      fc.property(settings, (setting) => {
        const { entry, sources } = written(setting);
        const applied = masker.apply(entry);
        const view = new EntryView(applied);
        for (const [index, place] of setting.places.entries()) {
          // Between the two floats and the int64 of the model's row there is no other word.
          expect(floats(view.features(index))).toEqual([0, 0, 0, 0]);
          expect(view.rawOutputs(index)).toEqual(slice(sources.raw, place, setting.rawWidth));
          expect(view.attention(index)).toEqual(Array.from({ length: setting.attentionWidth }, () => 0));
        }
        for (const [index, record] of recordsOf(applied, fields).entries()) {
          const raw = slice(sources.raw, setting.places[index] ?? 0, setting.rawWidth);
          expect(record.rawOutputs).toEqual(raw.length === 0 ? undefined : { logits: raw });
          expect(record).not.toHaveProperty('features');
        }
      }),
    );
  });

  it('have texts for numbers that JSON has not', () => {
    const { entry } = written({ places: [0], rawWidth: 4 });
    const { parts } = new EntryView(entry);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];
    for (const [column, value] of odd.entries()) entry.writeFloatLE(value, parts.raw + 4 * column);
    const [record] = recordsOf(entry, {});
    expect(record?.rawOutputs).toEqual({ logits: ['NaN', 'Infinity', '-Infinity', '-0'] });
  });

  it('are none where the batch has none', () => {
    const { entry } = written({ places: [1, 2], rawWidth: 3, hasRaw: false });
    expect(new EntryView(entry).head).toMatchObject({ featureWords: stride, rawWidth: 0 });
    for (const record of recordsOf(entry, {})) expect(record).not.toHaveProperty('rawOutputs');
  });

  it('are no more than there is room for', () => {
    const { entry } = written({ places: [1], rawWidth: 3 });
    entry.writeUInt32LE(stride + 4, headFields.rawWidth);
    expect(() => new EntryView(entry)).toThrow(RangeError);
  });
});
