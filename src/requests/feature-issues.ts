import type { IssueList } from '../validation/issues.js';
import {
  addUnknownInput,
  describeLength,
  describeNonArray,
  describeNonValue,
  expectedArray,
  isFeatureObject,
  isNumberArray,
  isUnknown,
} from './feature-shape.js';
import type { InputLayout, RowLayout } from './row-layout.js';

/**
 * Lists what is wrong with refused features.
 *
 * @param issues receives every problem. Receives none if the features have changed since they were refused and are now valid.
 */
export function listFeatureIssues(features: unknown, layout: RowLayout, issues: IssueList): void {
  try {
    if (!isFeatureObject(features, layout, issues)) return;
    for (const input of layout.inputs) listInputIssues(features, input, issues);
    listUnknown(features, layout, issues);
  } catch {
    // A getter or proxy of the host threw. Its error may quote data, so it is not passed on.
    issues.add('features', 'an object that can be read', 'one that throws when it is read');
  }
}

/** Something was refused, but on the second reading nothing is wrong. */
export function addChange(path: string, issues: IssueList): void {
  issues.add(path, 'values that stay the same while they are read', 'values that change');
}

function listInputIssues(features: Readonly<Record<string, unknown>>, input: InputLayout, issues: IssueList): void {
  const { name, size } = input;
  const path = `features.${name}`;
  try {
    const values = Object.hasOwn(features, name) ? features[name] : undefined;
    if (!isNumberArray(values)) issues.add(path, expectedArray(size), describeNonArray(values));
    else if (values.length !== size) issues.add(path, expectedArray(size), describeLength(values, size));
    else listValueIssues(values, size, path, issues);
  } catch {
    issues.add(path, expectedArray(size), 'one that throws when it is read');
  }
}

function listValueIssues(values: ArrayLike<unknown>, size: number, path: string, issues: IssueList): void {
  for (let index = 0; index < size; index += 1) {
    const value = values[index];
    if (typeof value === 'number' && Number.isFinite(Math.fround(value))) continue;
    if (issues.isFull) issues.count();
    else issues.add(`${path}[${index}]`, 'a finite number', describeNonValue(value));
  }
}

function listUnknown(features: Readonly<Record<string, unknown>>, layout: RowLayout, issues: IssueList): void {
  for (const name of Object.keys(features)) {
    if (isUnknown(features, name, layout)) addUnknownInput(name, layout, issues);
  }
}
