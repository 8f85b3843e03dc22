import { FraudScorer } from 'fraud-scorer';

const zeros = (count: number): number[] => Array(count).fill(0);
// The demonstration model has 50, 30 and 20 features: of the transaction, the customer and the merchant.
const features = {
  transaction_features: [2.56, 0.25, -1.08, 0.85, 0.07, -0.33, -0.36, -0.48, 0.57, -0.35, ...zeros(40)],
  user_features: [1.88, 2.3, 1.79, 2.3, 2.3, 0.03, 0, 5.71, 2.93, 3.05, ...zeros(20)],
  merchant_features: [0.77, 0.69, 0.69, 0.69, 0, 3.74, -0.15, ...zeros(13)],
};
const scorer = await FraudScorer.create();
const { decision, fraudProbability, timing } = await scorer.score({ id: 'tx-1', amount: 11.99, features });
console.log({ decision, fraudProbability, totalMs: timing.totalMs });
await scorer.close();
