import { DAY_MS } from '../units.js';
import type { Feature, FeatureContext } from './feature.js';
import { fraudShare } from './label-summary.js';
import { clip, daysUpTo40, logCount, logRatio, shrunkMean } from './scaling.js';

/** The terminal, before this transaction. Its frauds are those known by now. */
export const MERCHANT_FEATURES: readonly Feature[] = [
  {
    name: 'terminal_age',
    description: 'Days since the terminal was first seen (up to 40)',
    value: (c) => daysUpTo40(c.terminal.ageMs / DAY_MS),
  },
  {
    name: 'terminal_count_1d',
    description: "Terminal's transactions within a day",
    value: (c) => logCount(c.terminal.count1d),
  },
  {
    name: 'terminal_count_7d',
    description: "Terminal's transactions within 7 days",
    value: (c) => logCount(c.terminal.count7d),
  },
  {
    name: 'terminal_count_30d',
    description: "Terminal's transactions within 30 days",
    value: (c) => logCount(c.terminal.count30d),
  },
  {
    name: 'terminal_pace_1d',
    description: "Terminal's transactions of a day against the usual (log ratio)",
    value: (c) => logRatio(c.terminal.count1d, usualCount(c, 1)),
  },
  {
    name: 'terminal_mean_30d',
    description: "Terminal's mean amount of 30 days (logarithm)",
    value: (c) => Math.log1p(c.terminalMean),
  },
  {
    name: 'terminal_mean_7d_to_30d',
    description: "Terminal's mean amount of 7 days against 30 days (log ratio)",
    value: (c) => logRatio(shrunkMean(c.terminal.sum7d, c.terminal.count7d, c.terminalMean, 2), c.terminalMean),
  },
  {
    name: 'terminal_excess_7d',
    description: "How far amounts at the terminal lay above their customers' usual ones within 7 days (log ratio)",
    value: (c) => clip(c.terminal.excess7d / (c.terminal.count7d + 2), -3, 3),
  },
  {
    name: 'terminal_fraud_share_1d',
    description: "Terminal's share of known fraud within a day before the labels' delay",
    value: (c) => fraudShare(c.terminalLabels.within1d),
  },
  {
    name: 'terminal_fraud_share_7d',
    description: "Terminal's share of known fraud within 7 days before the labels' delay",
    value: (c) => fraudShare(c.terminalLabels.within7d),
  },
  {
    name: 'terminal_fraud_share_30d',
    description: "Terminal's share of known fraud within 30 days before the labels' delay",
    value: (c) => fraudShare(c.terminalLabels.within30d),
  },
  {
    name: 'terminal_frauds_30d',
    description: "Terminal's known frauds within 30 days before the labels' delay",
    value: (c) => logCount(c.terminalLabels.within30d.frauds),
  },
  {
    name: 'terminal_fraud_share_recent',
    description: 'Share of fraud among the labels known last at the terminal',
    value: (c) => c.terminalLabels.recentShare,
  },
  {
    name: 'terminal_fraud_run',
    description: 'Known frauds at the terminal since the last one known as genuine',
    value: (c) => logCount(c.terminalLabels.fraudRun),
  },
  {
    name: 'terminal_genuine_run',
    description: 'Transactions at the terminal known as genuine since the last known fraud (up to 30)',
    value: (c) => logCount(Math.min(c.terminalLabels.genuineRun, 30)),
  },
  {
    name: 'terminal_since_fraud',
    description: "Days since the terminal's last known fraud (up to 40)",
    value: (c) => daysUpTo40(c.terminalLabels.daysSinceFraud),
  },
  {
    name: 'terminal_since_genuine',
    description: "Days since the terminal's last transaction known as genuine (up to 40)",
    value: (c) => daysUpTo40(c.terminalLabels.daysSinceGenuine),
  },
  {
    name: 'terminal_since_spell_start',
    description: "Days since the first known fraud of the terminal's last spell (up to 40)",
    value: (c) => daysUpTo40(c.terminalLabels.daysSinceSpellStart),
  },
  {
    name: 'terminal_since_before_spell',
    description:
      "Days since the last transaction known as genuine before the terminal's last spell of fraud (up to 40)",
    value: (c) => daysUpTo40(c.terminalLabels.daysSinceGenuineBeforeSpell),
  },
  {
    name: 'terminal_fraud_share_spell',
    description: "Share of fraud among the labels known since the terminal's last spell of fraud began",
    value: (c) => fraudShare(c.terminalLabels.spell),
  },
];

function usualCount(c: FeatureContext, days: number): number {
  return (c.terminal.count30d * days) / clip(c.terminal.ageMs / DAY_MS, days, 30);
}
