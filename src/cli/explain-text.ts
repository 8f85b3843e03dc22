import { shownName } from '../errors/foreign-names.js';
import type { DecisionExplanation } from '../tools/explain/explain-decision.js';
import { table } from './table.js';

/** Explanations for people. */
export function explainText(explanations: readonly DecisionExplanation[]): string {
  return explanations.map((explanation) => `${textOf(explanation)}\n`).join('\n');
}

function textOf({ decision, score, crossed, reasons, reasonsFrom, why }: DecisionExplanation): string {
  const { model, fraudProbability, riskScore, decidedBy } = decision;
  const lines = [
    `${decision.decision}, decided by ${deciders[decidedBy]} at ${decision.at}`,
    `Decision: ${decision.decisionId}, ${decision.role}`,
    `Model: ${shownName(model.name)} ${shownName(model.version)}, sha256 ${model.sha256.slice(0, 12)}…`,
  ];
  if (decision.fallback !== undefined) lines.push(`Cause: ${decision.fallback.error}`);
  if (fraudProbability !== null && riskScore !== null) {
    const level = decision.riskLevel === null ? '' : ` (${decision.riskLevel})`;
    lines.push(`Scores: fraudProbability ${shown(fraudProbability)}, riskScore ${shown(riskScore)}${level}`);
    for (const [form, values] of Object.entries(decision.rawOutputs ?? {})) {
      lines.push(`Of the graph: ${form} ${values.map((value: number | string) => shown(Number(value))).join(', ')}`);
    }
    const above = crossed.map((one) => `${one.score} is above ${one.threshold} (${shown(one.value)})`);
    lines.push(`Thresholds: ${above.length === 0 ? 'none is crossed' : above.join('; ')}`);
  }
  if (reasons === null) {
    lines.push(`Reasons: none, ${why ?? 'as there are none'}`);
    return lines.join('\n');
  }
  const from = reasonsFrom === 'record' ? 'as recorded' : 'computed from the recorded features';
  lines.push(`Reasons (of ${score ?? 'the score'}, ${from}):`);
  const rows = reasons.map(({ input, feature, description, contribution, direction }) => [
    `${shownName(feature)}${description === undefined ? '' : ` – ${shownName(description)}`}`,
    shownName(input),
    direction,
    contribution === undefined ? 'masked' : contribution.toFixed(4),
  ]);
  lines.push(
    rows.length === 0 ? 'no feature moved the score' : table(['feature', 'input', 'the score', 'by (logit)'], rows),
  );
  return lines.join('\n');
}

const deciders = { policy: 'the policy', host: "the host's own code", fallback: 'the fallback' } as const;

function shown(score: number): string {
  return String(Number(score.toPrecision(7)));
}
