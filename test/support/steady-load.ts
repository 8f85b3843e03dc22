import type { FraudScorer } from '../../src/index.js';

const everyMs = 10;

export interface SteadyLoadOptions {
  ratePerSecond?: number;
  /** What the model of each version divides x by; see `Versions.sqrt`. */
  scales: Readonly<Record<string, number>>;
}

/** Requests at a steady rate, each answer held against the versions that were live at the call, and against the score of the one that it names. */
export class SteadyLoad {
  /** What was wrong with answers, each kind of fault once for each version. */
  readonly #faults = new Set<string>();
  /** Versions that answered. */
  readonly versions = new Set<string>();
  readonly #scorer: FraudScorer;
  readonly #scales: Readonly<Record<string, number>>;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #live: ReadonlySet<string>;
  #sent = 0;
  #answered = 0;
  #onAnswer: () => void = () => {};

  constructor(scorer: FraudScorer, { ratePerSecond = 1_000, scales }: SteadyLoadOptions) {
    this.#scorer = scorer;
    this.#scales = scales;
    this.#live = liveVersions(scorer);
    // Told in the turn in which it happens, so that no request comes between.
    scorer.on('deployment', () => {
      this.#live = liveVersions(scorer);
    });
    this.#timer = setInterval(() => {
      for (let count = 0; count < (ratePerSecond * everyMs) / 1_000; count += 1) this.#send();
    }, everyMs);
  }

  get faults(): string[] {
    return [...this.#faults];
  }

  /** Resolves after so many more answers. */
  async answers(count: number): Promise<void> {
    const until = this.#answered + count;
    while (this.#answered < until) {
      await new Promise<void>((resolve) => {
        this.#onAnswer = resolve;
      });
    }
  }

  /** Sends no more. Resolves when all requests have been answered or refused. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  #send(): void {
    this.#sent += 1;
    const x = (this.#sent % 997) / 997;
    const live = this.#live;
    const pending = this.#scorer
      .score({ id: `transaction ${this.#sent}`, features: { x } })
      .then((result) => {
        const version = result.source === 'model' ? result.model.version : 'none';
        this.versions.add(version);
        if (!live.has(version)) this.#faults.add(`${version} answered, which was not live`);
        const expected = Math.sqrt(x / (this.#scales[version] ?? Number.NaN));
        if (!(Math.abs((result.fraudProbability ?? Number.NaN) - expected) < 1e-6))
          this.#faults.add(`${version} scored wrong`);
      })
      .catch(({ code }) => {
        this.#faults.add(`${code}`);
      })
      .finally(() => {
        this.#pending.delete(pending);
        this.#answered += 1;
        this.#onAnswer();
      });
    this.#pending.add(pending);
  }
}

/** Those that may answer a request. */
function liveVersions(scorer: FraudScorer): Set<string> {
  const live = scorer.deployments().filter(({ role }) => role === 'primary' || role === 'challenger');
  return new Set(live.map(({ version }) => version));
}
