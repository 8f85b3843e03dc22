import type { ScoreRequest } from 'fraud-scorer';

const batchSize = 256;

/** As large as the one of `score()`. */
interface LeastResult {
  source: 'model';
  decision: 'APPROVE';
  fraudProbability: number;
  riskScore: number;
  riskLevel: 'LOW';
  model: null;
  provider: 'cpu';
  timing: { queueMs: number; inferenceMs: number; totalMs: number; batchSize: number };
}

/**
 * What a request costs any host written in JavaScript: a promise, a checked copy of its values, and a result, handed out
 * 256 at a time. No worker, queue, deadline, clock or count.
 */
export class LeastHost {
  readonly #rows: Float32Array;
  readonly #rowSize: number;
  #waiting: ((result: LeastResult) => void)[] = [];

  constructor(rowSize: number, outstanding: number) {
    this.#rowSize = rowSize;
    this.#rows = new Float32Array(rowSize * outstanding);
  }

  score(request: ScoreRequest): Promise<LeastResult> {
    return new Promise((resolve) => {
      this.#copy(request);
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#answer());
    });
  }

  #copy({ features }: ScoreRequest): void {
    let at = (this.#waiting.length * this.#rowSize) % this.#rows.length;
    for (const name in features) {
      const values = features[name] ?? [];
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError('expected a finite number');
        this.#rows[at++] = value;
      }
    }
  }

  #answer(): void {
    const rows = this.#waiting.splice(0, batchSize);
    let row = 0;
    for (const resolve of rows) {
      const score = this.#rows[row++ * this.#rowSize] ?? 0;
      resolve({
        source: 'model',
        decision: 'APPROVE',
        fraudProbability: score,
        riskScore: score + 1,
        riskLevel: 'LOW',
        model: null,
        provider: 'cpu',
        timing: { queueMs: score, inferenceMs: score, totalMs: score + 1, batchSize: rows.length },
      });
    }
    if (this.#waiting.length > 0) setImmediate(() => this.#answer());
  }
}
