import { DAY_MS } from '../units.js';
import type { Feature, FeatureContext } from './feature.js';
import { clip, deviations, logRatio, shrunkDeviation, shrunkMean } from './scaling.js';

/** The amount alone, against everybody's, against the customer's and against the terminal's. */
export const AMOUNT_FEATURES: readonly Feature[] = [
  {
    name: 'amount_log',
    description: 'Amount (logarithm)',
    value: (c) => c.logAmount,
  },
  {
    name: 'amount_to_everyone_mean',
    description: 'Amount as a multiple of the mean over all customers',
    value: (c) => Math.min(c.amount / (c.population.meanAmount + 1), 20),
  },
  {
    name: 'amount_everyone_deviations',
    description: 'Deviations of the amount from the mean over all customers (logarithms)',
    value: (c) => deviations(c.logAmount, c.population.meanLog, c.population.deviationLog),
  },
  {
    name: 'amount_share_larger',
    description: 'Share of all amounts so far that are larger',
    value: (c) => c.population.shareLarger,
  },
  {
    name: 'amount_rarity',
    description: 'How rare so large an amount is over all customers (powers of ten)',
    value: (c) => Math.min(-Math.log10(c.population.shareLarger + 1e-9), 4),
  },
  {
    name: 'amount_to_customer_mean_1d',
    description: "Amount against the customer's mean of a day (log ratio)",
    value: (c) => logRatio(c.amount, shrunkMean(c.customer.sum1d, c.customer.count1d, c.customerMean, 1)),
  },
  {
    name: 'amount_to_customer_mean_7d',
    description: "Amount against the customer's mean of 7 days (log ratio)",
    value: (c) => logRatio(c.amount, shrunkMean(c.customer.sum7d, c.customer.count7d, c.customerMean, 2)),
  },
  {
    name: 'amount_to_customer_mean_30d',
    description: "Amount against the customer's mean of 30 days (log ratio)",
    value: (c) => logRatio(c.amount, c.customerMean),
  },
  {
    name: 'amount_times_customer_mean_30d',
    description: "Amount as a multiple of the customer's mean of 30 days",
    value: (c) => Math.min(c.amount / (c.customerMean + 1), 20),
  },
  {
    name: 'amount_to_customer_median',
    description: "Amount against the customer's usual (median) amount (log ratio)",
    value: (c) =>
      logRatio(c.amount, shrunkMean(c.customer.median ?? 0, c.customer.remembered > 0 ? 1 : 0, c.customerMean, 0.2)),
  },
  {
    name: 'amount_to_customer_upper',
    description: "Amount against what nine in ten of the customer's amounts stay below (log ratio)",
    value: (c) => logRatio(c.amount, c.customer.upper ?? 1.6 * c.customerMean),
  },
  {
    name: 'amount_to_customer_max_7d',
    description: "Amount against the customer's largest of 7 days (log ratio)",
    value: (c) => (c.customer.count7d > 0 ? logRatio(c.amount, c.customer.max7d) : 0),
  },
  {
    name: 'amount_to_customer_max_30d',
    description: "Amount against the customer's largest of 30 days (log ratio)",
    value: (c) => (c.customer.count30d > 0 ? logRatio(c.amount, c.customer.max30d) : 0),
  },
  {
    name: 'amount_to_customer_last',
    description: "Amount against the customer's last one (log ratio)",
    value: (c) => logRatio(c.amount, c.customer.lastAmount ?? c.customerMean),
  },
  {
    name: 'amount_customer_deviations_30d',
    description: "Deviations of the amount from the customer's mean of 30 days",
    value: (c) => deviations(c.amount, c.customerMean, c.customerDeviation),
  },
  {
    name: 'amount_customer_rank',
    description: "Share of the customer's amounts that are smaller",
    value: (c) => c.customer.rank,
  },
  {
    name: 'amount_to_customer_before',
    description: "Amount against the customer's mean before the last 14 days (log ratio)",
    value: (c) => logRatio(c.amount, baselineMean(c)),
  },
  {
    name: 'amount_times_customer_before',
    description: "Amount as a multiple of the customer's mean before the last 14 days",
    value: (c) => Math.min(c.amount / (baselineMean(c) + 1), 20),
  },
  {
    name: 'amount_to_customer_genuine',
    description: "Amount against the customer's mean of what is known to be genuine (log ratio)",
    value: (c) => logRatio(c.amount, genuineMean(c)),
  },
  {
    name: 'amount_genuine_deviations',
    description: "Deviations of the amount from the customer's mean of what is known to be genuine",
    value: (c) => {
      const { genuineSum, genuineSquares, genuineCount } = c.customer;
      const mean = genuineMean(c);
      return deviations(c.amount, mean, shrunkDeviation(genuineSquares, genuineSum, genuineCount, mean));
    },
  },
  {
    name: 'customer_spend_1h',
    description: "Spent within the hour, this amount included, against the customer's usual day (log ratio)",
    value: (c) => logRatio(c.customer.sum1h + c.amount, usualDay(c)),
  },
  {
    name: 'customer_spend_1d',
    description: "Spent within a day, this amount included, against the customer's usual day (log ratio)",
    value: (c) => logRatio(c.customer.sum1d + c.amount, usualDay(c)),
  },
  {
    name: 'customer_spend_7d',
    description: "Spent within 7 days, this amount included, against the customer's usual week (log ratio)",
    value: (c) => logRatio(c.customer.sum7d + c.amount, 7 * usualDay(c)),
  },
  {
    name: 'amount_to_terminal_mean_1d',
    description: "Amount against the terminal's mean of a day (log ratio)",
    value: (c) => logRatio(c.amount, shrunkMean(c.terminal.sum1d, c.terminal.count1d, c.terminalMean, 2)),
  },
  {
    name: 'amount_to_terminal_mean_7d',
    description: "Amount against the terminal's mean of 7 days (log ratio)",
    value: (c) => logRatio(c.amount, shrunkMean(c.terminal.sum7d, c.terminal.count7d, c.terminalMean, 2)),
  },
  {
    name: 'amount_to_terminal_mean_30d',
    description: "Amount against the terminal's mean of 30 days (log ratio)",
    value: (c) => logRatio(c.amount, c.terminalMean),
  },
  {
    name: 'amount_terminal_deviations_30d',
    description: "Deviations of the amount from the terminal's mean of 30 days",
    value: (c) => deviations(c.amount, c.terminalMean, c.terminalDeviation),
  },
  {
    name: 'amount_to_terminal_last',
    description: "Amount against the terminal's last one (log ratio)",
    value: (c) => logRatio(c.amount, c.terminal.lastAmount ?? c.terminalMean),
  },
  {
    name: 'amount_to_visits_mean',
    description: "Amount against the customer's mean at this terminal (log ratio)",
    value: (c) => logRatio(c.amount, shrunkMean(c.customer.visitsSum, c.customer.visits, c.customerMean, 1)),
  },
];

/** Without 14 days of history there is no 'before': the mean of 30 days stands in, in proportion. */
export function baselineMean(c: FeatureContext): number {
  return shrunkMean(c.customer.baselineSum, c.customer.baselineCount, c.customerMean, 2);
}

function genuineMean(c: FeatureContext): number {
  return shrunkMean(c.customer.genuineSum, c.customer.genuineCount, c.customerMean, 2);
}

function usualDay(c: FeatureContext): number {
  const days = clip(c.customer.ageMs / DAY_MS, 1, 30);
  return shrunkMean(c.customer.sum30d, days, c.population.meanAmount, 1);
}
