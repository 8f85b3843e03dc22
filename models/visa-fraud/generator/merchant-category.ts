/** A kind of merchant: what is spent there compared with a customer's usual amount, how it spreads, and when it sells. */
export interface MerchantCategory {
  name: string;
  /** Share of all terminals. */
  share: number;
  /** Median amount as a multiple of the customer's usual one. */
  amountFactor: number;
  /** Spread of ln(amount) that the category adds to the customer's own. */
  sigma: number;
  /** Hours of the day (UTC) at which it opens and closes; closing before opening means over midnight. */
  opens: number;
  closes: number;
}

export const MERCHANT_CATEGORIES: readonly MerchantCategory[] = [
  { name: 'grocery', share: 0.28, amountFactor: 0.9, sigma: 0.15, opens: 6, closes: 22 },
  { name: 'restaurant', share: 0.2, amountFactor: 0.8, sigma: 0.15, opens: 10, closes: 24 },
  { name: 'fuel', share: 0.1, amountFactor: 1.1, sigma: 0.1, opens: 0, closes: 24 },
  { name: 'pharmacy', share: 0.08, amountFactor: 0.6, sigma: 0.2, opens: 7, closes: 21 },
  { name: 'fashion', share: 0.12, amountFactor: 1.3, sigma: 0.2, opens: 9, closes: 20 },
  { name: 'electronics', share: 0.05, amountFactor: 1.6, sigma: 0.25, opens: 9, closes: 20 },
  { name: 'online', share: 0.12, amountFactor: 1.0, sigma: 0.25, opens: 0, closes: 24 },
  { name: 'bar', share: 0.05, amountFactor: 0.7, sigma: 0.2, opens: 17, closes: 4 },
];

export function isOpen(category: MerchantCategory, hour: number): boolean {
  const { opens, closes } = category;
  return opens < closes ? hour >= opens && hour < closes : hour >= opens || hour < closes;
}
