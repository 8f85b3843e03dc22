import * as ort from 'onnxruntime-node';

// What somebody would write first: a transaction, a run. Plain JavaScript, so that a Piscina worker loads it as it is.

/** @param {import('./plain-export.js').PlainExport} plain */
export async function loadNaiveModel({ modelPath, inputs }) {
  const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return {
    /** @param {import('../../src/index.js').ScoreRequest} request */
    async score({ features }) {
      const feeds = {};
      for (const { name, size, mean, std } of inputs) {
        feeds[name] = new ort.Tensor('float32', normalised(features[name], mean, std), [1, size]);
      }
      const { logits, risk_score: risk } = await session.run(feeds);
      const fraudProbability = 1 / (1 + Math.exp(logits.data[0] - logits.data[1]));
      const riskScore = risk.data[0];
      return { fraudProbability, riskScore, decision: decide(fraudProbability, riskScore) };
    },
    async close() {
      await session.release();
    },
  };
}

function normalised(values, mean, std) {
  if (mean === undefined || std === undefined) return Float32Array.from(values);
  const row = new Float32Array(mean.length);
  for (let index = 0; index < row.length; index += 1) {
    row[index] = (values[index] - mean[index]) / (std[index] + 1e-8);
  }
  return row;
}

function decide(fraudProbability, riskScore) {
  if (fraudProbability > 0.8 || riskScore > 0.9) return 'BLOCK';
  return fraudProbability > 0.5 || riskScore > 0.5 ? 'REVIEW' : 'APPROVE';
}
