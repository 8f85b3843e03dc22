import type { DecisionPolicy } from '../../api/policy.js';
import type { MaskAction, RecordedModel, RecordedRuntime } from '../../api/records.js';
import type { ScoreForm } from '../../protocol/output-forms.js';
import type { InputType } from '../../protocol/row-layout.js';

/** What decisions of one version have in common: they refer to it by its number. Each file has those that its decisions refer to, before them. */
export interface VersionContext {
  number: number;
  model: RecordedModel;
  /** Without the provider, which each batch has. */
  runtime: Omit<RecordedRuntime, 'provider'>;
  inputs: ContextInput[];
  /** Whether rows may share a run. */
  batch: 'any' | 'alone';
  /** What the raw outputs of its rows are, by the name in `outputs` of model.json. */
  scoreForm: ScoreForm;
}

export interface ContextInput {
  name: string;
  size: number;
  type: InputType;
  /** The features' names, where the manifest has them. */
  features?: string[];
  /** Of a text input: for each feature the texts that values are places in. */
  texts?: string[][];
}

/** A policy that decided. */
export interface PolicyContext {
  number: number;
  /** SHA-256 of the thresholds as canonical JSON, in hexadecimal. */
  hash: string;
  policy: DecisionPolicy;
}

/** The first thing in a file. */
export interface FileHeader {
  /** Of the binary format. */
  format: 1;
  run: string;
  /** Which file of the run, from 0. */
  part: number;
  /** Milliseconds since the epoch. */
  begunAt: number;
  /** Version of this package. */
  package: string;
  /** What was done to fields, by JSON Pointer; the key of the hashes is nowhere. */
  mask: Record<string, MaskAction>;
}
