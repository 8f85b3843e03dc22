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
  /** Values in a row. */
  readonly size: number;
  /** Values from one row to the next: rows begin at multiples of 8 bytes. */
  readonly stride: number;
}

export function rowLayoutOf(inputs: readonly { name: string; size: number }[]): RowLayout {
  let offset = 0;
  const laidOut = inputs.map(({ name, size }) => {
    const input = { name, size, offset };
    offset += size;
    return input;
  });
  return { inputs: laidOut, size: offset, stride: offset + (offset % 2) };
}
