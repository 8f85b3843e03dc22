import { InvalidRequestError } from '../errors.js';
import { describeKind, describeNonNumber, describeNonText, IssueList } from '../validation/issues.js';
import { builtInKind } from '../validation/object-kinds.js';
import { addChange, listFeatureIssues } from './feature-issues.js';
import { writeFeatureRow } from './feature-row.js';
import { expectedFeatures } from './feature-shape.js';
import type { RowLayout } from './row-layout.js';

type Fields = { readonly [name in 'id' | 'amount' | 'features']?: unknown };

/**
 * Checks a request and copies its features into a row.
 *
 * @returns the request's id, if it has one.
 * @throws {InvalidRequestError} with everything that is wrong with it; it never holds values or ids.
 */
export function readRequest(request: unknown, layout: RowLayout, row: Float32Array, start: number): string | undefined {
  // What is refused last: where nothing is wrong with it any more, it changed while it was read.
  let refused: 'request' | 'features' = 'request';
  try {
    if (typeof request === 'object' && request !== null) {
      const { id, amount, features }: Fields = request;
      if (isId(id) && isAmount(amount)) {
        refused = 'features';
        if (writeFeatureRow(features, layout, row, start)) return id;
      }
    }
  } catch {
    // A getter or a proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
  }
  throw invalidRequest(request, layout, refused);
}

function isId(id: unknown): id is string | undefined {
  return id === undefined || (typeof id === 'string' && id !== '');
}

function isAmount(amount: unknown): boolean {
  return amount === undefined || (typeof amount === 'number' && Number.isFinite(amount));
}

/** Reads it once more to say what is wrong: apart from the first reading, so that a request with nothing wrong pays nothing for it. */
function invalidRequest(request: unknown, layout: RowLayout, refused: 'request' | 'features'): InvalidRequestError {
  const issues = new IssueList();
  try {
    if (typeof request !== 'object' || request === null) {
      issues.add('request', 'an object with features', describeKind(request));
    } else {
      listIssues(request, layout, issues);
    }
  } catch {
    issues.add('request', 'an object that can be read', 'one that throws when it is read');
  }
  if (issues.total === 0) addChange(refused, issues);
  return new InvalidRequestError(issues.listed, issues.total);
}

function listIssues(request: Fields, layout: RowLayout, issues: IssueList): void {
  const { id, amount, features } = request;
  const kind = features === undefined ? builtInKind(request) : null;
  if (kind !== null) {
    const hint = Array.isArray(request) ? ' (scoreMany takes several requests)' : '';
    issues.add('request', 'an object with features', kind + hint);
    return;
  }
  if (!isId(id)) issues.add('id', 'a non-empty string', describeNonText(id));
  if (!isAmount(amount)) issues.add('amount', 'a finite number', describeNonNumber(amount));
  const misplaced = features === undefined ? inputsIn(request, layout) : '';
  if (misplaced === '') listFeatureIssues(features, layout, issues);
  else
    issues.add(
      'features',
      expectedFeatures(layout),
      `nothing (the request itself has ${misplaced}: put them into features)`,
    );
}

/** The names of inputs that lie in the request itself. */
function inputsIn(request: object, { inputs }: RowLayout): string {
  const names = inputs.map(({ name }) => name).filter((name) => Object.hasOwn(request, name));
  return names.slice(0, 3).join(', ');
}
