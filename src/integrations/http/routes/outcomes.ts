import type { Outcome } from '../../../api/outcome.js';
import { InvalidRequestError } from '../../../errors.js';
import { readOutcome } from '../../../requests/read-outcome.js';
import { json, type RouteContext, type RouteDefinition } from '../context.js';
import { readJson } from '../json-body.js';
import { isObject, listIn } from '../list-body.js';
import type { HttpScorer } from '../types.js';

/**
 * POST `/outcomes`: one label, `{ id, isFraud, … }` → `{ matched }`, a boolean; or several, `{ outcomes: [] }` → `{ matched }`, a list
 * of booleans. Where
 * one of several is not as documented, none is recorded.
 */
export function outcomesRoutes(context: RouteContext): RouteDefinition[] {
  const { scorer, options } = context;
  if (scorer.recordOutcome === undefined) return [];
  const maxBodyBytes = options.maxBodyBytes;
  return [
    {
      ...{ method: 'POST', path: '/outcomes', name: 'recordOutcomes', accepts: 'json', maxBodyBytes },
      answer: async (request) => json(record(await readJson(request, context, maxBodyBytes), context)),
    },
  ];
}

function record(body: unknown, { scorer, options }: RouteContext): { matched: boolean | boolean[] } {
  if (!isObject(body) || !Object.hasOwn(body, 'outcomes')) return { matched: recordOne(scorer, readOutcome(body)) };
  const outcomes = listIn(body, 'outcomes', options.maxBatchSize).map(readListed);
  return { matched: outcomes.map((outcome) => recordOne(scorer, outcome)) };
}

/** @throws {InvalidRequestError} whose paths begin with the outcome's place. */
function readListed(outcome: unknown, place: number): Outcome {
  try {
    return readOutcome(outcome);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    const issues = error.issues.map(({ path, ...issue }) => ({ ...issue, path: pathIn(place, path) }));
    throw new InvalidRequestError(issues, error.totalIssues);
  }
}

function pathIn(place: number, path: string): string {
  return path === 'outcome' ? `outcomes[${place}]` : `outcomes[${place}].${path}`;
}

function recordOne(scorer: HttpScorer, outcome: Outcome): boolean {
  return scorer.recordOutcome?.(outcome) === true;
}
