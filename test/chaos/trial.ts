import { Random } from '../../models/visa-fraud/generator/random.js';
import { FraudScorer, type FraudScorerOptions, type Summary } from '../../src/index.js';
import { FaultBoard, type MarkedKind } from './faults/fault-board.js';
import { bounded } from './load/bounded.js';
import { closedLoop } from './load/closed-loop.js';
import { Mix, type Shares } from './load/mix.js';
import { accountProblems } from './oracle/account.js';
import type { KnownRows } from './oracle/known-rows.js';
import { Ledger } from './oracle/ledger.js';
import type { Findings, ScenarioContext } from './scenario.js';

export interface TrialOptions {
  scorer?: FraudScorerOptions;
  board?: { hangMs?: number; slowMs?: number };
  shares?: Shares;
}

/** A real scorer over workers that can be made to fail, a load on it, and the accounts of both. */
export class Trial {
  readonly board: FaultBoard;
  readonly scorer: FraudScorer;
  readonly ledger = new Ledger();
  readonly random: Random;
  readonly rows: KnownRows;
  readonly mix: Mix;
  readonly problems: string[] = [];
  readonly missed: string[] = [];
  readonly #onProgress: ScenarioContext['onProgress'];

  static async start(context: ScenarioContext, options: TrialOptions = {}): Promise<Trial> {
    const board = new FaultBoard(options.board);
    const scorer = await FraudScorer.create({
      model: context.rows.model.directory,
      providers: ['cpu'],
      workers: context.workers,
      workerFile: board.workerFile,
      // Long, so that innocent requests have time for a worker to be replaced; impatient ones bring their own.
      timeoutMs: 60_000,
      ...options.scorer,
    });
    return new Trial(context, board, scorer, options.shares);
  }

  private constructor(context: ScenarioContext, board: FaultBoard, scorer: FraudScorer, shares: Shares | undefined) {
    this.board = board;
    this.scorer = scorer;
    this.random = new Random(context.seed);
    this.rows = context.rows;
    this.mix = new Mix(scorer, this.ledger, context.rows, this.random, shares);
    this.#onProgress = context.onProgress;
  }

  /** Sends the mix while `more` says so, with faults beside it; resolves when everything has settled or nothing moves any more. */
  async load(
    more: () => boolean,
    faults: () => Promise<void> = async () => {},
    { outstanding = 1_024, send = () => this.mix.send() }: { outstanding?: number; send?: () => Promise<void> } = {},
  ): Promise<void> {
    const { settled } = this.ledger;
    const load = closedLoop({ outstanding, more, send }).finally(() => settled.end());
    const all = Promise.all([load, faults()]);
    if (!(await bounded(all, settled))) this.problems.push(`${this.ledger.open} requests did not settle`);
    this.board.calm();
  }

  /** As many requests as that, with progress. */
  upTo(requests: number): () => boolean {
    const step = Math.max(1, Math.floor(requests / 100));
    const end = this.ledger.sent + requests;
    return () => {
      if (this.ledger.sent % step === 0) this.#onProgress(this.ledger.sent, end);
      return this.ledger.sent < end;
    };
  }

  /** Sends a row that does harm; resolves when it has settled. */
  sendMarked(kind: MarkedKind): Promise<void> {
    return this.ledger.track(kind, null, this.scorer.score(this.rows.marked(kind, this.random)));
  }

  /** Resolves when all workers are ready again after what has been done to them, or the load is over. */
  async recovered(): Promise<void> {
    const { settled } = this.ledger;
    while (!settled.isOver && !this.#isWhole()) await settled.after(1_024);
  }

  /** Resolves when all workers are ready again, or have not become so in time, after the load. */
  async whole(): Promise<void> {
    for (let look = 0; look < 300 && !this.#isWhole(); look += 1) {
      // Nothing tells of a worker that has been replaced; a request that comes back does tell that one is there.
      const row = this.rows.at(look);
      await this.ledger.track('plain', row, this.scorer.score(row.request));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!this.#isWhole()) this.problems.push('not all workers were replaced');
  }

  /** Closes the scorer, and holds its counts against the ledger. */
  async finish(facts: Findings['facts'] = {}): Promise<Findings> {
    const { summary } = await this.scorer.close();
    const { ledger } = this;
    this.problems.push(...ledger.problems, ...accountProblems(ledger, summary.requests));
    if (ledger.open > 0) this.problems.push(`${ledger.open} requests were lost`);
    return { facts: { ...this.#figures(summary), ...facts }, problems: this.problems, missed: this.missed };
  }

  /** Whether every worker that was ended has been noticed and replaced. */
  #isWhole(): boolean {
    const { configured, ready, lost } = this.scorer.summary().workers;
    return ready === configured && lost >= this.board.killed;
  }

  #figures({ workers, performance }: Summary): Findings['facts'] {
    const { ledger } = this;
    return {
      sent: ledger.sent,
      answered: ledger.answered,
      ...Object.fromEntries(ledger.codes),
      wrong: ledger.wrong,
      unexpected: ledger.unexpected,
      lost: ledger.open,
      'workers lost': workers.lost,
      ...(performance.latencyMs.p99 === null ? {} : { 'P99 ms': performance.latencyMs.p99 }),
    };
  }
}
