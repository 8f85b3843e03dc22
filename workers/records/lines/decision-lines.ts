import { Buffer } from 'node:buffer';
import type { RecordedDecision } from '../../../src/api/records.js';
import type { FileHeader, PolicyContext, VersionContext } from '../../../src/records/format/contexts.js';
import {
  decidedByCodes,
  decisionCodes,
  errorCodes,
  levelCodes,
  noBucket,
  rowFields,
  rowHeadBytes,
} from '../../../src/records/format/entry-layout.js';
import type { EntryView } from '../../../src/records/format/entry-view.js';
import { type MaskPlan, maskPlan } from '../../../src/records/format/mask-plan.js';
import { FeatureLines } from './feature-lines.js';
import type { JsonBytes } from './json-bytes.js';

/** What the lines of all decisions of a version have in common. */
interface VersionLines {
  context: VersionContext;
  plan: MaskPlan;
  features: FeatureLines;
  /** `,"masked":[…]`, or empty. */
  masked: string;
}

/** The middle of a line, the same for all decisions of a version, a policy and a provider. */
interface SharedPart {
  context: number;
  policy: number;
  provider: EntryView['head']['provider'];
  json: Buffer;
}

/** What a decision ends with, for all that it can be. */
const outcomes = decisionCodes.map((decision) =>
  decidedByCodes.map((decidedBy) =>
    levelCodes.map((riskLevel) => Buffer.from(`,${inner({ decision, decidedBy, riskLevel })}`)),
  ),
);

/**
 * Writes decisions as lines of JSON, without making objects: the records that `RecordReader` reads, with the same fields in the same order, and the same
 * values. Numbers may have other digits than `JSON.stringify` gives them; readers get the same number.
 */
export class DecisionLines {
  readonly #header: FileHeader;
  readonly #versions = new Map<number, VersionLines>();
  readonly #policies = new Map<number, PolicyContext>();
  #shared: SharedPart | null = null;

  constructor(header: FileHeader) {
    this.#header = header;
  }

  addContext(context: VersionContext): void {
    const plan = maskPlan(this.#header.mask, context.inputs);
    const masked = plan.removed.length === 0 ? '' : `,${inner({ masked: plan.removed })}`;
    const features = new FeatureLines(context.inputs, plan);
    this.#versions.set(context.number, { context, plan, features, masked });
    this.#shared = null;
  }

  addPolicy(policy: PolicyContext): void {
    this.#policies.set(policy.number, policy);
    this.#shared = null;
  }

  /**
   * Writes the line of each row.
   *
   * @param entry the entry of `view`. @param onRow called after each row, with where its line begins, in bytes from where the first one does.
   * @throws {RangeError} where its version or policy was not told.
   */
  write(to: JsonBytes, entry: Buffer, view: EntryView, onRow: (row: number, at: number) => void): void {
    const { head, parts } = view;
    const version = this.#versions.get(head.context);
    if (version === undefined)
      throw new RangeError(`an entry of the version number ${head.context}, which is not known`);
    const { plan, features, masked } = version;
    const shared = this.#sharedPart(version, head);
    const hasFeatures = head.featureWords > 0 && plan.hasFeatures;
    const hasAttention = head.attentionWidth > 0 && plan.attention === 'keep';
    const memory = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
    const texts = view.texts();
    const { run } = this.#header;
    const start = `{"schema":1,"kind":"decision","run":"${run}","sequence":`;
    const middle = `,"at":"${new Date(head.at).toISOString()}","decisionId":"${run}-`;
    const role = `,"role":"${head.role}"`;
    const batch = head.batch === null ? '' : `,"batch":{"number":${head.batch},"size":${head.batchSize},"place":`;
    const inferenceMs = `,"inferenceMs":${head.inferenceMs},"totalMs":`;
    const rawHead = `,"rawOutputs":{${JSON.stringify(version.context.scoreForm)}:`;
    for (let row = 0; row < head.rows; row += 1) {
      const at = parts.rows + row * rowHeadBytes;
      const before = to.length;
      const number = `${head.sequence + row}`;
      to.text(`${start}${number}${middle}${number}"`);
      writeId(to, entry, texts[2 * row] as number, texts[2 * row + 1] as number);
      to.text(role);
      const copy = memory.getFloat64(at + rowFields.copy, true);
      if (!(copy < 0)) to.field(',"copy":', copy);
      const bucket = memory.getUint16(at + rowFields.bucket, true);
      if (bucket !== noBucket) to.field(',"bucket":', bucket);
      to.raw(shared);
      if (hasFeatures) {
        const from = parts.features + row * head.featureWords * 4;
        to.text(',"features":');
        features.write(to, entry.subarray(from), memory, from);
      }
      to.text(masked);
      if (batch !== '') {
        to.field(batch, memory.getUint16(at + rowFields.place, true));
        to.text('}');
      }
      to.field(',"fraudProbability":', memory.getFloat32(at + rowFields.fraudProbability, true));
      to.field(',"riskScore":', memory.getFloat32(at + rowFields.riskScore, true));
      if (head.rawWidth > 0) {
        to.text(rawHead);
        to.floats(memory, parts.raw + row * head.rawWidth * 4, head.rawWidth);
        to.text('}');
      }
      if (hasAttention) {
        to.text(',"attention":');
        to.floats(memory, parts.attention + row * head.attentionWidth * 4, head.attentionWidth, (value) => value);
      }
      to.raw(outcomeOf(memory, at));
      const error = errorCodes[memory.getUint8(at + rowFields.error)] ?? null;
      if (error !== null) to.text(`,"fallback":{"error":"${error}"}`);
      const amount = memory.getFloat64(at + rowFields.amount, true);
      if (!Number.isNaN(amount)) to.field(',"amount":', amount);
      to.field(',"timing":{"queueMs":', memory.getFloat64(at + rowFields.queueMs, true));
      to.field(inferenceMs, memory.getFloat64(at + rowFields.totalMs, true));
      const further = texts[2 * row + 1] as number;
      const end = texts[2 * row + 2] as number;
      // Further fields are an object of JSON: without its first brace they go on with this one.
      if (end > further + 2) {
        to.text('},');
        to.raw(entry.subarray(further + 1, end));
        to.text('\n');
      } else to.text('}}\n');
      onRow(row, before);
    }
  }

  #sharedPart({ context }: VersionLines, head: EntryView['head']): Buffer {
    const known = this.#shared;
    if (known?.context === head.context && known.policy === head.policy && known.provider === head.provider) {
      return known.json;
    }
    const policy = this.#policies.get(head.policy);
    if (policy === undefined) throw new RangeError(`an entry of the policy number ${head.policy}, which is not known`);
    const { model, runtime } = context;
    const { provider } = head;
    const fields: Pick<RecordedDecision, 'model' | 'runtime' | 'policy'> = {
      model,
      runtime: { ...runtime, provider },
      policy: { hash: policy.hash, ...policy.policy },
    };
    const json = Buffer.from(`,${inner(fields)}`);
    this.#shared = { context: head.context, policy: head.policy, provider, json };
    return json;
  }
}

function writeId(to: JsonBytes, entry: Buffer, from: number, end: number): void {
  if (from === end) return;
  const id = entry.toString('utf8', from, end);
  to.text(`,"id":${JSON.stringify(id)}`);
}

function outcomeOf(memory: DataView, at: number): Buffer {
  const decision = outcomes[memory.getUint8(at + rowFields.decision)] ?? outcomes[1];
  const decidedBy = decision?.[memory.getUint8(at + rowFields.decidedBy)] ?? decision?.[0];
  return decidedBy?.[memory.getUint8(at + rowFields.riskLevel)] ?? (decidedBy?.[3] as Buffer);
}

/** The fields of an object as JSON, without its braces. */
function inner(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}
