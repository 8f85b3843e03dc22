export interface KnownLabels {
  labels: number;
  frauds: number;
}

/** What is known by now about the labels of a customer's or a terminal's transactions. */
export class LabelSummary {
  /** Over the transactions in the day, 7 and 30 days before the labels' delay. */
  readonly within1d: KnownLabels = { labels: 0, frauds: 0 };
  readonly within7d: KnownLabels = { labels: 0, frauds: 0 };
  readonly within30d: KnownLabels = { labels: 0, frauds: 0 };
  /** Transactions known as fraud and as genuine since the last of the other kind. */
  fraudRun = 0;
  genuineRun = 0;
  /** Since the first fraud of the spell that the last known fraud belongs to. */
  readonly spell: KnownLabels = { labels: 0, frauds: 0 };
  /** Exponentially weighted share of fraud among the labels known last. */
  recentShare = 0;
  daysSinceFraud: number | undefined;
  daysSinceGenuine: number | undefined;
  /** Since the first fraud of that spell. */
  daysSinceSpellStart: number | undefined;
  /** Since the last transaction known as genuine before that spell: the spell began after it. */
  daysSinceGenuineBeforeSpell: number | undefined;
}

/** Share of fraud, with one genuine transaction more than are known: one fraud alone is a half, not everything. */
export function fraudShare({ frauds, labels }: KnownLabels): number {
  return frauds / (labels + 1);
}
