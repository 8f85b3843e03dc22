import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/models/model-directory.js';
import { specOf } from '../../../src/models/model-spec.js';
import { trialRowsFor } from '../../../src/tools/verification-rows.js';
import { float32Difference } from '../../../workers/providers/precise-session.js';
import { openSession } from '../../../workers/providers/providers.js';
import { CpuAgreement, differenceBetween } from '../../../workers/serving/cpu-agreement.js';
import type { InputBuffers } from '../../../workers/thread/input-buffers.js';
import { ModelSession } from '../../../workers/thread/model-session.js';
import { demonstrationGraph, demonstrationManifest } from '../../support/packaged-files.js';

const { manifest } = parseManifest(readFileSync(demonstrationManifest()), 'model.json');
const spec = specOf(manifest);
const bytes = { graph: readFileSync(demonstrationGraph()), weights: [] };
const rows = trialRowsFor(manifest.inputs);

describe('a session on a device beside one on the CPU', () => {
  let model: ModelSession;
  let release: () => Promise<void>;

  beforeAll(async () => {
    const opened = await openSession(bytes, ['cpu'], 0, (session) => ModelSession.warmedUp(session, spec, 1));
    model = opened.result;
    release = () => opened.session.release();
  });
  afterAll(() => release());

  it('is the same where it computes the same', async () => {
    expect(await new CpuAgreement(bytes, spec, rows).differenceOf(model)).toBe(0);
  });

  it('is further away than float32 explains where the inputs alone are rounded to TF32', async () => {
    const inTf32 = {
      infer: (buffers: InputBuffers, count: number) => model.infer(buffers.map(roundedToTf32), count),
    };
    const difference = await new CpuAgreement(bytes, spec, rows).differenceOf(inTf32);
    expect(difference).toBeGreaterThan(2 * float32Difference);
    expect(difference).toBeLessThan(1e-2);
  });

  it('can not be compared where the CPU can not run the model', async () => {
    const broken = { graph: new Uint8Array([1, 2, 3]), weights: [] };
    expect(await new CpuAgreement(broken, spec, rows).differenceOf(model)).toBeNull();
  });
});

describe('the difference between outputs', () => {
  const of = (expected: number[], seen: number[]) =>
    differenceBetween(Float32Array.from(expected), Float32Array.from(seen));

  it('is a share of their size', () => {
    expect(of([3, -4], [3.003, -4.004])).toBeCloseTo(1e-3, 5);
  });

  it('leaves out what is not finite, and is unknown where nothing is left', () => {
    expect(of([1, Number.NaN], [1, 5])).toBe(0);
    expect(of([Number.NaN], [1])).toBeNull();
    expect(of([], [])).toBeNull();
  });

  it('is infinite where the CPU gives zeros and the device does not', () => {
    expect(of([0, 0], [0, 1e-6])).toBe(Number.POSITIVE_INFINITY);
  });
});

/** 10 bits of mantissa, to the nearest. */
function roundedToTf32(values: InputBuffers[number]): InputBuffers[number] {
  if (!(values instanceof Float32Array)) return values;
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return new Float32Array(bits.map((word) => (word + 0x1000) & 0xffffe000).buffer);
}
