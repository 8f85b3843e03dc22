import type {
  DecisionLogRecord,
  RecordedColumns,
  RecordedDecision,
  RecordedEnd,
  RecordedOutcome,
} from '../../api/records.js';
import type { FileHeader, PolicyContext, VersionContext } from './contexts.js';
import { entryKinds, headFields } from './entry-layout.js';
import { type EntryRow, EntryView } from './entry-view.js';
import { FeatureValues, jsonNumber } from './feature-values.js';
import { type MaskPlan, maskPlan } from './mask-plan.js';
import { readJsonEntry } from './write-entry.js';

/** A version that decisions refer to, with what its rows are read by. */
interface KnownVersion {
  context: VersionContext;
  values: FeatureValues;
  plan: MaskPlan;
}

/** Turns masked entries of one file, or of one run, into records. */
export class RecordReader {
  readonly header: FileHeader;
  readonly #versions = new Map<number, KnownVersion>();
  readonly #policies = new Map<number, PolicyContext>();

  constructor(header: FileHeader) {
    this.header = header;
  }

  addContext(context: VersionContext): void {
    const values = new FeatureValues(context.inputs);
    this.#versions.set(context.number, { context, values, plan: maskPlan(this.header.mask, context.inputs) });
  }

  addPolicy(policy: PolicyContext): void {
    this.#policies.set(policy.number, policy);
  }

  /** The version that an entry refers to. @throws {RangeError} where none has that number. */
  version(number: number): KnownVersion {
    const version = this.#versions.get(number);
    if (version === undefined)
      throw new RangeError(`an entry of the version number ${number}, which the file does not have`);
    return version;
  }

  /** The policy that an entry refers to. @throws {RangeError} where none has that number. */
  policy(number: number): PolicyContext {
    const policy = this.#policies.get(number);
    if (policy === undefined)
      throw new RangeError(`an entry of the policy number ${number}, which the file does not have`);
    return policy;
  }

  /**
   * The records of an entry.
   *
   * @throws {RangeError | SyntaxError} where it is damaged.
   */
  *records(entry: Buffer): Generator<DecisionLogRecord> {
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind === entryKinds.decisions) yield* this.#decisions(new EntryView(entry));
    else if (kind === entryKinds.context) this.addContext(readJsonEntry(entry) as VersionContext);
    else if (kind === entryKinds.policy) this.addPolicy(readJsonEntry(entry) as PolicyContext);
    else if (kind === entryKinds.outcome) yield { ...this.#base('outcome', entry), ...json<RecordedOutcome>(entry) };
    else if (kind === entryKinds.end) yield { ...this.#base('end', entry), ...json<RecordedEnd>(entry) };
    else if (kind === entryKinds.columns) yield this.#columns(entry);
  }

  #columns(entry: Buffer): RecordedColumns {
    const { rows, decisions, context } = json<RecordedColumns & { context: number }>(entry);
    const { model } = this.version(context).context;
    return { ...this.#base('columns', entry), model, rows, decisions };
  }

  *#decisions(view: EntryView): Generator<RecordedDecision> {
    const { head } = view;
    const { context, values, plan } = this.version(head.context);
    const policy = this.policy(head.policy);
    const at = new Date(head.at).toISOString();
    let index = 0;
    for (const row of view.rows()) {
      const sequence = head.sequence + index;
      const further = row.further === '' ? {} : (JSON.parse(row.further) as Partial<RecordedDecision>);
      const hasFeatures = head.featureWords > 0 && plan.hasFeatures;
      const record: RecordedDecision = {
        ...{ schema: 1, kind: 'decision', run: this.header.run, sequence, at },
        decisionId: `${this.header.run}-${sequence}`,
        ...(row.id === null ? {} : { id: row.id }),
        role: head.role,
        ...(row.copy === null ? {} : { copy: row.copy }),
        ...(row.bucket === null ? {} : { bucket: row.bucket }),
        model: context.model,
        runtime: { ...context.runtime, provider: head.provider },
        policy: { hash: policy.hash, ...policy.policy },
        ...(hasFeatures ? { features: masked(values.read(view.features(index)), plan) } : {}),
        ...(plan.removed.length === 0 ? {} : { masked: [...plan.removed] }),
        ...(head.batch === null ? {} : { batch: { number: head.batch, size: head.batchSize, place: row.place } }),
        fraudProbability: row.fraudProbability,
        riskScore: row.riskScore,
        ...(head.rawWidth === 0 ? {} : { rawOutputs: { [context.scoreForm]: view.rawOutputs(index).map(jsonNumber) } }),
        ...(head.attentionWidth === 0 || plan.attention !== 'keep' ? {} : { attention: view.attention(index) }),
        decision: row.decision,
        decidedBy: row.decidedBy,
        riskLevel: row.riskLevel,
        ...(row.error === null ? {} : { fallback: { error: row.error } }),
        ...(row.amount === null ? {} : { amount: row.amount }),
        timing: timingOf(row, head.inferenceMs),
        ...further,
      };
      yield record;
      index += 1;
    }
  }

  #base<Kind extends string>(kind: Kind, entry: Buffer) {
    const sequence = entry.readDoubleLE(headFields.sequence);
    const at = new Date(entry.readDoubleLE(headFields.at)).toISOString();
    return { schema: 1 as const, kind, run: this.header.run, sequence, at };
  }
}

function timingOf({ queueMs, totalMs }: EntryRow, inferenceMs: number | null): RecordedDecision['timing'] {
  return { queueMs, inferenceMs, totalMs };
}

/** Masked values are null: what lies in their place is no value. */
function masked(
  features: NonNullable<RecordedDecision['features']>,
  { columns }: MaskPlan,
): NonNullable<RecordedDecision['features']> {
  for (const { input, column } of columns) {
    const values = features[input.name];
    if (values !== undefined) values[column] = null;
  }
  return features;
}

function json<T>(entry: Buffer): Omit<T, 'schema' | 'kind' | 'run' | 'sequence' | 'at'> {
  return readJsonEntry(entry) as Omit<T, 'schema' | 'kind' | 'run' | 'sequence' | 'at'>;
}
