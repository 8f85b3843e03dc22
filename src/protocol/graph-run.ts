/** Runs of a graph as it is: tensors in, tensors out. */

/** An input tensor of a run. */
export interface GivenTensor {
  name: string;
  /** The runtime's name of the type. */
  type: string;
  dims: number[];
  /** Numbers of that type (0 and 1 for booleans), or texts. */
  values: number[] | string[];
}

/** An output tensor of a run. */
export interface FoundTensor {
  name: string;
  type: string;
  dims: number[];
  /** null for texts. */
  values: Float64Array | null;
}

export interface GraphRun {
  given: GivenTensor[];
  /** The outputs to return. */
  outputs: string[];
}

/** The outputs of a run; or why the runtime failed on it. */
export type GraphRunResult = { found: FoundTensor[] } | { failure: string };

export interface GraphRunReport {
  /** Why the runtime does not load the graph; null if it does. */
  refused: string | null;
  results: GraphRunResult[];
}
