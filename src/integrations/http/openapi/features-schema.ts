import type { InputDescription, ModelDescription } from '../../../api/model-description.js';
import { type Schema, valueSchema } from './value-schema.js';

/** An input and the names by which its features may be given. */
interface NamedInput {
  input: InputDescription;
  /** Inside the input; null where not all that must be there have a name of their own. */
  within: ReadonlyMap<string, number> | null;
  /** Beside the inputs, by the same rule. */
  flat: ReadonlyMap<string, number> | null;
}

/** The features of a request in all their forms: arrays by input, objects by input, and features by name. */
export function featuresSchema({ inputs, unknownFeatures }: ModelDescription): Schema {
  const named = namedInputs(inputs);
  const refuses = unknownFeatures === 'refuse';
  const properties: Record<string, Schema> = {};
  for (const one of named) {
    properties[one.input.name] = inputSchema(one, refuses);
    for (const [name, column] of one.flat ?? []) properties[name] = namedValue(one.input, column);
  }
  const rules = named.map(presence).filter((rule) => rule !== true);
  return {
    description:
      'Each input as an array or as an object of its features by name, or its features by name beside the inputs.',
    type: 'object',
    properties,
    additionalProperties: !refuses,
    ...(rules.length === 0 ? {} : { allOf: rules }),
  };
}

function namedInputs(inputs: readonly InputDescription[]): NamedInput[] {
  const counts = countsOf(inputs.flatMap(({ features }) => features.map(({ name }) => name)));
  const taken = new Set(inputs.map(({ name }) => name));
  return inputs.map((input) => {
    const own = countsOf(input.features.map(({ name }) => name));
    const within = namesWhere(input, (name) => own.get(name) === 1);
    const flat = namesWhere(input, (name) => counts.get(name) === 1 && !taken.has(name));
    return { input, within, flat: flat?.size === 0 ? null : flat };
  });
}

function countsOf(names: readonly (string | null)[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function namesWhere({ features }: InputDescription, accepts: (name: string) => boolean): Map<string, number> | null {
  const names = new Map<string, number>();
  for (const [column, { name, optional }] of features.entries()) {
    if (name !== null && accepts(name)) names.set(name, column);
    else if (!optional) return null;
  }
  return names;
}

function namedValue(input: InputDescription, column: number): Schema {
  const feature = input.features[column];
  if (feature === undefined) return false;
  const schema = valueSchema(feature, input.type, true);
  return feature.description === null || typeof schema === 'boolean'
    ? schema
    : { description: feature.description, ...schema };
}

function inputSchema({ input, within }: NamedInput, refuses: boolean): Schema {
  const forms: Schema[] = [arraySchema(input)];
  if (within !== null) {
    forms.push({
      type: 'object',
      properties: Object.fromEntries([...within].map(([name, column]) => [name, namedValue(input, column)])),
      required: requiredOf(input, within),
      additionalProperties: !refuses,
    });
  }
  if (input.size === 1) forms.push(namedValue(input, 0));
  else if (input.features.every(({ optional }) => optional)) forms.push({ type: 'null' });
  return forms.length === 1 ? (forms[0] ?? false) : { anyOf: forms };
}

function arraySchema({ features, type, size }: InputDescription): Schema {
  const items = features.map((feature) => valueSchema(feature, type, false));
  const [first] = items;
  const areSame = items.every((item) => JSON.stringify(item) === JSON.stringify(first));
  return {
    ...{ type: 'array', minItems: size, maxItems: size },
    ...(areSame ? { items: first ?? false } : { prefixItems: items, items: false }),
  };
}

/**
 * Each feature once: by its input, or by itself. The scorer also takes an input whose features are given partly inside it and partly beside it, which
 * nobody needs to know.
 */
function presence({ input, flat }: NamedInput): Schema {
  const isOptional = input.features.every(({ optional }) => optional);
  if (flat === null) return isOptional ? true : { required: [input.name] };
  const names = [...flat.keys()];
  return {
    oneOf: [
      { required: [input.name], properties: Object.fromEntries(names.map((name) => [name, false])) },
      { required: requiredOf(input, flat), properties: { [input.name]: false } },
    ],
  };
}

function requiredOf({ features }: InputDescription, names: ReadonlyMap<string, number>): string[] {
  return [...names].flatMap(([name, column]) => (features[column]?.optional === false ? [name] : []));
}
