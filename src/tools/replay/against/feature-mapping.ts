import type { Buffer } from 'node:buffer';
import { shownName } from '../../../errors/foreign-names.js';
import { InvalidOptionsError } from '../../../errors.js';
import type { ManifestInput } from '../../../models/manifest-inputs.js';
import { textsOf } from '../../../protocol/input-texts.js';
import { isFloatType } from '../../../protocol/input-values.js';
import { type InputLayout, rowLayoutOf } from '../../../protocol/row-layout.js';
import { byteOf } from '../../../records/format/feature-values.js';
import { constantColumn, convertedColumn, type WriteColumn } from './column-writers.js';
import type { FeatureSource, SourceColumn } from './feature-source.js';

/** Bytes that lie in both rows alike. */
interface CopiedBytes {
  from: number;
  to: number;
  bytes: number;
}

/** Makes rows of one model of recorded rows of another. */
export class FeatureMapping {
  /** What is to be known of it. */
  readonly notes: readonly string[];
  readonly #copies: readonly CopiedBytes[];
  readonly #writers: readonly WriteColumn[];

  /**
   * Features go by their names where both sides have them, else by the input's name and size.
   *
   * @throws {InvalidOptionsError} where a feature of the model is not among the recorded ones.
   */
  constructor(source: FeatureSource, inputs: readonly ManifestInput[]) {
    const notes = new Set<string>();
    const copies: CopiedBytes[] = [];
    const writers: WriteColumn[] = [];
    for (const [index, layout] of rowLayoutOf(inputs).inputs.entries()) {
      const input = inputs[index] as ManifestInput;
      const targetTexts = input.type === 'string' ? textsOf(input) : undefined;
      for (let column = 0; column < layout.size; column += 1) {
        const target = { layout, column, texts: targetTexts?.[column], categories: input.categories?.[column], input };
        const from = sourceOf(source, input, column);
        if (from === null) writers.push(missingColumn(target, notes));
        else if (liesAlike(from, target))
          addCopy(copies, byteOf(from.layout, from.column), byteOf(layout, column), layout.valueBytes);
        else writers.push(converted(from, target));
      }
    }
    this.notes = [...notes];
    this.#copies = copies;
    this.#writers = writers;
  }

  /** @param to all 0. @returns false where a value is none that the model takes. */
  write(from: Buffer, to: Buffer): boolean {
    for (const { from: start, to: at, bytes } of this.#copies) from.copy(to, at, start, start + bytes);
    for (const write of this.#writers) if (!write(from, to)) return false;
    return true;
  }
}

export interface TargetColumn extends SourceColumn {
  input: ManifestInput;
}

/** @returns null where the feature has a name, and none of the recorded ones has it. */
function sourceOf(source: FeatureSource, input: ManifestInput, column: number): SourceColumn | null {
  const name = input.features?.[column];
  const sameName = source.inputs.find(({ layout }) => layout.name === input.name);
  // Names that are there twice say nothing by themselves: within an input of the same name they may.
  if (name !== undefined && source.inputs.every(({ hasNames }) => hasNames)) {
    const found = source.byName.get(name);
    if (found !== null) return found ?? null;
  }
  if (sameName?.layout.size === input.size) return sameName.columns[column] ?? null;
  const inputName = shownName(input.name);
  const there = source.inputs.map(({ layout }) => `${shownName(layout.name)} (${layout.size})`).join(', ');
  throw refusal(
    `an input ${inputName} of ${input.size} features in the records, or names of all features in both manifests`,
    there,
  );
}

function liesAlike(from: SourceColumn, to: SourceColumn): boolean {
  const isSameType = from.layout.type === to.layout.type || (isFloat32(from.layout) && isFloat32(to.layout));
  if (!isSameType || JSON.stringify(from.texts) !== JSON.stringify(to.texts)) return false;
  return from.categories === undefined || JSON.stringify(from.categories) === JSON.stringify(to.categories);
}

/** In a row a float16 value lies as float32. */
function isFloat32({ type }: InputLayout): boolean {
  return type === 'float32' || type === 'float16';
}

function addCopy(copies: CopiedBytes[], from: number, to: number, bytes: number): void {
  const last = copies.at(-1);
  if (last !== undefined && last.from + last.bytes === from && last.to + last.bytes === to) last.bytes += bytes;
  else copies.push({ from, to, bytes });
}

function converted(from: SourceColumn, to: TargetColumn): WriteColumn {
  const [source, target] = [from.layout.type, to.layout.type];
  const hasTexts = source === 'string' && (target === 'string' || to.categories !== undefined);
  const isWider =
    source !== 'string' && (isFloatType(target) || !isFloatType(source)) && target !== 'string' && target !== 'bool';
  if (!hasTexts && !isWider && source !== target) {
    throw refusal(`${nameOf(to)} as ${target}, or a type that can become it`, source);
  }
  return convertedColumn(from, to);
}

/** A feature that the records do not have. @throws {InvalidOptionsError} where the model does not say what a missing one is. */
function missingColumn(to: TargetColumn, notes: Set<string>): WriteColumn {
  const missing = to.input.missing?.[to.column];
  const value = typeof missing === 'string' ? to.texts?.indexOf(missing) : missing;
  if (value === undefined || value < 0) {
    throw refusal(
      `a feature ${nameOf(to)} in the records (model.json does not say by \`missing\` what a missing one is)`,
      'none of that name',
    );
  }
  notes.add(`The records have no feature ${nameOf(to)}: it is taken as missing`);
  return constantColumn(to, value);
}

function nameOf({ input, column }: TargetColumn): string {
  return shownName(input.features?.[column] ?? `${input.name}[${column}]`);
}

function refusal(expected: string, received: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path: '--against', expected, received }]);
}
