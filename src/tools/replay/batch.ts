import type { DecisionPolicy } from '../../api/policy.js';
import type { Provider } from '../../api/provider.js';
import type { RecordedValue, RecordRole } from '../../api/records.js';
import type { Decision, RiskLevel } from '../../api/result.js';
import type { RecordedVersion } from './recorded-version.js';

/** Features of a recorded row: the bytes as they lay in the model's memory, or values as lines of JSON have them. */
export type RowFeatures = Buffer | Readonly<Record<string, readonly RecordedValue[]>>;

/** A recorded decision, as far as a replay needs it. */
export interface RecordedRow {
  /** Its number in its run. */
  sequence: number;
  decisionId: string;
  /** As it is written; null where it is removed. */
  id: string | null;
  /** Its place in the batch. */
  place: number;
  /** float32; null where no model answered. */
  fraudProbability: number | null;
  riskScore: number | null;
  /** As it was: float32 in binary files, numbers in lines of JSON, which do not tell −0 from 0. null where none was recorded. */
  attention: Float32Array | readonly number[] | null;
  /** What the graph gave, float32; null where the record does not have it. */
  rawOutputs: readonly number[] | null;
  decision: Decision;
  riskLevel: RiskLevel | null;
  decidedBy: 'policy' | 'host' | 'fallback';
  /** Of the batch it came in: it may have changed between two rows. */
  policy: DecisionPolicy;
  role: RecordRole;
  amount: number | null;
  /** null where there are none. */
  features: RowFeatures | null;
  /** Whether something of its features is not there as it was. */
  isMasked: boolean;
}

/** Recorded rows of one batch, or some of them. */
export interface BatchPart {
  run: string;
  /** The batch's number in the run; null where the rows were in none. */
  batch: number | null;
  /** Rows that went to the worker. */
  size: number;
  provider: Provider | null;
  version: RecordedVersion;
  rows: readonly RecordedRow[];
}

/** A batch as far as it was recorded: rows that were not are missing in `rows`. */
export interface RecordedBatch extends BatchPart {
  batch: number;
  rows: RecordedRow[];
}
