import { describeKind, type IssueList } from '../issues.js';

/** An input of the model: where its values lie in a row. */
export interface InputLayout {
  readonly name: string;
  readonly size: number;
  /** The first value's place in the row. */
  readonly offset: number;
}

/** How a request's features lie in one row of float32 values: the inputs one behind the other. */
export interface RowLayout {
  readonly inputs: readonly InputLayout[];
  readonly size: number;
}

type Indexable = ArrayLike<unknown>;

export function rowLayoutOf(inputs: readonly { name: string; size: number }[]): RowLayout {
  let offset = 0;
  const laidOut = inputs.map(({ name, size }) => {
    const input = { name, size, offset };
    offset += size;
    return input;
  });
  return { inputs: laidOut, size: offset };
}

/**
 * Checks a request's features and copies them into a row in the same pass. What is checked is the copy:
 * a host that changes its arrays, or whose getters answer differently each time, can't slip anything past it.
 *
 * @param features the request's `features`, of any type.
 * @param row shared memory of at least `start + layout.size` values; holds rubbish afterwards where issues were found.
 * @param issues gets everything that is wrong.
 */
export function writeFeatureRow(
  features: unknown,
  layout: RowLayout,
  row: Float32Array,
  start: number,
  issues: IssueList,
): void {
  try {
    if (typeof features !== 'object' || features === null) {
      issues.add('features', 'an object with an array for each input', describeKind(features));
      return;
    }
    const inputs = features as Readonly<Record<string, unknown>>;
    for (const input of layout.inputs) {
      const values = Object.hasOwn(inputs, input.name) ? inputs[input.name] : undefined;
      writeInput(values, input, row, start + input.offset, issues);
    }
    refuseUnknown(inputs, layout, issues);
  } catch {
    // A getter or a proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
    issues.add('features', 'an object that can be read', 'one that throws when it is read');
  }
}

function writeInput(values: unknown, input: InputLayout, row: Float32Array, start: number, issues: IssueList): void {
  const { size } = input;
  // A loop for each kind of array keeps each of them fast.
  if (values instanceof Float32Array && values.length === size) {
    if (copyFloat32(values, row, start, size)) return;
  } else if (Array.isArray(values) && values.length === size) {
    if (copyNumbers(values, row, start, size)) return;
  } else if (isNumericView(values) && values.length === size) {
    if (copyNumbers(values, row, start, size)) return;
  }
  listInputIssues(values, input, issues);
}

function copyFloat32(values: Float32Array, row: Float32Array, start: number, size: number): boolean {
  for (let index = 0; index < size; index += 1) {
    const value = values[index] as number;
    // Only NaN and the infinities differ from themselves after subtraction.
    if (value - value !== 0) return false;
    row[start + index] = value;
  }
  return true;
}

function copyNumbers(values: Indexable, row: Float32Array, start: number, size: number): boolean {
  for (let index = 0; index < size; index += 1) {
    const value = values[index];
    if (typeof value !== 'number') return false;
    const rounded = Math.fround(value);
    if (rounded - rounded !== 0) return false;
    row[start + index] = rounded;
  }
  return true;
}

function isNumericView(values: unknown): values is Indexable & ArrayBufferView {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}

/** Says what is wrong with an input that did not copy cleanly. */
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
  const before = issues.total;
  for (let index = 0; index < size; index += 1) {
    const value = list[index];
    if (typeof value === 'number' && Number.isFinite(Math.fround(value))) continue;
    issues.add(`${path}[${index}]`, 'a finite number', describeKind(value));
  }
  if (issues.total === before) issues.add(path, 'values that stay the same while they are read', 'values that change');
}

function refuseUnknown(features: Readonly<Record<string, unknown>>, layout: RowLayout, issues: IssueList): void {
  for (const name of Object.keys(features)) {
    if (layout.inputs.some((input) => input.name === name)) continue;
    const known = layout.inputs.map((input) => input.name).join(', ');
    issues.add(`features.${name.slice(0, 60)}`, `only the inputs ${known}`, 'an unknown input');
  }
}
