import { fileURLToPath } from 'node:url';
import type { ScoreRequest } from 'fraud-scorer';
import { openModelDirectory } from '../../src/models/model-directory.js';
import type { Scenario } from './scenario.js';
import { reportVariations, type Variant, vary } from './variation.js';

const workers = 2;
const limits = { maxQueueSize: 100_000, timeoutMs: 60_000 };

/** Models with a feature, and with five; the bundled one has a hundred. */
const smallModels = ['sqrt', 'linear'];

/** What a request costs as things grow: the inverse of the saturated throughput. */
export const growth: Scenario = {
  name: 'growth',
  title: 'Cost a request as things grow',
  async run(context) {
    const { model, outstanding: callers, growth: sizes } = context.settings;
    const requestAt = (index: number): ScoreRequest => context.requests.at(index);
    const options = { model, workers, ...limits };
    const same = { options, callers, requestAt };
    const variations = [
      await vary(
        context,
        'growth-queue',
        'requests outstanding',
        sizes.outstanding.map((count) => {
          return { ...same, value: count.toLocaleString('en'), callers: count };
        }),
      ),
      await vary(
        context,
        'growth-workers',
        'workers',
        sizes.workers.map((count) => {
          return { ...same, value: String(count), options: { ...options, workers: count } };
        }),
      ),
      await vary(
        context,
        'growth-batch',
        'maxBatchSize',
        sizes.batchSizes.map((maxBatchSize) => {
          const value = maxBatchSize.toLocaleString('en');
          return { ...same, value, options: { ...options, batching: { maxBatchSize } } };
        }),
      ),
      await vary(context, 'growth-features', 'features', [
        ...(await Promise.all(smallModels.map((name) => smallModel(name, callers)))),
        { ...same, value: String(await featuresOf(model)) },
      ]),
    ];
    const { slices, sliceMs } = sizes;
    return reportVariations(variations, [
      `${slices} slices of ${sliceMs / 1000} s; ${workers} workers, ${callers.toLocaleString('en')} outstanding where they are not what varies.`,
      'The models with few features are others, too: they are next to nothing for the runtime.',
    ]);
  },
};

async function smallModel(name: string, callers: number): Promise<Variant> {
  const model = fileURLToPath(new URL(`../../test/fixtures/models/${name}`, import.meta.url));
  const { manifest } = await openModelDirectory(model);
  const request = {
    features: Object.fromEntries(manifest.inputs.map(({ name: input, size }) => [input, halves(size)])),
  };
  return {
    value: String(await featuresOf(model)),
    options: { model, workers, ...limits },
    callers,
    requestAt: () => request,
  };
}

/** A value that every fixture takes for good. */
function halves(size: number): Float32Array {
  return new Float32Array(size).fill(0.5);
}

async function featuresOf(model: string): Promise<number> {
  const { manifest } = await openModelDirectory(model);
  return manifest.inputs.reduce((sum, { size }) => sum + size, 0);
}
