import type { Decision } from '../api/result.js';

export function isDecision(value: unknown): value is Decision {
  return value === 'APPROVE' || value === 'REVIEW' || value === 'BLOCK';
}
