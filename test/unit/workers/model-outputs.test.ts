import { describe, expect, it } from 'vitest';
import type { OutputSpec } from '../../../src/protocol/output-forms.js';
import { joined, OutputReader, type RawOutputs } from '../../../workers/thread/model-outputs.js';

function given(raw: number[], riskScore: number[] | null = null, attention: number[] | null = null): RawOutputs {
  return {
    raw: Float32Array.from(raw),
    riskScore: riskScore && Float32Array.from(riskScore),
    attention: attention && Float32Array.from(attention),
  };
}

function readerOf(outputs: OutputSpec, one: RawOutputs, rows = 1): OutputReader {
  return new OutputReader({ inputs: [], outputs }, one, rows);
}

describe('the outputs of a run', () => {
  it.each<[string, OutputSpec, number[], RegExp]>([
    [
      'three classes without a class of fraud',
      { probabilities: 'p' },
      [0.2, 0.3, 0.5],
      /3 classes: say which column is fraud by outputs\.fraudClass/,
    ],
    [
      'a class of fraud that is not there',
      { logits: 'l', fraudClass: 2 },
      [1, 2],
      /outputs\.fraudClass is column 2, and there are 2, from 0/,
    ],
    [
      'other classes than the labels say',
      { logits: 'l', classes: ['a', 'b'] },
      [1, 2, 3],
      /expected 2 values, received 3/,
    ],
    ['one column for classes', { probabilities: 'p' }, [0.5], /name one column as outputs\.probability/],
    ['two columns for one', { logit: 'l' }, [1, 2], /output logit: expected 1 values, received 2/],
  ])('are refused: %s', (_, outputs, raw, message) => {
    expect(() => readerOf(outputs, given(raw))).toThrow(message);
  });

  it('are refused where there are more or fewer of any of them than of rows', () => {
    const outputs = { probability: 'p', riskScore: 'r', attention: 'a' };
    const reader = readerOf(outputs, given([0.5], [0.25], [1, 2, 3]));
    expect(reader.attentionWidth).toBe(3);
    expect(() => reader.read(given([0.5, 0.5], [0.25, 0.25], [1, 2, 3, 4, 5, 6]), 2)).not.toThrow();
    expect(() => reader.read(given([0.5], [0.25, 0.25], [1, 2, 3, 4, 5, 6]), 2)).toThrow(/output probability/);
    expect(() => reader.read(given([0.5, 0.5], [0.25], [1, 2, 3, 4, 5, 6]), 2)).toThrow(/output riskScore/);
    expect(() => reader.read(given([0.5, 0.5], [0.25, 0.25], [1, 2, 3]), 2)).toThrow(/output attention/);
  });

  it('are those of the first rows of a padded run, and several runs are read as one', () => {
    const outputs = { logits: 'l', riskScore: 'r', attention: 'a' };
    const padded = given([0, 1, 2, 2, 2, 2], [0.25, 0.75, 0.75], [1, 2, 3, 4, 3, 4]);
    const reader = readerOf(outputs, padded, 3);
    const first = reader.firstOf(padded, 2, 3);
    expect(first).toEqual(given([0, 1, 2, 2], [0.25, 0.75], [1, 2, 3, 4]));
    const both = joined([first, reader.firstOf(padded, 1, 3)]);
    expect(both).toEqual(given([0, 1, 2, 2, 0, 1], [0.25, 0.75, 0.25], [1, 2, 3, 4, 1, 2]));
    const { probability, riskScore } = reader.read(both, 3);
    expect([...probability]).toEqual([1 / (1 + Math.exp(-1)), 0.5, 1 / (1 + Math.exp(-1))]);
    expect(riskScore).toEqual(Float32Array.of(0.25, 0.75, 0.25));
    expect(joined([given([1]), given([2])])).toEqual(given([1, 2]));
  });

  it('are the very values of the graph where they are probabilities', () => {
    const one = given([0.1, 0.9]);
    expect(readerOf({ probability: 'p' }, one, 2).read(one, 2).probability).toBe(one.raw);
  });
});
