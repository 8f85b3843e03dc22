/** One card transaction, as the issuer sees it when it must decide. */
export interface Transaction {
  transactionId: string;
  /** When the transaction was made: milliseconds since 1970-01-01T00:00:00Z. */
  timestampMs: number;
  customerId: string;
  terminalId: string;
  /** In the issuer's currency, ≥ 0. */
  amount: number;
  /** What the transaction turned out to be. Left out where nobody will ever know. */
  isFraud?: boolean | undefined;
}
