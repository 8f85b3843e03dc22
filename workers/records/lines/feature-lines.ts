import { Buffer } from 'node:buffer';
import type { ContextInput } from '../../../src/records/format/contexts.js';
import { byteOf, FeatureValues } from '../../../src/records/format/feature-values.js';
import type { MaskPlan } from '../../../src/records/format/mask-plan.js';
import type { JsonBytes } from './json-bytes.js';

/** An input, as it is written. */
interface LineInput {
  /** Its name and a colon, after a comma but for the first one. */
  head: Buffer;
  size: number;
  /** Of its first value, in the row's bytes. */
  firstByte: number;
  /** Its columns whose values are not written. */
  masked: readonly number[];
  /** Whether all values are written, as float32: mostly so. */
  isPlain: boolean;
}

/** Writes the features of rows as JSON: what `FeatureValues` reads. */
export class FeatureLines {
  readonly #values: FeatureValues;
  readonly #inputs: readonly LineInput[];

  constructor(inputs: readonly ContextInput[], { columns }: Pick<MaskPlan, 'columns'>) {
    this.#values = new FeatureValues(inputs);
    this.#inputs = this.#values.layout.inputs.map((input, index) => {
      const masked = columns.filter((column) => column.input.name === input.name).map(({ column }) => column);
      return {
        head: Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(input.name)}:`),
        size: input.size,
        firstByte: byteOf(input, 0),
        masked,
        isPlain: input.type === 'float32' && masked.length === 0,
      };
    });
  }

  /** @param row the row's bytes, and `view` a view of the same memory, where they begin at `at`. */
  write(to: JsonBytes, row: Buffer, view: DataView, at: number): void {
    to.text('{');
    for (const [index, { head, size, firstByte, masked, isPlain }] of this.#inputs.entries()) {
      to.raw(head);
      if (isPlain) to.floats(view, at + firstByte, size);
      else {
        const values = this.#values.readInput(row, index);
        for (const column of masked) values[column] = null;
        to.text(JSON.stringify(values));
      }
    }
    to.text('}');
  }
}
