import type { ScoreRequest } from 'fraud-scorer';
import { FeatureBuilder, generateTransactions, type ReferenceFeatures } from '../../models/visa-fraud/reference.js';

/** Requests for the reference model, taken in turn. */
export class ReferenceRequests {
  readonly all: readonly ScoreRequest[];

  private constructor(all: readonly ScoreRequest[]) {
    this.all = all;
  }

  /** Of generated transactions after a month of history. */
  static generate(count = 4_096): ReferenceRequests {
    const builder = new FeatureBuilder();
    const requests: ScoreRequest[] = [];
    for (const transaction of generateTransactions({ seed: 11, days: 60, customers: 400 })) {
      requests.push({ features: builder.next(transaction) });
    }
    return new ReferenceRequests(requests.slice(-count));
  }

  at(index: number): ScoreRequest {
    const request = this.all[index % this.all.length];
    if (request === undefined) throw new RangeError('requests: expected at least one, received none');
    return request;
  }

  /** So many of them one after the other, an input's values in one array: what `scoreColumns` takes. */
  columns(rows: number): ReferenceFeatures {
    const join = (name: keyof ReferenceFeatures): Float32Array => {
      const parts = Array.from({ length: rows }, (_, row) => Array.from(this.at(row).features[name] ?? []));
      return Float32Array.from(parts.flat());
    };
    return {
      transaction_features: join('transaction_features'),
      user_features: join('user_features'),
      merchant_features: join('merchant_features'),
    };
  }
}
