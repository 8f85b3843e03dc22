/** Which outputs a model has. */
export interface OutputForm {
  /** Logits, which softmax turns into a probability; else the output is one already. */
  logits: boolean;
  /** A risk score of its own; else the risk is the probability. */
  riskScore: boolean;
}

/** A model's two scores for a request, each float32 in [0, 1]. */
export interface Scores {
  fraudProbability: number;
  riskScore: number;
}

/** What is wrong with an output that is no score, for the error. */
export function outsideMessage(what: string): string {
  return `The model's ${what} for this request: expected a number in [0, 1], received something else`;
}
