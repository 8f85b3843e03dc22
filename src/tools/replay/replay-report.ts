import type { RecordRole } from '../../api/records.js';
import type { Decision } from '../../api/result.js';
import type { AgainstReport } from './against/against-report.js';
import type { Environment, OtherEnvironment } from './environment.js';
import type { Excuse } from './loaded-model.js';
import type { ReplayResult } from './replay-result.js';
import type { ReplayStatus } from './verdict.js';

/** A decision that was computed again, for lists. */
export interface ReplayedRecord {
  decisionId: string;
  status: ReplayStatus;
  /** Why it can't be replayed. */
  code?: Excuse['code'];
  /** The same in words. Where it is within the tolerance or different: what was otherwise when it was decided, if anything was. */
  why?: string;
  /** How far both scores and the raw outputs are apart, as `Verdict` says; absent where there are none, null where one is no number. */
  difference?: number | null;
  /** The same of attention, its largest weight; absent where none was compared, null where there are not as many weights. */
  attentionDifference?: number | null;
  /** What was otherwise when it was decided: a difference may come from it. */
  otherwise?: OtherEnvironment['what'][];
  role: RecordRole;
  decidedBy: 'policy' | 'host' | 'fallback';
  recorded: { decision: Decision; fraudProbability: number | null; riskScore: number | null; rawOutputs?: number[] };
  /** `rawOutputs`: what the graph gave; present where the record has it. */
  replayed?: { decision: Decision; fraudProbability: number; riskScore: number; rawOutputs?: number[] };
}

export interface StatusCounts {
  identical: number;
  withinTolerance: number;
  different: number;
  cannotBeReplayed: number;
}

export interface ModelCounts extends StatusCounts {
  name: string;
  version: string;
  sha256: string;
}

/** Something that was otherwise, and in how many decisions. Those that are left over are identical. */
export interface OtherEnvironmentCounts extends OtherEnvironment {
  records: number;
  withinTolerance: number;
  different: number;
  /** Because their scores come out differently here. */
  cannotBeReplayed: number;
}

/** What a replay has shown. */
export interface ReplayReport {
  /** In a word: see `resultOf`. */
  result: ReplayResult;
  files: string[];
  tolerance: number;
  /** Decisions that were read, those that can't be replayed included. */
  decisions: number;
  records: StatusCounts;
  /** The largest difference of a score or a raw output, by status; null where there is none, or it is no number. */
  largestDifference: { withinTolerance: number | null; different: number | null };
  /** Decisions whose recorded attention was compared, and its largest difference by the status of its decision, as above. */
  attention: { compared: number; largestDifference: ReplayReport['largestDifference'] };
  /** Why decisions can't be replayed, the most frequent first. */
  cannotBeReplayed: (Excuse & { records: number })[];
  models: ModelCounts[];
  /** Batches that were run, and rows of them that were not recorded and stood as zeros. */
  batches: { run: number; rowsNotRecorded: number };
  /** Decided by the host: scores are compared, the decision is not. */
  decidedByHost: number;
  /** Rows that stand twice in the files; compared once. */
  repeated: number;
  here: Environment;
  /** What was otherwise where decisions were taken, and what became of them. */
  otherEnvironments: OtherEnvironmentCounts[];
  /** Decisions that are not identical although nothing was otherwise. */
  sameEnvironment: { withinTolerance: number; different: number };
  /** Parts of files that can't be read: where they begin, and how many bytes they have; null where that is not known. */
  damaged: { file: string; at: number; bytes: number | null; why: string }[];
  /** Files that end as a killed process leaves them. */
  unfinishedFiles: number;
  /** Decisions that are different, the first of them. */
  differences: ReplayedRecord[];
  /** What another model would have decided; null where none was asked for. */
  against: AgainstReport | null;
  seconds: number;
}
