/** The highest weight of one feature against a phase. A feature that has really drifted is far from all phases and must not decide. */
const mostOfFeature = 1;

/**
 * The phase that is nearest to all features together.
 *
 * @param indices the index of each feature against each phase. All phases of a feature come together.
 */
export function nearestPhase(indices: Float64Array, phases: number): { phase: number; distance: number } {
  let phase = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let candidate = 0; candidate < phases; candidate += 1) {
    const own = distanceOf(indices, candidate, phases);
    if (own >= distance) continue;
    phase = candidate;
    distance = own;
  }
  return { phase, distance };
}

/**
 * The distance of all features together from a phase. @param first the position of the first feature's index. The others follow every
 * `step` positions.
 */
export function distanceOf(indices: Float64Array, first: number, step: number): number {
  let distance = 0;
  for (let place = first; place < indices.length; place += step) {
    distance += Math.min(indices[place] as number, mostOfFeature);
  }
  return distance;
}
