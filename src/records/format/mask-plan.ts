import type { MaskAction } from '../../api/records.js';
import { featureNames } from '../../protocol/feature-names.js';
import { type InputLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import type { ContextInput } from './contexts.js';

/** A value of the features that is not written as it is. */
export interface MaskedColumn {
  /** JSON Pointer: `/features/<input>/<column>`. */
  pointer: string;
  input: InputLayout;
  /** Its place in the input. */
  column: number;
  action: 'hash' | 'remove';
}

/** What is done to records of one model. */
export interface MaskPlan {
  id: MaskAction;
  amount: MaskAction;
  reasons: MaskAction;
  attention: MaskAction;
  /** Whether all features are removed. */
  hasFeatures: boolean;
  columns: readonly MaskedColumn[];
  /** Features of which a reason must not say by how much they moved the score, as `reasonKey` has them: with the model their values could be computed from it. */
  withheld: ReadonlySet<string>;
  /** JSON Pointers of all that is removed. */
  removed: readonly string[];
}

/**
 * What a mask comes to for a model's inputs. A pointer that is longer goes before a shorter one, so that one column of a masked input can be kept.
 *
 * @param fields by JSON Pointer.
 */
export function maskPlan(fields: Readonly<Record<string, MaskAction>>, inputs: readonly ContextInput[]): MaskPlan {
  const layout = rowLayoutOf(inputs);
  const columns: MaskedColumn[] = [];
  const withheld = new Set<string>();
  const reasons = featureNames(inputs);
  let place = 0;
  const hasFeatures = fields['/features'] !== 'remove';
  for (const [index, input] of layout.inputs.entries()) {
    const names = inputs[index]?.features;
    const ofInput = fields[`/features/${escaped(input.name)}`] ?? 'keep';
    for (let column = 0; column < input.size; column += 1) {
      const own = actionOf(fields, input.name, column, names?.[column]) ?? ofInput;
      const reason = reasons[place];
      place += 1;
      // Features that `fields` leaves out are not secret for that.
      if (own !== 'keep' && reason !== undefined) withheld.add(reasonKey(reason));
      const action = hasFeatures ? own : 'remove';
      const pointer = `/features/${escaped(input.name)}/${column}`;
      if (action !== 'keep') columns.push({ pointer, input, column, action });
    }
  }
  const plan = {
    id: fields['/id'] ?? 'keep',
    amount: fields['/amount'] ?? 'keep',
    reasons: fields['/reasons'] ?? 'keep',
    attention: fields['/attention'] ?? 'keep',
  };
  const removed = Object.entries(plan).flatMap(([name, action]) => (action === 'remove' ? [`/${name}`] : []));
  const removedColumns = columns.filter(({ action }) => action === 'remove').map(({ pointer }) => pointer);
  return {
    ...plan,
    hasFeatures,
    columns,
    withheld,
    removed: [...removed, ...(hasFeatures ? removedColumns : ['/features'])],
  };
}

/** A feature as reasons name it. */
export function reasonKey({ input, feature }: { input: string; feature: string }): string {
  return JSON.stringify([input, feature]);
}

/** Of a column by its number, its name, or its name alone where the model has named features. */
function actionOf(
  fields: Readonly<Record<string, MaskAction>>,
  input: string,
  column: number,
  name: string | undefined,
): MaskAction | undefined {
  const byNumber = fields[`/features/${escaped(input)}/${column}`];
  if (byNumber !== undefined || name === undefined) return byNumber;
  return fields[`/features/${escaped(input)}/${escaped(name)}`] ?? fields[`/features/${escaped(name)}`];
}

/** A name as a part of a JSON Pointer (RFC 6901). */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Pointers of a mask that fit no field of the model: misspelt, most likely. */
export function unknownPointers(
  fields: Readonly<Record<string, MaskAction>>,
  inputs: readonly ContextInput[],
): string[] {
  const known = new Set<string>(['/id', '/amount', '/reasons', '/attention', '/features']);
  for (const { name, size, features } of inputs) {
    known.add(`/features/${escaped(name)}`);
    for (let column = 0; column < size; column += 1) known.add(`/features/${escaped(name)}/${column}`);
    for (const feature of features ?? []) {
      known.add(`/features/${escaped(name)}/${escaped(feature)}`);
      known.add(`/features/${escaped(feature)}`);
    }
  }
  return Object.keys(fields).filter((pointer) => !known.has(pointer));
}
