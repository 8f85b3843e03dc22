import { isFloat32Array } from 'node:util/types';
import type { ModelResult, ScoreRequest } from 'fraud-scorer';

const batchSize = 256;
const model = Object.freeze({ name: 'none', version: '1' });

/** The values of an input and its place in a row. */
interface Input {
  name: string;
  size: number;
  offset: number;
}

type Resolve = (result: ModelResult) => void;

/**
 * The work that no host in JavaScript can save per request: a promise, a copy of its values that checks each of them, and a result,
 * handed out 256 at a time. There is no worker, deadline, clock or count. All promises share one executor.
 */
export class LeastHost {
  readonly #inputs: readonly Input[];
  readonly #rowSize: number;
  readonly #capacity: number;
  readonly #rows: Float32Array;
  readonly #resolves: (Resolve | null)[];
  #head = 0;
  #count = 0;
  #resolve: Resolve | null = null;
  #reject: ((error: unknown) => void) | null = null;

  /**
   * @param example a request with the inputs of all others.
   * @param capacity requests outstanding at most.
   */
  constructor({ features }: ScoreRequest, capacity: number) {
    let rowSize = 0;
    this.#inputs = Object.entries(features).map(([name, { length }]) => {
      rowSize += length;
      return { name, size: length, offset: rowSize - length };
    });
    this.#rowSize = rowSize;
    this.#capacity = capacity;
    this.#rows = new Float32Array(rowSize * capacity);
    this.#resolves = Array.from({ length: capacity }, () => null);
  }

  score(request: ScoreRequest): Promise<ModelResult> {
    const promise = new Promise<ModelResult>(this.#capture);
    const row = (this.#head + this.#count) % this.#capacity;
    if (this.#count === this.#capacity || !this.#copy(request, row * this.#rowSize)) {
      this.#reject?.(new TypeError('request: expected finite numbers, and fewer requests than the capacity'));
      return promise;
    }
    this.#resolves[row] = this.#resolve;
    this.#count += 1;
    if (this.#count === 1) setImmediate(this.#answer);
    return promise;
  }

  readonly #capture = (resolve: Resolve, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  #copy({ features }: ScoreRequest, start: number): boolean {
    let notFinite = 0;
    for (const { name, size, offset } of this.#inputs) {
      const values = features[name];
      if (!isFloat32Array(values) || values.length !== size) return false;
      for (let index = 0; index < size; index += 1) {
        const value = values[index] ?? Number.NaN;
        this.#rows[start + offset + index] = value;
        notFinite += value - value;
      }
    }
    return notFinite === 0;
  }

  readonly #answer = (): void => {
    const rows = Math.min(this.#count, batchSize);
    for (let index = 0; index < rows; index += 1) {
      const row = this.#head;
      const resolve = this.#resolves[row];
      this.#resolves[row] = null;
      this.#head = (row + 1) % this.#capacity;
      this.#count -= 1;
      resolve?.(this.#resultOf(this.#rows[row * this.#rowSize] ?? 0, rows));
    }
    if (this.#count > 0) setImmediate(this.#answer);
  };

  /** The shape of a result of `score()`, with numbers that differ from request to request. */
  #resultOf(value: number, rows: number): ModelResult {
    return {
      source: 'model',
      decidedBy: 'policy',
      decision: value > 0.5 ? 'REVIEW' : 'APPROVE',
      fraudProbability: value,
      riskScore: value + 0.5,
      riskLevel: value > 0.5 ? 'MEDIUM' : 'LOW',
      model,
      provider: 'cpu',
      timing: { queueMs: value + 0.25, inferenceMs: value + 0.125, totalMs: value + 0.75, batchSize: rows },
    };
  }
}
