import { FraudScorer } from 'fraud-scorer';
import { loadNaiveModel } from '../rivals/naive-model.mjs';
import { findPlainExport } from '../rivals/plain-export.js';
import type { Handlers } from './app.js';

/** The model run in the handler, or the SDK in its place. */
export type Variant = 'sdk' | 'naive';

/** @throws {Error} where the model directory has no plain export for the naive one. */
export async function createHandlers(variant: Variant, model: string): Promise<Handlers> {
  return variant === 'sdk' ? await sdkHandlers(model) : await naiveHandlers(model);
}

async function sdkHandlers(model: string): Promise<Handlers> {
  const scorer = await FraudScorer.create({ model });
  return {
    one: (request) => scorer.score(request),
    many: (requests) => scorer.scoreMany(requests),
  };
}

async function naiveHandlers(model: string): Promise<Handlers> {
  const plain = await findPlainExport(model);
  if (plain === null) throw new Error(`${model}: expected a plain.onnx, found none`);
  const naive = await loadNaiveModel(plain);
  return {
    one: (request) => naive.score(request),
    async many(requests) {
      const scores: unknown[] = [];
      for (const request of requests) scores.push(await naive.score(request));
      return scores;
    },
  };
}
