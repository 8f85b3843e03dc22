import type { Explain } from '../api/request.js';
import type { Decision } from '../api/result.js';

/** Which answers get reasons, as the request table stores it; 0 if the request does not say. */
export const explainCodes = {
  unsaid: 0,
  never: 1,
  always: 2,
  review: 3,
  block: 4,
  of(explain: Explain | undefined): number {
    if (explain === undefined) return this.unsaid;
    if (typeof explain === 'boolean') return explain ? this.always : this.never;
    return explain === 'review' ? this.review : this.block;
  },
} as const;

export function wantsReasons(code: number, decision: Decision): boolean {
  if (code <= explainCodes.never) return false;
  if (code === explainCodes.always || decision === 'BLOCK') return true;
  return code === explainCodes.review && decision === 'REVIEW';
}
