import { InvalidRequestError } from '../errors.js';
import { describeKind, IssueList } from '../issues.js';
import { type RowLayout, writeFeatureRow } from './feature-row.js';

/**
 * Checks a request and copies its features into a row.
 *
 * @returns the request's id, if it has one.
 * @throws {InvalidRequestError} with everything that is wrong with it; it never holds values or ids.
 */
export function readRequest(request: unknown, layout: RowLayout, row: Float32Array, start: number): string | undefined {
  const issues = new IssueList();
  const id = readFields(request, layout, row, start, issues);
  if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
  return id;
}

function readFields(
  request: unknown,
  layout: RowLayout,
  row: Float32Array,
  start: number,
  issues: IssueList,
): string | undefined {
  if (typeof request !== 'object' || request === null) {
    issues.add('request', 'an object with features', describeKind(request));
    return undefined;
  }
  let fields: { id?: unknown; amount?: unknown; features?: unknown };
  try {
    const { id, amount, features } = request as { id?: unknown; amount?: unknown; features?: unknown };
    fields = { id, amount, features };
  } catch {
    issues.add('request', 'an object that can be read', 'one that throws when it is read');
    return undefined;
  }
  const { id, amount, features } = fields;
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    issues.add('id', 'a text that is not empty', id === '' ? 'an empty one' : describeKind(id));
  }
  if (amount !== undefined && (typeof amount !== 'number' || !Number.isFinite(amount))) {
    issues.add('amount', 'a finite number', describeKind(amount));
  }
  writeFeatureRow(features, layout, row, start, issues);
  return typeof id === 'string' ? id : undefined;
}
