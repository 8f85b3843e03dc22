import { shownName } from '../../errors/foreign-names.js';
import type { Columns } from '../../models/adopt/columns.js';
import { canHold, type DescribedInput } from '../../models/adopt/draft-manifest.js';
import { isFloat } from '../../models/adopt/element-types.js';
import { imputedFeatures } from '../../models/adopt/encoders.js';
import type { OnnxGraph } from '../../models/adopt/onnx-graph.js';
import { listed, refusal } from '../../models/adopt/refusal.js';
import { describeValue } from '../../validation/issues.js';
import type { MissingValue } from './order.js';

/**
 * Sets for each input the replacement of a missing value that the caller gives.
 *
 * @throws {ModelInvalidError} if no input can hold a value.
 */
export function setMissing(inputs: readonly DescribedInput[], values: readonly MissingValue[]): void {
  for (const { input, value } of values) {
    refuseTextForAll(inputs, input, value);
    const isNaNWord = typeof value === 'string' && value.toLowerCase() === 'nan';
    const isForText = inputs.some(({ name, graphType }) => name === input && graphType === 'string');
    const raw = isNaNWord && !isForText ? Number.NaN : value;
    const holds = (candidate: DescribedInput): boolean =>
      typeof raw === 'number' && Number.isNaN(raw) ? isFloat(candidate.graphType) : canHold(candidate, raw);
    const meant = inputs.filter((candidate) => (input === null ? holds(candidate) : candidate.name === input));
    const wrong = meant.find((candidate) => !holds(candidate));
    if (input !== null && meant.length === 0) {
      const names = listed(inputs.map(({ name }) => name));
      throw refusal('missing', `a value for all inputs, or for one of ${names}`, `one for ${JSON.stringify(input)}`);
    }
    if (meant.length === 0 || wrong !== undefined) {
      const of = wrong === undefined ? '' : ` for the input ${JSON.stringify(wrong.name)}`;
      throw refusal('missing', allowedFor(wrong === undefined ? inputs : [wrong]) + of, describeValue(value));
    }
    for (const candidate of meant) candidate.missing.fill(raw);
  }
}

/**
 * A text must name its input. Otherwise a word such as `none` or `mean`, or a number that is too large, would become the missing text of
 * every text input.
 */
function refuseTextForAll(inputs: readonly DescribedInput[], input: string | null, value: number | string): void {
  if (input !== null || typeof value !== 'string' || value.toLowerCase() === 'nan') return;
  const text = inputs.find(({ graphType }) => graphType === 'string');
  if (text === undefined) return;
  const isTextAlone = inputs.every(({ graphType }) => graphType === 'string');
  const forOne = `a text for one input: --missing ${JSON.stringify(`${shownName(text.name)}=TEXT`)}`;
  const numbers = allowedFor(inputs.filter(({ graphType }) => graphType !== 'string'));
  throw refusal('missing', isTextAlone ? forOne : `${numbers} (${forOne})`, describeValue(value));
}

/** Describes the values that can replace a missing one. */
function allowedFor(inputs: readonly DescribedInput[]): string {
  const types = inputs.map(({ graphType }) => graphType);
  const allowed = types.some(isFloat) ? ["'nan'", 'a number'] : [];
  const isWhole = types.some((type) => type !== 'string' && type !== 'bool' && !isFloat(type));
  if (isWhole && allowed.length === 0) allowed.push('a whole number');
  if (types.includes('bool') && allowed.length === 0) allowed.push('0 or 1');
  if (types.includes('string')) allowed.push('a text');
  return allowed.join(' or ');
}

/** Makes missing values NaN where the graph itself replaces NaN. @returns the features, for people. */
export function setImputed(inputs: readonly DescribedInput[], graph: OnnxGraph, columns: Columns): string[] {
  const set: string[] = [];
  for (const { input: name, column } of imputedFeatures(graph, columns)) {
    const input = inputs.find((candidate) => candidate.name === name);
    if (input === undefined || !isFloat(input.graphType) || input.missing[column] !== undefined) continue;
    // A value by feature needs features with names.
    if (input.features === undefined) continue;
    input.missing[column] = Number.NaN;
    set.push(input.features[column] ?? name);
  }
  return set;
}
