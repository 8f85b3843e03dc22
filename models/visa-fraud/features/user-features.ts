import { DAY_MS } from '../units.js';
import { baselineMean } from './amount-features.js';
import type { Feature, FeatureContext } from './feature.js';
import { fraudShare } from './label-summary.js';
import { clip, daysUpTo40, logCount, logMinutes, logRatio, shrunkMean } from './scaling.js';

/** The customer, before this transaction. */
export const USER_FEATURES: readonly Feature[] = [
  {
    name: 'customer_age',
    description: 'Days since the customer was first seen (up to 40)',
    value: (c) => daysUpTo40(c.customer.ageMs / DAY_MS),
  },
  {
    name: 'customer_remembered',
    description: "Customer's transactions so far (up to 128)",
    value: (c) => logCount(c.customer.remembered),
  },
  {
    name: 'customer_count_1d',
    description: "Customer's transactions within a day",
    value: (c) => logCount(c.customer.count1d),
  },
  {
    name: 'customer_count_7d',
    description: "Customer's transactions within 7 days",
    value: (c) => logCount(c.customer.count7d),
  },
  {
    name: 'customer_count_30d',
    description: "Customer's transactions within 30 days",
    value: (c) => logCount(c.customer.count30d),
  },
  {
    name: 'customer_pace_1d',
    description: "Customer's transactions of a day against the usual (log ratio)",
    value: (c) => logRatio(c.customer.count1d, usualCount(c, 1)),
  },
  {
    name: 'customer_pace_7d',
    description: "Customer's transactions of 7 days against the usual (log ratio)",
    value: (c) => logRatio(c.customer.count7d, usualCount(c, 7)),
  },
  {
    name: 'customer_gap',
    description: "Mean time between the customer's transactions (log minutes)",
    value: (c) => logMinutes(c.customer.meanGapMs),
  },
  {
    name: 'customer_mean_7d',
    description: "Customer's mean amount of 7 days (logarithm)",
    value: (c) => Math.log1p(mean7d(c)),
  },
  {
    name: 'customer_mean_30d',
    description: "Customer's mean amount of 30 days (logarithm)",
    value: (c) => Math.log1p(c.customerMean),
  },
  {
    name: 'customer_mean_to_everyone',
    description: "Customer's mean amount as a multiple of everyone's",
    value: (c) => Math.min(c.customerMean / (c.population.meanAmount + 1), 10),
  },
  {
    name: 'customer_median',
    description: "Customer's usual (median) amount (logarithm)",
    value: (c) => Math.log1p(c.customer.median ?? c.customerMean),
  },
  {
    name: 'customer_deviation_30d',
    description: "Scatter of the customer's amounts of 30 days as a multiple of their mean",
    value: (c) => Math.min(c.customerDeviation / (c.customerMean + 1), 5),
  },
  {
    name: 'customer_upper_to_median',
    description: "How far the customer's larger amounts lie above the usual one (log ratio)",
    value: (c) => (c.customer.remembered < 3 ? 0 : logRatio(c.customer.upper ?? 0, c.customer.median ?? 0)),
  },
  {
    name: 'customer_max_30d_to_median',
    description: "Customer's largest amount of 30 days against the usual one (log ratio)",
    value: (c) => (c.customer.count30d < 3 ? 0 : logRatio(c.customer.max30d, c.customer.median ?? 0)),
  },
  {
    name: 'customer_mean_1d_to_before',
    description: "Customer's mean amount of a day against before the last 14 days (log ratio)",
    value: (c) => logRatio(shrunkMean(c.customer.sum1d, c.customer.count1d, baselineMean(c), 1), baselineMean(c)),
  },
  {
    name: 'customer_mean_7d_to_before',
    description: "Customer's mean amount of 7 days against before the last 14 days (log ratio)",
    value: (c) => logRatio(mean7d(c), baselineMean(c)),
  },
  {
    name: 'customer_outliers_1d',
    description: "Customer's unusually large amounts within a day",
    value: (c) => logCount(c.customer.outliers1d),
  },
  {
    name: 'customer_outliers_3d',
    description: "Customer's unusually large amounts within 3 days",
    value: (c) => logCount(c.customer.outliers3d),
  },
  {
    name: 'customer_outliers_7d',
    description: "Customer's unusually large amounts within 7 days",
    value: (c) => logCount(c.customer.outliers7d),
  },
  {
    name: 'customer_outliers_14d',
    description: "Customer's unusually large amounts within 14 days",
    value: (c) => logCount(c.customer.outliers14d),
  },
  {
    name: 'customer_largest_excess_7d',
    description: "How far the customer's largest amount of 7 days lay above the usual one (log ratio)",
    value: (c) => c.customer.excess7d,
  },
  {
    name: 'customer_largest_excess_14d',
    description: "How far the customer's largest amount of 14 days lay above the usual one (log ratio)",
    value: (c) => c.customer.excess14d,
  },
  {
    name: 'customer_last_excess',
    description: "How far the customer's last amount lay above the usual one (log ratio)",
    value: (c) => c.customer.lastExcess,
  },
  {
    name: 'customer_first_visits_7d',
    description: "Share of the customer's transactions of 7 days at terminals new to them",
    value: (c) => c.customer.firstVisits7d / (c.customer.count7d + 1),
  },
  {
    name: 'customer_nights',
    description: "Share of the customer's transactions between midnight and six",
    value: (c) => c.customer.nights / (c.customer.remembered + 1),
  },
  {
    name: 'customer_exposure_7d',
    description: "Customer's visits within 7 days to terminals with known fraud",
    value: (c) => logCount(c.customer.exposure7d),
  },
  {
    name: 'customer_fraud_share_7d',
    description: "Customer's share of known fraud within 7 days before the labels' delay",
    value: (c) => fraudShare(c.customerLabels.within7d),
  },
  {
    name: 'customer_frauds_30d',
    description: "Customer's known frauds within 30 days before the labels' delay",
    value: (c) => logCount(c.customerLabels.within30d.frauds),
  },
  {
    name: 'customer_since_fraud',
    description: "Days since the customer's last known fraud (up to 40)",
    value: (c) => daysUpTo40(c.customerLabels.daysSinceFraud),
  },
];

function mean7d(c: FeatureContext): number {
  return shrunkMean(c.customer.sum7d, c.customer.count7d, c.customerMean, 2);
}

/** Transactions to be expected in so many days, from the last 30. */
function usualCount(c: FeatureContext, days: number): number {
  return (c.customer.count30d * days) / clip(c.customer.ageMs / DAY_MS, days, 30);
}
