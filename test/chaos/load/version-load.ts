import type { Random } from '../../../models/visa-fraud/generator/random.js';
import { armOf, Router } from '../../../src/deployments/routing.js';
import type { FraudScorer, ScoreResult } from '../../../src/index.js';
import type { KnownVersions } from '../oracle/known-versions.js';
import type { Ledger } from '../oracle/ledger.js';
import type { Life, LiveVersions, Split } from '../oracle/live-versions.js';

/** Requests between one call of `scoreMany` and the next, and of `scoreColumns`, about. */
const requestsPer = { list: 200, columns: 1_000 } as const;

const keyCount = 1_024;

export interface VersionLoadOptions {
  scorer: FraudScorer;
  ledger: Ledger;
  known: KnownVersions;
  live: LiveVersions;
  random: Random;
  salt: string;
}

/** A request, and what held when it was sent. */
interface Sent {
  split: Split;
  /** The change of the policy that was the last. */
  since: number;
  /** Of its routing key; undefined: it is drawn. */
  place: number | undefined;
  row: number;
  /** Its answer is told only when those of its whole list are there, by when its version may have ended. */
  isInList?: boolean;
}

/** Sends requests in every way there is, each held against the version that had to answer it. */
export class VersionLoad {
  readonly #options: VersionLoadOptions;
  readonly #keys: readonly { key: string; place: number }[];
  /** Answers of versions other than the primary. */
  byChallengers = 0;
  /** Of the first wrong answers, in words. */
  readonly wrong: string[] = [];
  calls = { scoreMany: 0, scoreColumns: 0 };

  constructor(options: VersionLoadOptions) {
    const router = new Router(options.salt);
    this.#options = options;
    this.#keys = Array.from({ length: keyCount }, (_, index) => {
      const key = `customer ${index}`;
      return { key, place: router.place(key) };
    });
  }

  /** Sends one request, or a call of many; resolves when it has settled. */
  send(): Promise<unknown> {
    const { random } = this.#options;
    if (random.index(requestsPer.columns) === 0) return this.#sendColumns();
    if (random.index(requestsPer.list) === 0) return this.#sendList();
    return this.#sendOne();
  }

  #sendOne(): Promise<void> {
    const { scorer, random, live, known } = this.#options;
    const row = random.index(known.length);
    const keyed = random.chance(0.7) ? this.#keys[random.index(keyCount)] : undefined;
    const [split, since] = [live.now, live.policyChanges];
    const promise = scorer.score(known.request(row), keyed === undefined ? {} : { routingKey: keyed.key });
    return this.#track({ split, since, place: keyed?.place, row }, promise);
  }

  async #sendList(): Promise<void> {
    const { scorer, random, live, known } = this.#options;
    this.calls.scoreMany += 1;
    const rows = Array.from({ length: 1 + random.index(64) }, () => random.index(known.length));
    const keyed = random.chance(0.5) ? this.#keys[random.index(keyCount)] : undefined;
    const [split, since] = [live.now, live.policyChanges];
    const outcomes = scorer.scoreMany(
      rows.map((row) => known.request(row)),
      keyed === undefined ? {} : { routingKey: keyed.key },
    );
    const tracked = rows.map((row, index) => {
      const answer = outcomes.then((settled) => {
        const outcome = settled[index];
        if (outcome?.status === 'fulfilled') return outcome.value;
        throw outcome?.reason ?? new Error('an outcome is missing');
      });
      return this.#track({ split, since, place: keyed?.place, row, isInList: true }, answer);
    });
    await Promise.all(tracked);
  }

  #sendColumns(): Promise<void> {
    const { scorer, random, live, known, ledger } = this.#options;
    this.calls.scoreColumns += 1;
    const from = random.index(known.length);
    const rows = 1 + random.index(known.length - from);
    const lives = live.all;
    const named = random.chance(0.5) ? lives[random.index(lives.length)] : undefined;
    const [life, since] = [named ?? live.now.primary.life, live.policyChanges];
    const options = named === undefined ? {} : { version: named.version };
    const kind = known.isHarmful(life.version) ? 'risky' : 'plain';
    return ledger.trackAnswer(kind, scorer.scoreColumns(known.columns(from, rows), rows, options), (scores) => {
      return !life.isOver && scores.model.version === life.version && known.isColumns(life, from, rows, scores, since);
    });
  }

  #track({ split, since, place, row, isInList = false }: Sent, promise: Promise<ScoreResult>): Promise<void> {
    const { ledger, known } = this.#options;
    const may = place === undefined ? allOf(split) : [lifeAt(split, place)];
    const kind = may.some(({ version }) => known.isHarmful(version)) ? 'risky' : 'plain';
    return ledger.trackAnswer(kind, promise, (result) => {
      const life = result.source === 'model' ? may.find(({ version }) => version === result.model.version) : undefined;
      if (life !== split.primary.life) this.byChallengers += 1;
      if (life !== undefined && (isInList || !life.isOver) && known.isAnswer(life, row, result, since)) return true;
      const allowed = may.map(({ version }) => version).join(' or ');
      const by = result.source === 'model' ? `${result.model.version} (${result.decision})` : 'the fallback';
      if (this.wrong.length < 3) this.wrong.push(`answered by ${by}, expected ${allowed}; over: ${life?.isOver}`);
      return false;
    });
  }
}

/** The version that answers a key at this place. */
function lifeAt({ primary, challengers: [first, second] }: Split, place: number): Life {
  const arm = armOf(place, first?.share ?? 0, second?.share ?? 0);
  return [primary, first, second][arm]?.life ?? primary.life;
}

/** Those that have a share. */
function allOf({ primary, challengers }: Split): Life[] {
  return [primary, ...challengers].flatMap((arm) => (arm === null || arm.share === 0 ? [] : [arm.life]));
}
