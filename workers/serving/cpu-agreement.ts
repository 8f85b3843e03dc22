import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { openSession, type SessionWishes } from '../providers/providers.js';
import type { ModelBytes } from '../thread/model-bytes.js';
import { ModelSession } from '../thread/model-session.js';
import { newRunBuffers, type RunBuffers } from './run-buffers.js';

/** Measures how far a session on a device is from the CPU, by the graph's outputs for some rows. */
export class CpuAgreement {
  readonly #bytes: ModelBytes;
  readonly #spec: ModelSpec;
  readonly #rows: Float32Array;
  #expected: Promise<Float32Array | null> | null = null;

  /** @param rows raw features, row after row. */
  constructor(bytes: ModelBytes, spec: ModelSpec, rows: Float32Array) {
    this.#bytes = bytes;
    this.#spec = spec;
    this.#rows = rows;
  }

  /**
   * @returns the root mean square of the differences, relative to that of the CPU's outputs; 0 if both are equal. null if the CPU cannot
   * run the model, or one of them gives no finite number.
   */
  async differenceOf(model: Pick<ModelSession, 'infer'>): Promise<number | null> {
    this.#expected ??= this.#onCpu();
    const expected = await this.#expected;
    return expected === null ? null : differenceBetween(expected, await this.#outputsOf(model));
  }

  async #onCpu(): Promise<Float32Array | null> {
    const tryOut = async (session: Parameters<typeof ModelSession.warmedUp>[0]): Promise<Float32Array> =>
      this.#outputsOf(await ModelSession.warmedUp(session, this.#spec, 1));
    try {
      const { session, result } = await openSession(this.#bytes, ['cpu'], 0, tryOut);
      await session.release();
      return result;
    } catch {
      // The model runs only on the device, so there is nothing to compare with.
      return null;
    }
  }

  async #outputsOf(model: Pick<ModelSession, 'infer'>): Promise<Float32Array> {
    const count = this.#rows.length / rowLayoutOf(this.#spec.inputs).size;
    const buffers: RunBuffers = newRunBuffers(this.#spec.inputs, count);
    buffers.gather(
      this.#rows,
      Int32Array.from({ length: count }, (_, row) => row),
    );
    const { raw } = await model.infer(buffers.inputs, count);
    return Float32Array.from(raw);
  }
}

/**
 * Requires that a session on a device computes as accurately as the CPU. Not required if the host has allowed TF32. If the host has not set
 * the variable, it was set to 0 before the first worker.
 */
export function asOnCpu(
  bytes: ModelBytes,
  spec: ModelSpec,
  rows: Float32Array,
): Pick<SessionWishes<{ model: ModelSession }>, 'differenceFromCpu'> {
  if (process.env.NVIDIA_TF32_OVERRIDE !== '0') return {};
  const agreement = new CpuAgreement(bytes, spec, rows);
  return { differenceFromCpu: ({ model }) => agreement.differenceOf(model) };
}

/** @returns null if nothing can be compared. */
export function differenceBetween(expected: Float32Array, seen: Float32Array): number | null {
  let [differences, size, compared] = [0, 0, 0];
  for (const [index, value] of expected.entries()) {
    const other = seen[index] ?? Number.NaN;
    if (!Number.isFinite(value) || !Number.isFinite(other)) continue;
    differences += (other - value) ** 2;
    size += value ** 2;
    compared += 1;
  }
  if (compared === 0) return null;
  return differences === 0 ? 0 : Math.sqrt(differences / size);
}
