import type { Issue } from '../../errors.js';
import type { OutputForm } from '../../models/adopt/form-names.js';
import type { Calibration } from '../../protocol/output-forms.js';

/** A value that replaces a missing one, for one input or for all that can hold it. */
export interface MissingValue {
  input: string | null;
  /** 'nan' is the number NaN. */
  value: number | string;
}

/** The request to the adopting process. */
export interface AdoptOrder {
  /** The absolute path of the ONNX file. */
  file: string;
  /** The absolute path of an empty directory to write to. */
  draft: string;
  name: string;
  version: string;
  fraudClass: number | string | null;
  /** Names of features; or the path of a CSV file with the names in its header. */
  features: string[] | { header: string } | null;
  missing: MissingValue[];
  outputs: [string, OutputForm][];
  /** The calibration; or the path of a JSON file with it. */
  calibration: Calibration | { file: string } | null;
  /** The path of a `cases.json` to copy. */
  cases: string | null;
}

/** What was found and changed, without the final location. */
export interface Adoption {
  model: { name: string; version: string };
  sha256: string;
  inputs: { name: string; type: string; size: number }[];
  output: {
    name: string;
    form: string;
    why: string;
    fraudClass: { column: number; label: number | string | null } | null;
  };
  batch: 'any' | 'alone';
  /** The changes of the graph. */
  changes: string[];
  /** Remarks. */
  notes: string[];
  /**
   * The difference of the score output between the original and the written graph, on synthetic rows; null if the graph was not changed.
   */
  comparison: { rows: number; largestDifference: number } | null;
}

/** The messages of the process. */
export type AdoptMessage =
  /** The process has loaded and accepts its order. */
  | { kind: 'ready' }
  | { kind: 'step'; step: string }
  | { kind: 'done'; adoption: Adoption }
  | { kind: 'refused'; code: string; message: string; issues: readonly Issue[] }
  | { kind: 'defect'; message: string };
