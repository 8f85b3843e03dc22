import type { Issue } from '../../errors.js';
import type { OutputForm } from '../../models/adopt/form-names.js';
import type { Calibration } from '../../protocol/output-forms.js';

/** A value that stands for a missing one: for one input, or for all that can hold it. */
export interface MissingValue {
  input: string | null;
  /** 'nan' is the number. */
  value: number | string;
}

/** What the process that adopts is asked for. */
export interface AdoptOrder {
  /** The ONNX file, absolute. */
  file: string;
  /** An empty directory to write to, absolute. */
  draft: string;
  name: string;
  version: string;
  fraudClass: number | string | null;
  /** Names of features; or the path of a CSV file whose header has them. */
  features: string[] | { header: string } | null;
  missing: MissingValue[];
  outputs: [string, OutputForm][];
  /** Or the path of a JSON file with it. */
  calibration: Calibration | { file: string } | null;
  /** The path of a `cases.json` to take along. */
  cases: string | null;
}

/** What was found and done, but for where it lies in the end. */
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
  /** What was changed in the graph. */
  changes: string[];
  /** What is to be known. */
  notes: string[];
  /** Of the decisive output between the original and what was written, on invented rows; null where the graph was not changed. */
  comparison: { rows: number; largestDifference: number } | null;
}

/** What the process says. */
export type AdoptMessage =
  /** It has loaded, and takes its order. */
  | { kind: 'ready' }
  | { kind: 'step'; step: string }
  | { kind: 'done'; adoption: Adoption }
  | { kind: 'refused'; code: string; message: string; issues: readonly Issue[] }
  | { kind: 'defect'; message: string };
