/** Area under the ROC curve: the share of pairs of a fraud and a genuine transaction that are in order, ties half. */
export function areaUnderRoc(labels: readonly boolean[], scores: readonly number[]): number {
  let frauds = 0;
  let genuine = 0;
  let ordered = 0;
  for (const group of groups(labels, scores)) {
    ordered += group.genuine * (frauds + group.frauds / 2);
    frauds += group.frauds;
    genuine += group.genuine;
  }
  return ordered / (frauds * genuine);
}

/** Sum over falling thresholds of precision times the gain in detection rate, as scikit-learn has it. */
export function averagePrecision(labels: readonly boolean[], scores: readonly number[]): number {
  const total = labels.filter(Boolean).length;
  let frauds = 0;
  let rows = 0;
  let sum = 0;
  for (const group of groups(labels, scores)) {
    frauds += group.frauds;
    rows += group.frauds + group.genuine;
    sum += (group.frauds / total) * (frauds / rows);
  }
  return sum;
}

/** Transactions of equal score together, highest score first. */
function* groups(
  labels: readonly boolean[],
  scores: readonly number[],
): Generator<{ frauds: number; genuine: number }> {
  const order = Uint32Array.from(labels.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  for (let start = 0; start < order.length; ) {
    const group = { frauds: 0, genuine: 0 };
    const score = scores[order[start] ?? 0];
    for (; start < order.length && scores[order[start] ?? 0] === score; start++) {
      if (labels[order[start] ?? 0]) group.frauds++;
      else group.genuine++;
    }
    yield group;
  }
}
