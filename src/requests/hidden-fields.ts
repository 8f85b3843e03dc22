import type { InputLayout } from '../protocol/row-layout.js';
import type { FeatureNames, NameScope } from './feature-names.js';
import { isInherited, isVisible } from './object-fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** Gets the fields of features that a loop over the object's own fields does not show. */
export interface HiddenFieldTaker {
  isGiven(feature: number): boolean;
  /**
   * An own field that is not enumerable.
   *
   * @param target see `NameScope`.
   * @param input see `NameScope`.
   * @param path the path below `features`.
   * @returns whether to go on.
   */
  take(value: unknown, target: number, input: number, path: string): boolean;
  /** A field of the object's class or prototype. @returns whether to go on. */
  refuse(path: string): boolean;
}

/**
 * Looks for features that are not own enumerable fields. They must not count as missing if the object has them in another way. Call it if
 * features are missing after all other fields were read.
 *
 * @returns whether all of them were accepted.
 */
export function takeHiddenFields(
  features: Fields,
  { top, within }: FeatureNames,
  inputs: readonly InputLayout[],
  taker: HiddenFieldTaker,
): boolean {
  for (const [index, input] of inputs.entries()) {
    if (isComplete(input, taker)) continue;
    const { name } = input;
    if (!takeField(features, name, top.targets[index] as number, index, taker, '')) return false;
    const value = Object.hasOwn(features, name) ? features[name] : undefined;
    const scope = within[index];
    if (scope === undefined || typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (!takeFeatures(value as Fields, scope, taker, `${name}.`)) return false;
  }
  return takeFeatures(features, top, taker, '');
}

function takeFeatures(
  fields: Fields,
  { names, targets, inputs }: NameScope,
  taker: HiddenFieldTaker,
  prefix: string,
): boolean {
  for (let place = 0; place < names.length; place += 1) {
    const target = targets[place] as number;
    if ((inputs[place] as number) >= 0 || taker.isGiven(target)) continue;
    if (!takeField(fields, names[place] as string, target, -1, taker, prefix)) return false;
  }
  return true;
}

function takeField(
  fields: Fields,
  name: string,
  target: number,
  input: number,
  taker: HiddenFieldTaker,
  prefix: string,
): boolean {
  if (Object.hasOwn(fields, name))
    return isVisible(fields, name) || taker.take(fields[name], target, input, prefix + name);
  return !isInherited(fields, name) || taker.refuse(prefix + name);
}

function isComplete({ firstFeature, size }: InputLayout, taker: HiddenFieldTaker): boolean {
  for (let feature = firstFeature; feature < firstFeature + size; feature += 1) {
    if (!taker.isGiven(feature)) return false;
  }
  return true;
}
