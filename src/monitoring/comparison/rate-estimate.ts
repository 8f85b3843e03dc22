/** A rate of one arm, and how well it is known. */
export interface RateEstimate {
  readonly rate: number;
  /** How many equally weighted requests tell as much. */
  readonly requests: number;
  /** The effective number of buckets with requests. A key with much of the traffic makes it small. */
  readonly effectiveBuckets: number;
  /** The effective number of buckets with cases, or with requests that are none, whichever is smaller. */
  readonly informativeBuckets: number;
  /** Variance of the rate where requests of one bucket may depend on each other. */
  readonly clusterVariance: number;
}

/**
 * The rate of an arm: the ratio of its cases, such as blocks, to its requests, both by bucket. Its variance is the jackknife over buckets: the sum of the squared changes of the rate
 * when one bucket is left out (Bell and McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage samples", Survey
 * Methodology 28(2), 2002). It errs on the large side when one key has much of the traffic, where the usual estimate is too small.
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

/** How many equal counts are as uneven as these: (Σ count)² / Σ count², as of Kish. */
function effectiveNumber(sum: number, squares: number): number {
  return squares === 0 ? 0 : (sum * sum) / squares;
}

function sumOf(counts: Float64Array): number {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] ?? 0;
  return total;
}
