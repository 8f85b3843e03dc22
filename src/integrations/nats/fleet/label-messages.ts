import type { Outcome } from '../../../api/outcome.js';
import { type ErrorJson, FraudScorerError } from '../../../errors.js';
import type { RememberedDecision } from '../../../monitoring/labels/outcomes.js';
import { readOutcome } from '../../../requests/read-outcome.js';
import { isBoolean, isNumber, isString, orNull, shapeOf } from '../../../validation/shape.js';
import { isNodeId } from '../fields.js';

// The messages about labels are JSON, so that any NATS client can send a label.

/** The largest label. */
export const largestLabel = 16_384;

/** The answer of a node that was asked for a decision. */
export interface Holder {
  readonly node: string;
  /** null if it does not know the decision. */
  readonly known: RememberedDecision | null;
}

/** The answer to a label. */
export type LabelAnswer =
  | { readonly matched: boolean; readonly node: string }
  | { readonly error: Pick<ErrorJson, 'code' | 'message'> & Partial<ErrorJson> };

/** @throws {InvalidRequestError} if it is not a label. */
export function readLabel(data: Uint8Array): Outcome {
  return readOutcome(data.length > largestLabel ? 'a text that is too long' : parsed(data));
}

export function readHolder(data: Uint8Array): Holder | null {
  const value = parsed(data);
  return isHolder(value) ? value : null;
}

export function readAnswer(data: Uint8Array): LabelAnswer | null {
  const value = parsed(data);
  return isMatch(value) || isRefusal(value) ? value : null;
}

/** What is said of an error. It names fields, never values. */
export function refusalOf(error: unknown): LabelAnswer {
  if (error instanceof FraudScorerError) return { error: error.toJSON() };
  return { error: { code: 'ERR_UNAVAILABLE', message: 'The label could not be recorded' } };
}

const isHolder = shapeOf<Holder>({
  node: isNodeId as (value: unknown) => value is string,
  known: orNull(shapeOf<RememberedDecision>({ decidedAt: isNumber, isLabelled: isBoolean })),
});
const isMatch = shapeOf<{ matched: boolean; node: string }>({ matched: isBoolean, node: isString });
const isRefusal = shapeOf<{ error: { code: string; message: string } }>({
  error: shapeOf<{ code: string; message: string }>({ code: isString, message: isString }),
});

/** @returns undefined if it is not JSON. */
export function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}
