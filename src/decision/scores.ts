import { InferenceError } from '../errors.js';
import { outputsPerSlot } from '../pool/protocol.js';
import { isProbability, softmaxOfTwo } from './probability.js';

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

/**
 * Reads a slot's outputs.
 *
 * @throws {InferenceError} where they are no probabilities: a score that is not a number must never become a decision.
 */
export function readScores(outputs: Float32Array, slot: number, form: OutputForm): Scores {
  const at = slot * outputsPerSlot;
  const first = outputs[at] as number;
  const fraudProbability = form.logits ? softmaxOfTwo(first, outputs[at + 1] as number) : first;
  const riskScore = form.riskScore ? (outputs[at + 2] as number) : fraudProbability;
  if (!isProbability(fraudProbability)) throw new InferenceError(outsideMessage('fraud probability'));
  if (!isProbability(riskScore)) throw new InferenceError(outsideMessage('risk score'));
  return { fraudProbability, riskScore };
}

function outsideMessage(what: string): string {
  return `The model's ${what} for this request: expected a number in [0, 1], received something else`;
}
