/** A rate of one arm, and how accurate it is. */
export interface RateEstimate {
  readonly rate: number;
  /** The equivalent number of equally weighted requests. */
  readonly requests: number;
  /** The effective number of buckets with requests. It is small if one key has much of the traffic. */
  readonly effectiveBuckets: number;
  /** The effective number of buckets with cases, or of buckets with requests that are not cases: the smaller of the two. */
  readonly informativeBuckets: number;
  /** Variance of the rate if requests of the same bucket may depend on each other. */
  readonly clusterVariance: number;
}

/**
 * The rate of an arm: its cases (such as blocks) divided by its requests, both given by bucket. Its variance is the jackknife over buckets:
 * the sum of the squared changes of the rate when one bucket is left out (Bell and McCaffrey, "Bias reduction in standard errors for linear
 * regression with multi-stage samples", Survey Methodology 28(2), 2002). If one key has much of the traffic, it is rather too large, while
 * the usual estimate is too small.
 */
export function estimateRate(requests: Float64Array, cases: Float64Array, meanWeight: number): RateEstimate {
  const total = sumOf(requests);
  const totalCases = sumOf(cases);
  const rate = total === 0 ? 0 : totalCases / total;
  let clusterVariance = 0;
  let squares = 0;
  let caseSquares = 0;
  let otherSquares = 0;
  for (let bucket = 0; bucket < requests.length; bucket += 1) {
    const own = requests[bucket] ?? 0;
    const ownCases = cases[bucket] ?? 0;
    const others = own - ownCases;
    squares += own * own;
    caseSquares += ownCases * ownCases;
    otherSquares += others * others;
    const change = (ownCases - rate * own) / (total - own || 1);
    clusterVariance += change * change;
  }
  return {
    rate,
    requests: total / meanWeight,
    effectiveBuckets: effectiveNumber(total, squares),
    informativeBuckets: Math.min(
      effectiveNumber(totalCases, caseSquares),
      effectiveNumber(total - totalCases, otherSquares),
    ),
    clusterVariance,
  };
}

/** The equivalent number of equal counts: (Σ count)² / Σ count², after Kish. */
function effectiveNumber(sum: number, squares: number): number {
  return squares === 0 ? 0 : (sum * sum) / squares;
}

function sumOf(counts: Float64Array): number {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] ?? 0;
  return total;
}
