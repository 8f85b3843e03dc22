/** How much one feature can say against a phase: one that has truly drifted is far from all of them, and must not choose. */
const mostOfFeature = 1;

/**
 * The phase that features are nearest to all together.
 *
 * @param indices of each feature against each phase, those of a feature one behind the other.
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

/** How far features are from a phase, all together. @param first where its index of the first feature is; the others lie `step` apart. */
export function distanceOf(indices: Float64Array, first: number, step: number): number {
  let distance = 0;
  for (let place = first; place < indices.length; place += step) {
    distance += Math.min(indices[place] as number, mostOfFeature);
  }
  return distance;
}
