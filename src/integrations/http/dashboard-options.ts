import type { DashboardScorer } from '../../dashboard/source.js';
import { InvalidOptionsError } from '../../errors.js';
import { FieldReader } from '../../validation/field-reader.js';
import { describeValue } from '../../validation/issues.js';

/** Options of `dashboardHandler`. */
export interface DashboardOptions {
  /** What the page calls this scorer, beside its model: where a team has several. At most 80 characters. @default none */
  title?: string | undefined;
  /** Pages that may be open at the same time; 1 to 10,000. One more is answered with 503. @default 50 */
  maxClients?: number | undefined;
  /**
   * The path under which requests arrive here, where the framework does not take it off, such as `/internal/fraud/`. With it, every other path is
   * answered with 404. @default none: the last part of a path alone counts
   */
  path?: string | undefined;
}

export interface ResolvedDashboardOptions {
  /** It has all that the page needs. */
  scorer: DashboardScorer;
  title: string | null;
  maxClients: number;
  /** With a slash at both ends. */
  path: string | null;
}

const longestTitle = 80;

/** @throws {InvalidOptionsError} where something is not as documented. */
export function readDashboardOptions(scorer: unknown, options: DashboardOptions): ResolvedDashboardOptions {
  if (!isScorer(scorer)) {
    throw new InvalidOptionsError([{ path: 'scorer', expected: 'a FraudScorer', received: describeValue(scorer) }]);
  }
  const reader = new FieldReader(options);
  const title = reader.value('title', `a text of 1 to ${longestTitle} characters`, isTitle) ?? null;
  const maxClients = reader.number('maxClients', 50, { min: 1, max: 10_000, integer: true });
  const path = reader.value('path', "a path that begins with '/', without a query", isPath) ?? null;
  reader.rejectUnknown().throwIfInvalid();
  return { scorer, title, maxClients, path: path === null || path.endsWith('/') ? path : `${path}/` };
}

function isScorer(value: unknown): value is DashboardScorer {
  if (typeof value !== 'object' || value === null) return false;
  return ['summary', 'health', 'alerts', 'on', 'off'].every((name) => typeof Reflect.get(value, name) === 'function');
}

function isTitle(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestTitle;
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/[^?#\s]*$/.test(value);
}
