import { describeKind, type IssueList } from '../issues.js';
import { type Indexable, type InputLayout, isNumericView, isUnknown, type RowLayout } from './feature-row.js';

/**
 * Says what is wrong with features that were refused.
 *
 * @param issues gets everything that is.
 */
export function listFeatureIssues(features: unknown, layout: RowLayout, issues: IssueList): void {
  const before = issues.total;
  try {
    if (typeof features !== 'object' || features === null) {
      issues.add('features', 'an object with an array for each input', describeKind(features));
      return;
    }
    const inputs = features as Readonly<Record<string, unknown>>;
    for (const input of layout.inputs) {
      listInputIssues(Object.hasOwn(inputs, input.name) ? inputs[input.name] : undefined, input, issues);
    }
    listUnknown(inputs, layout, issues);
    if (issues.total === before) {
      issues.add('features', 'values that stay the same while they are read', 'values that change');
    }
  } catch {
    // A getter or a proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
    issues.add('features', 'an object that can be read', 'one that throws when it is read');
  }
}

function listInputIssues(values: unknown, { name, size }: InputLayout, issues: IssueList): void {
  const path = `features.${name}`;
  if (!Array.isArray(values) && !isNumericView(values)) {
    issues.add(path, `an array of ${size} finite numbers`, describeKind(values));
    return;
  }
  const list: Indexable = values;
  if (list.length !== size) {
    issues.add(path, `an array of ${size} finite numbers`, `one of ${list.length}`);
    return;
  }
  for (let index = 0; index < size; index += 1) {
    const value = list[index];
    if (typeof value === 'number' && Number.isFinite(Math.fround(value))) continue;
    issues.add(`${path}[${index}]`, 'a finite number', describeKind(value));
  }
}

function listUnknown(features: Readonly<Record<string, unknown>>, layout: RowLayout, issues: IssueList): void {
  for (const name of Object.keys(features)) {
    if (!isUnknown(features, name, layout)) continue;
    const known = layout.inputs.map((input) => input.name).join(', ');
    issues.add(`features.${name.slice(0, 60)}`, `only the inputs ${known}`, 'an unknown input');
  }
}
