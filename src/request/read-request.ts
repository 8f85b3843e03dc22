import { InvalidRequestError } from '../errors.js';
import { describeKind, IssueList } from '../issues.js';
import { listFeatureIssues } from './feature-issues.js';
import { type RowLayout, writeFeatureRow } from './feature-row.js';

type Fields = { readonly [name in 'id' | 'amount' | 'features']?: unknown };

/**
 * Checks a request and copies its features into a row.
 *
 * @returns the request's id, if it has one.
 * @throws {InvalidRequestError} with everything that is wrong with it; it never holds values or ids.
 */
export function readRequest(request: unknown, layout: RowLayout, row: Float32Array, start: number): string | undefined {
  try {
    if (typeof request === 'object' && request !== null) {
      const { id, amount, features }: Fields = request;
      if (isId(id) && isAmount(amount) && writeFeatureRow(features, layout, row, start)) return id;
    }
  } catch {
    // A getter or a proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
  }
  throw invalidRequest(request, layout);
}

function isId(id: unknown): id is string | undefined {
  return id === undefined || (typeof id === 'string' && id !== '');
}

function isAmount(amount: unknown): boolean {
  return amount === undefined || (typeof amount === 'number' && Number.isFinite(amount));
}

/** Looks at it all once more: what is wrong is listed apart, so that a request with nothing wrong pays nothing for it. */
function invalidRequest(request: unknown, layout: RowLayout): InvalidRequestError {
  const issues = new IssueList();
  if (typeof request !== 'object' || request === null) {
    issues.add('request', 'an object with features', describeKind(request));
  } else {
    listIssues(request, layout, issues);
  }
  return new InvalidRequestError(issues.listed, issues.total);
}

function listIssues(request: Fields, layout: RowLayout, issues: IssueList): void {
  let fields: Fields;
  try {
    const { id, amount, features } = request;
    fields = { id, amount, features };
  } catch {
    issues.add('request', 'an object that can be read', 'one that throws when it is read');
    return;
  }
  const { id, amount, features } = fields;
  if (!isId(id)) issues.add('id', 'a text that is not empty', id === '' ? 'an empty one' : describeKind(id));
  if (!isAmount(amount)) issues.add('amount', 'a finite number', describeKind(amount));
  listFeatureIssues(features, layout, issues);
}
