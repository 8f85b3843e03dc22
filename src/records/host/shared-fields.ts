import type { DecisionPolicy } from '../../api/policy.js';
import type { Provider } from '../../api/provider.js';
import type { RecordRole } from '../../api/records.js';
import type { EntryShared } from './entry-writer.js';

/** What the rows of a version's next entry share. It is the same object each time, so that a batch makes no garbage. */
export class SharedFields {
  readonly #fields: EntryShared;

  /** @param featureWords words of 4 bytes of a row's features. @param policy any, until the first entry has one. */
  constructor(featureWords: number, policy: DecisionPolicy) {
    const numbers = { context: 0, at: 0, batch: 0, batchSize: 0, inferenceMs: 0, attentionWidth: 0, rawWidth: 0 };
    this.#fields = { ...numbers, featureWords, role: 'primary', provider: null, policy };
  }

  /** Sets what belongs to the version. @param workers the widths are known once a worker is ready. */
  of(context: number, at: number, workers: Readonly<Pick<EntryShared, 'attentionWidth' | 'rawWidth'>>): this {
    const fields = this.#fields;
    fields.context = context;
    fields.at = at;
    fields.attentionWidth = workers.attentionWidth;
    fields.rawWidth = workers.rawWidth;
    return this;
  }

  /** Sets what belongs to the batch. @returns all fields, until the next entry. */
  with(
    batch: number,
    batchSize: number,
    inferenceMs: number,
    provider: Provider | null,
    policy: DecisionPolicy,
    role: RecordRole,
  ): EntryShared {
    const fields = this.#fields;
    fields.batch = batch;
    fields.batchSize = batchSize;
    fields.inferenceMs = inferenceMs;
    fields.provider = provider;
    fields.policy = policy;
    fields.role = role;
    return fields;
  }
}
