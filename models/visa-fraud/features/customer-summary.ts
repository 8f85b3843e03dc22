/** What is known of a customer before a transaction. Amounts in the currency, windows back from the transaction. */
export class CustomerSummary {
  ageMs = 0;
  total = 0;
  /** Transactions remembered, at most 128. */
  remembered = 0;
  sinceLastMs: number | undefined;
  lastAmount: number | undefined;
  meanGapMs: number | undefined;
  count1h = 0;
  count6h = 0;
  count1d = 0;
  count7d = 0;
  count30d = 0;
  sum1h = 0;
  sum1d = 0;
  sum7d = 0;
  sum30d = 0;
  squares30d = 0;
  max7d = 0;
  max30d = 0;
  /** Over what is older than 14 days: how the customer paid before a theft that is going on now. */
  baselineCount = 0;
  baselineSum = 0;
  /** Over what is known by now to be genuine. */
  genuineCount = 0;
  genuineSum = 0;
  genuineSquares = 0;
  median: number | undefined;
  upper: number | undefined;
  /** Share of the remembered amounts that are smaller than this transaction's. */
  rank = 0.5;
  /** Transactions at more than two and a half times the median of their time. */
  outliers1d = 0;
  outliers3d = 0;
  outliers7d = 0;
  outliers14d = 0;
  /** Largest ln(amount / median at the time). */
  excess7d = 0;
  excess14d = 0;
  lastExcess = 0;
  /** Transactions at a terminal new to the customer. */
  firstVisits1d = 0;
  firstVisits7d = 0;
  /** Remembered transactions at night (0 to 6 h) and within an hour and a half of this one's time of day. */
  nights = 0;
  nearHour = 0;
  /** Sum, over seven days, of the known share of fraud of the terminals visited. */
  exposure7d = 0;
  /** At this transaction's terminal. */
  visits = 0;
  visits1d = 0;
  visitsSum = 0;
  sinceVisitMs: number | undefined;
  visitFrauds = 0;

  reset(): void {
    Object.assign(this, EMPTY);
  }
}

const EMPTY: Readonly<CustomerSummary> = new CustomerSummary();
