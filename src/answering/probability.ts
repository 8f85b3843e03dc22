/** Whether a model's output can be a probability. Anything else is a failed inference, never a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}
