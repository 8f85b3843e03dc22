import { DAY_MS } from '../units.js';
import type { Feature } from './feature.js';
import { clip, daysUpTo40, logCount, logMinutes } from './scaling.js';

/** When and where the transaction happens, and what happened just before. */
export const OCCASION_FEATURES: readonly Feature[] = [
  { name: 'hour_sin', description: 'Time of day (sine)', value: (c) => Math.sin((c.hour / 24) * 2 * Math.PI) },
  { name: 'hour_cos', description: 'Time of day (cosine)', value: (c) => Math.cos((c.hour / 24) * 2 * Math.PI) },
  { name: 'weekday_sin', description: 'Day of the week (sine)', value: (c) => Math.sin((c.weekday / 7) * 2 * Math.PI) },
  {
    name: 'weekday_cos',
    description: 'Day of the week (cosine)',
    value: (c) => Math.cos((c.weekday / 7) * 2 * Math.PI),
  },
  { name: 'is_weekend', description: 'On a Saturday or Sunday', value: (c) => (c.weekday >= 5 ? 1 : 0) },
  { name: 'is_night', description: 'Between midnight and six (UTC)', value: (c) => (c.hour < 6 ? 1 : 0) },
  {
    name: 'hour_unusual_for_customer',
    description: 'How much rarer this time of day is for the customer than for everyone (log ratio)',
    value: (c) => {
      const everyone = c.population.shareOfHour;
      return clip(Math.log((everyone * (c.customer.remembered + 5)) / (c.customer.nearHour + 5 * everyone)), -3, 3);
    },
  },
  {
    name: 'hour_unusual_for_everyone',
    description: 'How rare this time of day is over all customers',
    value: (c) => clip(-Math.log(c.population.shareOfHour * 8), -3, 5),
  },
  {
    name: 'since_customer_last',
    description: "Time since the customer's last transaction (log minutes)",
    value: (c) => logMinutes(c.customer.sinceLastMs),
  },
  {
    name: 'since_customer_last_to_usual',
    description: "Time since the customer's last transaction against the usual (log ratio)",
    value: (c) => {
      const { sinceLastMs, meanGapMs } = c.customer;
      if (sinceLastMs === undefined || meanGapMs === undefined) return 0;
      return clip(Math.log((sinceLastMs + 60_000) / (meanGapMs + 60_000)), -8, 3);
    },
  },
  {
    name: 'since_terminal_last',
    description: "Time since the terminal's last transaction (log minutes)",
    value: (c) => logMinutes(c.terminal.sinceLastMs),
  },
  {
    name: 'since_visit',
    description: "Days since the customer's last visit to this terminal (up to 40)",
    value: (c) => daysUpTo40(c.customer.sinceVisitMs === undefined ? undefined : c.customer.sinceVisitMs / DAY_MS),
  },
  {
    name: 'first_visit',
    description: 'The customer has not been seen at this terminal before',
    value: (c) => (c.customer.visits === 0 ? 1 : 0),
  },
  {
    name: 'visits_share',
    description: "Share of the customer's transactions that were at this terminal",
    value: (c) => c.customer.visits / (c.customer.remembered + 1),
  },
  {
    name: 'visits_1d',
    description: 'Visits of the customer to this terminal within a day',
    value: (c) => logCount(c.customer.visits1d),
  },
  {
    name: 'customer_count_1h',
    description: "Customer's transactions within an hour",
    value: (c) => logCount(c.customer.count1h),
  },
  {
    name: 'customer_count_6h',
    description: "Customer's transactions within six hours",
    value: (c) => logCount(c.customer.count6h),
  },
  {
    name: 'terminal_count_1h',
    description: "Terminal's transactions within an hour",
    value: (c) => logCount(c.terminal.count1h),
  },
  {
    name: 'first_visits_1d',
    description: 'Terminals new to the customer within a day',
    value: (c) => logCount(c.customer.firstVisits1d),
  },
  {
    name: 'visits_known_fraud',
    description: "Customer's transactions at this terminal that are known as fraud",
    value: (c) => logCount(c.customer.visitFrauds),
  },
  {
    name: 'terminal_fraud_to_everyone',
    description: "Terminal's known share of fraud against that of all terminals (log ratio)",
    value: (c) => {
      const everyone = c.population.knownFraudShare;
      const { frauds, labels } = c.terminalLabels.within30d;
      return clip(Math.log((frauds + 4 * everyone) / ((labels + 4) * everyone)), -5, 8);
    },
  },
];
