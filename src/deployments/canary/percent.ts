/** A share in words, to three digits. */
export function percent(share: number): string {
  return `${hundredfold(share)} %`;
}

/** A difference of shares in words, to three digits. */
export function percentagePoints(difference: number): string {
  return `${hundredfold(difference)} percentage points`;
}

function hundredfold(share: number): number {
  return Number((100 * share).toPrecision(3));
}
