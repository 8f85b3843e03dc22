import { outputsPerRow } from '../protocol/serving.js';
import { softmaxOfTwo } from '../protocol/softmax.js';

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

/** The two scores of each row of a batch, as the model gave them: what is no probability is found out row by row. */
export interface BatchScores {
  readonly fraudProbability: Float32Array;
  readonly riskScore: Float32Array;
}

export function newBatchScores(maxBatchSize: number): BatchScores {
  return { fraudProbability: new Float32Array(maxBatchSize), riskScore: new Float32Array(maxBatchSize) };
}

/**
 * Reads the scores of a whole batch, which costs less than a row at a time: no number is made an object on the way.
 *
 * @param outputs float32 [rows, outputsPerRow]
 */
export function readScores(outputs: Float32Array, rows: number, form: OutputForm, into: BatchScores): void {
  const { fraudProbability, riskScore } = into;
  for (let row = 0; row < rows; row += 1) {
    const at = row * outputsPerRow;
    const first = outputs[at] as number;
    fraudProbability[row] = form.logits ? softmaxOfTwo(first, outputs[at + 1] as number) : first;
    riskScore[row] = form.riskScore ? (outputs[at + 2] as number) : (fraudProbability[row] as number);
  }
}
