import { DAY_MS } from '../units.js';
import type { ResolvedGeneratorOptions } from './options.js';
import type { Random } from './random.js';

/** A terminal under a criminal's control: a share of what passes through it is fraud, at nearly ordinary amounts. */
export interface Compromise {
  startMs: number;
  endMs: number;
  share: number;
  amountFactor: number;
}

/** A stolen card: its owner goes on paying, and a share of the payments is the thief's, larger ones. */
export interface Theft {
  startMs: number;
  endMs: number;
  share: number;
  amountFactor: number;
  /** Payments a day that the thief makes on top, at any terminal and at any hour. */
  extraPerDay: number;
}

/** The longest that either lasts. */
const LONGEST_DAYS = 42;

/** What is compromised and stolen at any moment, moved on day by day. */
export class FraudSchedule {
  readonly #compromises = new Map<number, Compromise>();
  readonly #thefts = new Map<number, Theft>();
  readonly #options: ResolvedGeneratorOptions;
  readonly #random: Random;

  constructor(options: ResolvedGeneratorOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    // The days before the first, so that the first is a day like any other and not one without fraud.
    for (let day = -LONGEST_DAYS; day < 0; day++) this.startDay(options.startMs + day * DAY_MS);
  }

  startDay(dayMs: number): void {
    const { terminals, customers, compromisesPerThousandTerminals, theftsPerThousandCustomers } = this.#options;
    const random = this.#random;
    for (let n = random.poisson((terminals / 1_000) * compromisesPerThousandTerminals); n > 0; n--) {
      const startMs = dayMs + random.uniform() * DAY_MS;
      this.#compromises.set(random.index(terminals), {
        startMs,
        endMs: startMs + random.between(14, LONGEST_DAYS) * DAY_MS,
        share: random.chance(0.65) ? 1 : random.between(0.5, 0.95),
        amountFactor: random.chance(0.8) ? 1 : random.between(1.2, 1.8),
      });
    }
    for (let n = random.poisson((customers / 1_000) * theftsPerThousandCustomers); n > 0; n--) {
      const startMs = dayMs + random.uniform() * DAY_MS;
      this.#thefts.set(random.index(customers), {
        startMs,
        endMs: startMs + random.between(7, 28) * DAY_MS,
        share: random.between(0.2, 0.5),
        amountFactor: random.between(3, 7),
        extraPerDay: random.chance(0.25) ? random.between(0.2, 1) : 0,
      });
    }
  }

  compromiseOf(terminal: number, atMs: number): Compromise | undefined {
    return active(this.#compromises.get(terminal), atMs);
  }

  theftOf(customer: number, atMs: number): Theft | undefined {
    return active(this.#thefts.get(customer), atMs);
  }
}

function active<T extends { startMs: number; endMs: number }>(spell: T | undefined, atMs: number): T | undefined {
  return spell !== undefined && atMs >= spell.startMs && atMs < spell.endMs ? spell : undefined;
}
