import { escapeControls } from '../errors/foreign-names.js';
import type { Manifest, ManifestInput } from '../models/manifest.js';

/**
 * TypeScript declarations of the features of a model's requests, for `FraudScorer.create<Features>()`. With them, a misspelt name does not
 * compile, and an editor completes names.
 *
 * @returns the text of a `.d.ts` file that exports the type `Features`.
 */
export function featureTypes({ name, version, inputs }: Manifest): string {
  const named = inputs.filter(({ features }) => features !== undefined);
  const byInput = inputs.map((input) => member(input.name, inputType(input), isOptional(input), commentOf(input)));
  const parts = [
    `// Features of ${oneLine(name)}, version ${oneLine(version)}. Written by \`fraud-scorer types\`: do not edit, write it again.`,
    '',
    ...importsOf(inputs),
    ...named.flatMap((input) => [
      `/** The features of the input ${oneLine(input.name)}. */`,
      `export interface ${interfaceName(inputs, input)} {`,
      ...membersOf(input),
      '}',
      '',
    ]),
    '/** The inputs, each as an array or as its features by name. */',
    'export interface FeaturesByInput {',
    ...byInput,
    '}',
    '',
  ];
  const flat = flatInputs(inputs);
  if (flat.length === 0) return [...parts, 'export type Features = FeaturesByInput;', ''].join('\n');
  const others = inputs.filter((input) => !flat.includes(input));
  return [
    ...parts,
    '/** The features by name, without their inputs. */',
    'export interface FlatFeatures {',
    ...flat.flatMap(membersOf),
    ...others.map((input) => member(input.name, inputType(input), isOptional(input), commentOf(input))),
    '}',
    '',
    'export type Features = FlatFeatures | FeaturesByInput;',
    '',
  ].join('\n');

  function inputType(input: ManifestInput): string {
    const types = [arrayType(input)];
    if (input.features !== undefined) types.push(interfaceName(inputs, input));
    if (input.size === 1) types.push(valueType(input, 0));
    return unionOf(types);
  }
}

/** The inputs whose features may be given without the input: no input and no other feature has the same name. */
function flatInputs(inputs: readonly ManifestInput[]): ManifestInput[] {
  const all = inputs.flatMap(({ features }) => features ?? []);
  const isAlone = (feature: string, input: ManifestInput): boolean => {
    const isOnce = all.indexOf(feature) === all.lastIndexOf(feature);
    return isOnce && inputs.every(({ name, size }) => name !== feature || (name === input.name && size === 1));
  };
  return inputs.filter((input) => input.features?.every((feature) => isAlone(feature, input)));
}

function importsOf(inputs: readonly ManifestInput[]): string[] {
  const names = new Set(inputs.map(({ type }) => (isPlain(type) ? 'FeatureValues' : 'FeatureArray')));
  if (inputs.some(({ missing, categories }) => missing !== undefined || categories !== undefined))
    names.add('FeatureArray');
  return [`import type { ${[...names].sort().join(', ')} } from 'fraud-scorer';`, ''];
}

/** Whether arrays of an input's type hold only numbers. */
function isPlain(type: ManifestInput['type']): boolean {
  return type !== 'int64' && type !== 'bool' && type !== 'string';
}

function arrayType({ type, missing, categories }: ManifestInput): string {
  return isPlain(type) && missing === undefined && categories === undefined ? 'FeatureValues' : 'FeatureArray';
}

function membersOf(input: ManifestInput): string[] {
  return (input.features ?? []).map((feature, column) => {
    const isMissable = input.missing?.[column] !== undefined;
    return member(feature, valueType(input, column), isMissable, input.descriptions?.[column]);
  });
}

function valueType({ type, categories, unknownCategory, missing }: ManifestInput, column: number): string {
  const texts = categories?.[column];
  const types: string[] = [];
  // If the manifest accepts other texts too, any text is allowed, but an editor still offers the listed ones.
  if (texts !== undefined) types.push(...texts.map((text) => JSON.stringify(text)));
  if (texts !== undefined && unknownCategory !== undefined) types.push('(string & {})');
  if (type === 'bool') types.push('boolean', '0', '1');
  else if (type !== 'string') types.push('number');
  if (type === 'int64') types.push('bigint');
  if (missing?.[column] !== undefined) types.push('null', 'undefined');
  return unionOf(types);
}

function isOptional({ missing }: ManifestInput): boolean {
  return missing?.every((value) => value !== undefined) ?? false;
}

function commentOf({ name, features, descriptions, size }: ManifestInput): string | undefined {
  if (size === 1 && descriptions?.[0] !== undefined) return descriptions[0];
  if (features === undefined) return size === 1 ? undefined : `${size} values.`;
  return features.length === 1 && features[0] === name ? undefined : `${size} values: ${features.join(', ')}`;
}

function member(name: string, type: string, isOptional: boolean, comment: string | undefined): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  const line = `  ${key}${isOptional ? '?' : ''}: ${type}${isOptional && !/\bundefined\b/.test(type) ? ' | undefined' : ''};`;
  return comment === undefined ? line : `  /** ${oneLine(comment)} */\n${line}`;
}

/** A unique name for each input's interface. */
function interfaceName(inputs: readonly ManifestInput[], input: ManifestInput): string {
  const base = pascalCase(input.name);
  const same = inputs.filter((other) => pascalCase(other.name) === base);
  return `${base}${same.length > 1 ? same.indexOf(input) + 1 : ''}Features`;
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return `Input${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function unionOf(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

/** A text of the manifest, made safe for a comment. */
function oneLine(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' ')).replaceAll('*/', '* /');
}
