import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../../../src/errors.js';
import type { ManifestInput } from '../../../../src/models/manifest-inputs.js';
import { textsOf } from '../../../../src/protocol/input-texts.js';
import { rowLayoutOf } from '../../../../src/protocol/row-layout.js';
import type { ContextInput } from '../../../../src/records/format/contexts.js';
import { FeatureValues } from '../../../../src/records/format/feature-values.js';
import { FeatureMapping } from '../../../../src/tools/replay/against/feature-mapping.js';
import { featureSource } from '../../../../src/tools/replay/against/feature-source.js';
import { writeFeatures } from '../../../../src/tools/replay/feature-bytes.js';
import { RecordedVersions } from '../../../../src/tools/replay/recorded-version.js';

type Values = Record<string, (number | string | boolean)[]>;

/** @returns what becomes of a row; null where it can't be taken. */
function mapped(recorded: readonly ContextInput[], values: Values, inputs: readonly ManifestInput[]) {
  const model = { name: 'm', version: '1', sha256: 'ab' };
  const runtime = { package: '1', node: '20', onnxruntime: '1', cpuModel: 'x', session: {} };
  const version = new RecordedVersions().ofDescription({ model, runtime, inputs: recorded });
  const source = featureSource(version, null);
  if (source === null) throw new Error('no source');
  const mapping = new FeatureMapping(source, inputs);
  const from = Buffer.alloc(source.stride * 4);
  expect(writeFeatures(from, values, source.layoutOfRow, source.texts)).toBe(true);
  const to = Buffer.alloc(rowLayoutOf(inputs).stride * 4);
  if (!mapping.write(from, to)) return { values: null, notes: mapping.notes };
  const described = inputs.map((input) => {
    const { name, size, type = 'float32' } = input;
    return { name, size, type, ...(type === 'string' ? { texts: textsOf(input) } : {}) };
  });
  return { values: new FeatureValues(described).read(to), notes: mapping.notes };
}

const left: ContextInput = { name: 'left', size: 3, type: 'float32', features: ['a', 'b', 'c'] };
const right: ContextInput = { name: 'right', size: 2, type: 'int64', features: ['d', 'e'] };

describe('Features of one model for another', () => {
  it('go by name and size of the input where names of features are missing', () => {
    const plain = [{ ...left, features: undefined }, right].map(({ features: _, ...input }) => input);
    const { values } = mapped(plain, { left: [1, 2, 3], right: ['4', '5'] }, [
      { name: 'right', size: 2, type: 'float64' },
      { name: 'left', size: 3 },
    ]);
    expect(values).toEqual({ right: [4, 5], left: [1, 2, 3] });
  });

  it('go by the names of features over all inputs where both have them', () => {
    const { values } = mapped([left, right], { left: [1, 2, 3], right: ['4', '5'] }, [
      { name: 'X', size: 4, features: ['e', 'c', 'b', 'a'] },
    ]);
    expect(values).toEqual({ X: [5, 3, 2, 1] });
  });

  it('are taken as missing where the model says what that is, and refused else', () => {
    const inputs: ManifestInput[] = [{ name: 'X', size: 2, features: ['a', 'new'], missing: [undefined, 7] }];
    const { values, notes } = mapped([left], { left: [1, 2, 3] }, inputs);
    expect(values).toEqual({ X: [1, 7] });
    expect(notes).toEqual([expect.stringContaining('new')]);
    expect(() => mapped([left], { left: [1, 2, 3] }, [{ name: 'X', size: 1, features: ['new'] }])).toThrow(/new/);
  });

  it('keep their texts, whatever places those have', () => {
    const recorded: ContextInput = { name: 't', size: 1, type: 'string', texts: [['DE', 'TR', '?']] };
    const input: ManifestInput = { name: 't', size: 1, type: 'string', categories: [['FR', 'TR']] };
    expect(mapped([recorded], { t: ['TR'] }, [input]).values).toEqual({ t: ['TR'] });
    expect(mapped([recorded], { t: ['DE'] }, [input]).values).toBeNull();
    const open = { ...input, unknownCategory: 'other' };
    expect(mapped([recorded], { t: ['DE'] }, [open]).values).toEqual({ t: ['other'] });
  });

  it('are refused where a type cannot become another, or no input has the name', () => {
    const inputs =
      (input: ManifestInput): (() => unknown) =>
      () =>
        mapped([left], { left: [1, 2, 3] }, [input]);
    expect(inputs({ name: 'left', size: 3, type: 'int32' })).toThrow(InvalidOptionsError);
    expect(inputs({ name: 'left', size: 2 })).toThrow(/left \(3\)/);
    expect(inputs({ name: 'other', size: 3 })).toThrow(/--against/);
  });
});
