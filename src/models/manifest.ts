import { readPolicyPatch } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { DriftReference } from '../monitoring/drift/reference.js';
import type { Calibration } from '../protocol/output-forms.js';
import { FieldReader } from '../validation/field-reader.js';
import type { IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { isFileName, isSha256, readWeightFiles, type WeightFileEntry } from './manifest-files.js';
import { type ManifestInput, readInputs } from './manifest-inputs.js';
import { type ManifestOutputs, readCalibration, readOutputs } from './manifest-outputs.js';
import { readReference } from './manifest-reference.js';

export type { ManifestInput } from './manifest-inputs.js';

/** `model.json`: everything that this package knows about a model besides its graph. */
export interface Manifest {
  name: string;
  version: string;
  /** The ONNX file, next to the manifest. */
  file: string;
  /** The sha256 of that file, in hexadecimal. */
  sha256: string;
  inputs: ManifestInput[];
  outputs: ManifestOutputs;
  /** Maps the score to a probability. Present if `outputs.score` is. */
  calibration?: Calibration;
  /** 'alone' runs each row separately. @default 'any' */
  batch: 'any' | 'alone';
  /** Files next to the manifest that hold weights of the graph. */
  files: WeightFileEntry[];
  /** Thresholds. They override the package's defaults; the host's options override them. */
  policy: Partial<DecisionPolicy>;
  /** The distribution of features and score in training. Drift is measured against it. */
  reference?: DriftReference;
}

/** Reads a parsed `model.json` and adds every problem to `issues`. null if there was any. */
export function readManifest(json: unknown, issues: IssueList): Manifest | null {
  const reader = new FieldReader(json, '', issues);
  const name = reader.required('name', 'a name', isText);
  const version = reader.required('version', 'a version', isText);
  const file = reader.required('file', 'the name of a file in the same directory', isFileName);
  const sha256 = reader.required('sha256', '64 hexadecimal digits', isSha256);
  const inputs = readInputs(reader, issues);
  const outputs = readOutputs(reader.nested('outputs'), issues);
  const calibration = readCalibration(reader, outputs, issues);
  const batch = reader.oneOf('batch', ['any', 'alone'], 'any');
  const files = readWeightFiles(reader, file, issues);
  const reference = readReference(reader, inputs);
  const policy = readPolicyPatch(reader.nested('policy'));
  // Other fields belong to a newer format or are the author's notes. They are ignored.
  reader.rejectMisspelt();
  if (issues.total > 0 || !name || !version || !file || !sha256) return null;
  const manifest: Manifest = {
    name,
    version,
    file,
    sha256: sha256.toLowerCase(),
    inputs,
    outputs,
    batch,
    files,
    policy,
  };
  if (calibration !== undefined) manifest.calibration = calibration;
  if (reference !== undefined) manifest.reference = reference;
  return manifest;
}
