/** Formats a share with three significant digits. */
export function percent(share: number): string {
  return `${hundredfold(share)} %`;
}

/** Formats a difference of shares with three significant digits. */
export function percentagePoints(difference: number): string {
  return `${hundredfold(difference)} percentage points`;
}

function hundredfold(share: number): number {
  return Number((100 * share).toPrecision(3));
}
