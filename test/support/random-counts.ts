/** How many of so many independent trials succeed. It takes as many random numbers as trials succeed. @param probability in [0, 1). */
export function binomial(uniform: () => number, trials: number, probability: number): number {
  if (probability === 0) return 0;
  const rate = Math.log(1 - probability);
  const gap = (): number => Math.floor(Math.log(uniform()) / rate);
  let successes = 0;
  for (let at = gap(); at < trials; at += 1 + gap()) successes += 1;
  return successes;
}
