import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelSpec, TrialReport } from '../../../src/protocol/serving.js';
import { trialRowsFor } from '../../../src/tools/verification-rows.js';
import { tryRows } from '../../../workers/serving/trial.js';
import { type ModelOutputs, OutputReader } from '../../../workers/thread/model-outputs.js';
import type { InputBuffers } from '../../../workers/thread/model-session.js';

const inputs = [{ name: 'x', size: 2 }];
const probability: ModelSpec = { inputs, outputs: { probability: 'p' } };
const logits: ModelSpec = { inputs, outputs: { logits: 'l' } };

/** What a model says of one row, given all rows of its batch. */
type Say = (row: readonly number[], batch: readonly (readonly number[])[]) => number | number[];

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** A batch of [rows, 2]. */
function batchOf(buffers: InputBuffers, rows: number): number[][] {
  const [values] = buffers;
  return Array.from({ length: rows }, (_, row) => [Number(values?.[2 * row]), Number(values?.[2 * row + 1])]);
}

/** What a session makes of what a graph said. */
function outputsOf(spec: ModelSpec, raw: Float32Array, rows: number): ModelOutputs {
  const outputs = { raw, riskScore: null, attention: null };
  return new OutputReader(spec, outputs, rows).read(outputs, rows);
}

async function tryModel(say: Say, spec = probability, cases = new Float32Array()): Promise<Omit<TrialReport, 'cases'>> {
  const infer = async (buffers: InputBuffers, rows: number): Promise<ModelOutputs> => {
    const batch = batchOf(buffers, rows);
    const said = Float32Array.from(batch.flatMap((row) => say(row, batch)));
    return outputsOf(spec, said, rows);
  };
  const { issues, notes } = await tryRows({ infer }, spec, trialRowsFor(spec.inputs), cases);
  return { issues, notes };
}

const weigh = ([a = 0, b = 0]: readonly number[]): number => 0.3 * a - 0.2 * b;

/** What a step of a quantised value does to it. */
function quantised(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.round(value / scale) * scale;
}

function largest(batch: readonly (readonly number[])[]): number {
  return Math.max(...batch.flat().map(Math.abs));
}

describe('the trial of a model', () => {
  it('finds nothing wrong with models whose rows are scored each for itself', async () => {
    expect(await tryModel((row) => sigmoid(weigh(row)))).toEqual({ issues: [], notes: [] });
    expect(await tryModel((row) => [weigh(row), -weigh(row)], logits)).toEqual({ issues: [], notes: [] });
    // Of unnormalised amounts, so that nearly all scores are 0 or 1.
    expect(await tryModel((row) => sigmoid(1e6 * weigh(row)))).toEqual({ issues: [], notes: [] });
    // Statically quantised.
    expect(await tryModel((row) => sigmoid(quantised(weigh(row), 0.1)))).toEqual({ issues: [], notes: [] });
  });

  it('takes no rounding for a dependence, such as batches of another size or a quantised graph have', async () => {
    const rounding = (batch: readonly unknown[]): number => 1 + 1e-6 * (batch.length % 7);
    expect((await tryModel((row, batch) => sigmoid(weigh(row) * rounding(batch)))).issues).toEqual([]);
    const stepped: Say = (row, batch) => sigmoid(quantised(weigh(row) * rounding(batch), 0.03));
    expect((await tryModel(stepped)).issues).toEqual([]);
  });

  it.each<[string, Say, ModelSpec]>([
    [
      'are quantised by one scale for the batch',
      (row, batch) => sigmoid(weigh(row.map((value) => quantised(value, largest(batch) / 127)))),
      probability,
    ],
    [
      'are quantised after they were clipped, so that large rows are not so large',
      (row, batch) => {
        const clip = (value: number): number => Math.min(Math.max(value, -3), 3);
        const scale = largest(batch.map((other) => other.map(clip))) / 127;
        return sigmoid(weigh(row.map((value) => quantised(clip(value), scale))));
      },
      probability,
    ],
    [
      'have a softmax over the rows',
      (row, batch) => 1 / batch.reduce((sum, other) => sum + Math.exp(weigh(other) - weigh(row)), 0),
      probability,
    ],
    [
      'lose the mean of the batch',
      (row, batch) => {
        const mean = batch.reduce((sum, other) => sum + weigh(other), 0) / batch.length;
        return [mean - weigh(row), weigh(row) - mean];
      },
      logits,
    ],
    [
      'are all given the logits of the first, though every score is too near to 1 to show it',
      (row, batch) => [0, 100 + 0.1 * weigh(batch[0] ?? row)],
      logits,
    ],
    [
      'are lost beside large ones',
      (row, batch) => (largest(batch) > 1_000 ? Number.NaN : sigmoid(weigh(row))),
      probability,
    ],
    ['are divided by the size of their batch', (row, batch) => sigmoid(weigh(row)) / batch.length, probability],
  ])('refuses a model whose rows %s', async (_, say, spec) => {
    const { issues } = await tryModel(say, spec);
    expect(issues).toMatchObject([
      {
        path: spec === logits ? 'outputs.logits' : 'outputs.probability',
        expected: 'the same for a row whatever other rows are in its batch',
        received: expect.stringMatching(/dynamic quantisation.*evaluation mode/),
      },
    ]);
  });

  it('names the output that depends on the neighbours, and the largest difference', async () => {
    const spec: ModelSpec = { inputs, outputs: { probability: 'p', riskScore: 'r' } };
    const infer = async (buffers: InputBuffers, rows: number): Promise<ModelOutputs> => {
      const batch = batchOf(buffers, rows);
      return {
        ...outputsOf(
          spec,
          Float32Array.from(batch, (row) => sigmoid(weigh(row))),
          rows,
        ),
        riskScore: Float32Array.from(batch, () => (largest(batch) > 1_000 ? 0.75 : 0.5)),
      };
    };
    const { issues } = await tryRows({ infer }, spec, trialRowsFor(inputs), new Float32Array());
    expect(issues).toMatchObject([
      {
        path: 'outputs.riskScore',
        received: expect.stringMatching(/^scores that differ by up to 0\.25 beside rows a thousand/),
      },
    ]);
  });

  it('tells a model that gives another score each time from one that looks at the neighbours', async () => {
    let call = 0;
    const random: Say = (row) => {
      call += 1;
      return sigmoid(weigh(row) + Math.sin(call));
    };
    expect((await tryModel(random)).issues).toMatchObject([
      { path: 'outputs.probability', received: expect.stringContaining('a random operator') },
    ]);
  });

  it.each<[string, (z: number) => number, RegExp]>([
    ['a raw logit', (z) => z, /raw logit.*outputs\.logit,/],
    [
      'the score of an anomaly detector that is below 0',
      (z) => -Math.abs(z),
      /raw logit, or the score of an anomaly detector/,
    ],
    ['a distance', (z) => z * z, /a distance or the score of an anomaly detector/],
    ['a percentage', (z) => 100 * sigmoid(z), /a percentage/],
  ])('refuses %s in the place of a probability', async (_, of, received) => {
    const { issues } = await tryModel((row) => of(weigh(row)));
    expect(issues).toMatchObject([
      { path: 'outputs.probability', expected: 'scores in [0, 1]', received: expect.stringMatching(received) },
    ]);
  });

  it('looks for scores outside [0, 1] among rows about the means alone', async () => {
    const spec = { inputs: [{ name: 'x', size: 2, mean: [50, 5], std: [10, 1] }], outputs: probability.outputs };
    // Outside ten deviations, where no invented row is, it goes beyond 1.
    const far: Say = (row) => (Math.max(...row.map(Math.abs)) > 10 ? 2 : sigmoid(weigh(row)));
    expect((await tryModel(far, spec)).issues).toEqual([]);
  });

  it('refuses probabilities in the place of logits, also of a model that computes in float16', async () => {
    for (const error of [0, 5e-4]) {
      const say: Say = (row) => [1 - sigmoid(weigh(row)) + error, sigmoid(weigh(row))];
      expect((await tryModel(say, logits)).issues).toMatchObject([
        { path: 'outputs.logits', received: expect.stringContaining('nothing is ever blocked') },
      ]);
    }
  });

  it('takes logits for logits that are small, that add up to 0, or that are the same for every row', async () => {
    expect((await tryModel((row) => [0.5 + 0.001 * weigh(row), 0.4], logits)).issues).toEqual([]);
    expect((await tryModel((row) => [0.1 * weigh(row), -0.1 * weigh(row)], logits)).issues).toEqual([]);
    expect(await tryModel(() => [0.25, 0.75], logits)).toEqual({
      issues: [],
      notes: [expect.stringContaining('the same score, 0.622')],
    });
  });

  it('refuses percentages declared as logits, and notes what looks like two sigmoids', async () => {
    const percent = await tryModel((row) => [100 * sigmoid(weigh(row)), 100 * sigmoid(-weigh(row))], logits);
    expect(percent.issues).toEqual([expect.objectContaining({ path: 'outputs.logits' })]);
    expect(await tryModel(([a = 0, b = 0]) => [sigmoid(a), sigmoid(b)], logits)).toEqual({
      issues: [],
      notes: [expect.stringContaining('the outputs of a Sigmoid?')],
    });
  });

  it('refuses a model that gives rows of cases.json no score, or all the same, where invented rows are only noted', async () => {
    const cases = Float32Array.of(1, 1, -1, 1, 4, 2);
    const roots = await tryModel(([a = 0]) => sigmoid(Math.sqrt(a)), probability, cases);
    expect(roots).toMatchObject({
      issues: [{ path: 'cases.json', received: expect.stringMatching(/for case 1$/) }],
      notes: [expect.stringContaining('got no score')],
    });
    const constant = await tryModel(() => 0.5, probability, cases);
    expect(constant).toMatchObject({
      issues: [{ path: 'cases.json', received: expect.stringMatching(/^the same score, 0\.5, for all 3 rows/) }],
      notes: [expect.stringContaining('the same score')],
    });
    // Two rows of one leaf.
    const tree: Say = ([a = 0]) => (a > 0 ? 0.75 : 0.25);
    expect(await tryModel(tree, probability, Float32Array.of(1, 1, 4, 2))).toEqual({ issues: [], notes: [] });
    const many = Float32Array.from({ length: 20 }, () => 1);
    expect((await tryModel(tree, probability, many)).issues).toMatchObject([{ path: 'cases.json' }]);
  });

  it('judges a single logit: a probability is refused, and one that is never negative noted', async () => {
    const logit: ModelSpec = { inputs, outputs: { logit: 'z' } };
    expect(await tryModel(weigh, logit)).toEqual({ issues: [], notes: [] });
    expect((await tryModel((row) => sigmoid(weigh(row)), logit)).issues).toMatchObject([
      { path: 'outputs.logit', received: expect.stringContaining('name it as outputs.probability') },
    ]);
    const small = await tryModel((row) => 0.1 * sigmoid(weigh(row)), logit);
    expect(small).toEqual({ issues: [], notes: [expect.stringContaining('if it has had its sigmoid')] });
    const distance = await tryModel((row) => weigh(row) ** 2, logit);
    expect(distance).toEqual({ issues: [], notes: [expect.stringContaining('outputs.score with a calibration')] });
  });

  it('judges several classes by all of their columns', async () => {
    const classes = (row: readonly number[]): number[] => [weigh(row), -weigh(row), 1];
    const three: ModelSpec = { inputs, outputs: { logits: 'z', fraudClass: 2 } };
    expect(await tryModel(classes, three)).toEqual({ issues: [], notes: [] });
    const shares = (row: readonly number[]): number[] => {
      const powers = classes(row).map(Math.exp);
      const sum = powers.reduce((total, power) => total + power, 0);
      return powers.map((power) => power / sum);
    };
    expect((await tryModel(shares, three)).issues).toMatchObject([
      { received: expect.stringContaining('Name this output as outputs.probabilities') },
    ]);
    const probabilities: ModelSpec = { inputs, outputs: { probabilities: 'p', fraudClass: 2 } };
    expect(await tryModel(shares, probabilities)).toEqual({ issues: [], notes: [] });
    const apart = await tryModel((row) => [...classes(row).slice(1), weigh(row)].map(sigmoid), probabilities);
    expect(apart).toEqual({ issues: [], notes: [expect.stringContaining('do not add up to 1')] });
    expect((await tryModel(classes, probabilities)).issues).toMatchObject([
      { path: 'outputs.probabilities', received: expect.stringContaining('name them as outputs.logits') },
    ]);
  });

  it('says what a score was before a calibration that makes it constant', async () => {
    const calibration = { method: 'isotonic' as const, x: [1e3, 1e4], y: [0.25, 0.75] };
    const score: ModelSpec = { inputs, outputs: { score: 's' }, calibration };
    const { issues, notes } = await tryModel((row) => weigh(row) ** 2, score);
    expect([issues, notes]).toEqual([
      [],
      [expect.stringMatching(/the same score, 0\.25: before the calibration they were/)],
    ]);
  });

  it('merely notes rows without a score, rows that the runtime fails on, and a score beyond 1 by rounding', async () => {
    expect(await tryModel(([a = 0]) => sigmoid(Math.sqrt(a)))).toEqual({
      issues: [],
      notes: [expect.stringMatching(/^\d+ of 256 invented rows got no score/)],
    });
    const failing = await tryModel(([a = 0]) => {
      if (a > 0.5) throw new Error('indices out of bounds');
      return sigmoid(a);
    });
    expect(failing).toEqual({ issues: [], notes: [expect.stringContaining('indices out of bounds')] });
    const beyond = await tryModel((row) => (sigmoid(weigh(row)) > 0.5 ? 1.000_001 : 0.5));
    expect(beyond).toEqual({ issues: [], notes: [expect.stringContaining('if only by rounding')] });
  });

  it('says where the rows without a score are those with missing values', async () => {
    const gaps = [{ name: 'x', size: 2, missing: [Number.NaN, undefined] }];
    const tryGaps = (say: Say): ReturnType<typeof tryModel> => tryModel(say, { ...probability, inputs: gaps });
    const cause = 'all of them rows with missing values: such a request fails; train the model with missing values';
    const unscored = await tryGaps((row) => sigmoid(weigh(row)));
    expect(unscored).toEqual({ issues: [], notes: [expect.stringMatching(/^\d+ of 256 invented rows got no score/)] });
    expect(unscored.notes[0]).toContain(cause);
    const failing = await tryGaps((row) => {
      if (row.some(Number.isNaN)) throw new Error('indices out of bounds');
      return sigmoid(weigh(row));
    });
    expect(failing.notes).toEqual([expect.stringContaining(`(indices out of bounds), ${cause}`)]);
    const others = await tryGaps(([a = 0]) => sigmoid(Math.sqrt(a)));
    expect(others.notes).toEqual([expect.stringContaining('is the model made for other values?')]);
  });

  it('does not judge how far the scores go where many rows have none: the model is made for others', async () => {
    const root = await tryModel(([a = 0]) => Math.sqrt(a));
    expect(root.issues).toEqual([]);
    expect(root.notes).toContainEqual(expect.stringContaining('outside [0, 1] fails'));
    // Unless they go beyond both ends, as those of a raw logit do.
    const logit = await tryModel(([a = 0]) => Math.log(a));
    expect(logit.issues).toMatchObject([{ path: 'outputs.probability' }]);
  });

  it('finds neighbours that change a score among the rows that can be run', async () => {
    const picky: Say = (row, batch) => {
      if (batch.some(([a = 0]) => a < 0)) throw new Error('indices out of bounds');
      return sigmoid(weigh(row) / largest(batch));
    };
    expect((await tryModel(picky)).issues).toMatchObject([{ path: 'outputs.probability' }]);
  });

  it.each(['CUDA failure 719: unspecified launch failure', 'CUDA out of memory'])(
    'leaves it to the providers where the device fails: %s',
    async (message) => {
      const failing = tryModel(() => {
        throw new Error(message);
      });
      await expect(failing).rejects.toThrow(message);
    },
  );

  it('finds nothing wrong with any model of single rows that is smooth and gives probabilities', async () => {
    const weight = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    await fc.assert(
      fc.asyncProperty(weight, weight, weight, async (a, b, bias) => {
        const say: Say = ([x = 0, y = 0]) => Math.fround(sigmoid(a * x + b * y + bias));
        expect((await tryModel(say)).issues).toEqual([]);
      }),
    );
  });
});
