/** Runs of a graph as it is: tensors in, tensors out. */

/** A tensor that is given to a graph. */
export interface GivenTensor {
  name: string;
  /** As the runtime calls it. */
  type: string;
  dims: number[];
  /** Numbers that the type holds, 0 and 1 for booleans; or texts. */
  values: number[] | string[];
}

/** A tensor that a graph gave. */
export interface FoundTensor {
  name: string;
  type: string;
  dims: number[];
  /** null for texts. */
  values: Float64Array | null;
}

export interface GraphRun {
  given: GivenTensor[];
  /** The outputs that are asked for. */
  outputs: string[];
}

/** What a run came to; or, where the runtime failed on it, why. */
export type GraphRunResult = { found: FoundTensor[] } | { failure: string };

export interface GraphRunReport {
  /** Why the runtime does not load the graph; null where it does. */
  refused: string | null;
  results: GraphRunResult[];
}
