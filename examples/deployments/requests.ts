import { FeatureBuilder, generateTransactions, namedFeatures, type Transaction } from 'fraud-scorer/reference';

/** What a host knows about a transaction: the features of all versions by name, and the customer. */
export interface PreparedRequest {
  customerId: string;
  features: Record<string, number | string>;
  isFraud: boolean;
}

const dayMs = 86_400_000;
const customers = 4_000;

/** The first days only fill the customers' histories. */
const historyDays = 12;

const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' });

/** Generates transactions, the same for the same seed, and builds their features in time order. */
export function prepareRequests(seed: number, days: number): PreparedRequest[] {
  const builder = new FeatureBuilder();
  const requests: PreparedRequest[] = [];
  let startMs: number | undefined;
  for (const transaction of generateTransactions({ seed, customers, days: historyDays + days })) {
    startMs ??= transaction.timestampMs + historyDays * dayMs;
    const features = builder.next(transaction);
    if (transaction.timestampMs < startMs) continue;
    requests.push({
      customerId: transaction.customerId,
      features: { ...namedFeatures(features), ...furtherFeatures(transaction) },
      isFraud: transaction.isFraud === true,
    });
  }
  return requests;
}

/** Features that version 1 does not know: an integer and a text. */
function furtherFeatures({ timestampMs }: Transaction): { hour: number; weekday: string } {
  return { hour: new Date(timestampMs).getUTCHours(), weekday: weekday.format(timestampMs) };
}
