/**
 * The boundary is narrowest for differences of about one percentage point, because block and review rates differ by about that much when it
 * matters. 0.01 is the standard deviation of the normal mixture, and ρ = 1 / 0.01². Differences from 0.2 to 2 percentage points need at
 * most a quarter more requests than with the best ρ for each. A difference of 5 percentage points needs 70 % more, but that is still few.
 */
const rho = 1 / 0.01 ** 2;

/**
 * Half the width of a confidence sequence. With a probability of at least 1 − α, the true value is within this distance of the estimate at
 * all checks together, however many there are and whenever one stops.
 *
 * Source: the two-sided normal mixture boundary of Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic
 * confidence sequences", Annals of Statistics 49(2), 2021, equation (14). With the intrinsic time V, a sum stays within `sqrt((V + ρ) ·
 * ln((V + ρ) / (α² ρ)))`. Here V is the information, 1 / variance of the estimate, and the sum is estimate · V, so the boundary is divided
 * by V. The variance is itself estimated, so the sequence is asymptotic in the sense of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52(6), 2024.
 *
 * @param variance the variance of the estimate, above 0.
 * @param alpha in (0, 1).
 */
export function halfWidth(variance: number, alpha: number): number {
  const information = 1 / variance;
  return Math.sqrt((information + rho) * Math.log((information + rho) / (alpha * alpha * rho))) / information;
}
