import { FeatureBuilder, generateTransactions } from '../models/visa-fraud/reference.js';
import type { ScoreRequest } from '../src/index.js';

/** Requests for the reference model, from generated transactions after a month of history. */
export function referenceRequests(count: number): ScoreRequest[] {
  const builder = new FeatureBuilder();
  const requests: ScoreRequest[] = [];
  for (const transaction of generateTransactions({ seed: 11, days: 60, customers: 400 })) {
    const { transaction_features, user_features, merchant_features } = builder.next(transaction);
    requests.push({ features: { transaction_features, user_features, merchant_features } });
  }
  return requests.slice(-count);
}
