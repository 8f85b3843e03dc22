import type { Transaction } from '../transaction.js';
import { DAY_MS, HOUR_MS } from '../units.js';
import { FraudSchedule } from './fraud.js';
import { isOpen } from './merchant-category.js';
import { type GeneratorOptions, type ResolvedGeneratorOptions, resolveGeneratorOptions } from './options.js';
import { type Customer, createPopulation, type Population, pick, type Terminal } from './population.js';
import { Random } from './random.js';

/**
 * Card transactions of customers with habits of their own, in time order, to the second, each with its label.
 * Three kinds of fraud: an amount out of all proportion, a compromised terminal, a stolen card.
 * The same options give the same transactions on every machine.
 *
 * @throws RangeError for an option out of its range
 */
export function* generateTransactions(options: GeneratorOptions = {}): Generator<Transaction, void, undefined> {
  const resolved = resolveGeneratorOptions(options);
  const random = new Random(resolved.seed);
  const population = createPopulation(resolved, random);
  const schedule = new FraudSchedule(resolved, random);
  let nextId = 0;
  for (let day = 0; day < resolved.days; day++) {
    const dayMs = resolved.startMs + day * DAY_MS;
    schedule.startDay(dayMs);
    for (const draft of draftDay(dayMs, population, schedule, resolved, random)) {
      yield {
        transactionId: String(nextId++),
        timestampMs: draft.timestampMs,
        customerId: String(draft.customer.index),
        terminalId: String(draft.terminal.index),
        amount: Math.round(draft.amount * 100) / 100,
        isFraud: draft.isFraud,
      };
    }
  }
}

interface Draft {
  timestampMs: number;
  customer: Customer;
  terminal: Terminal;
  amount: number;
  isFraud: boolean;
}

function draftDay(
  dayMs: number,
  population: Population,
  schedule: FraudSchedule,
  options: ResolvedGeneratorOptions,
  random: Random,
): Draft[] {
  const weekday = new Date(dayMs).getUTCDay();
  const weekend = weekday === 0 || weekday === 6;
  const drafts: Draft[] = [];
  for (const customer of population.customers) {
    const mean = customer.transactionsPerDay * (weekend ? customer.weekendFactor : 1);
    for (let n = random.poisson(mean); n > 0; n--) {
      const draft = draftOwn(dayMs, customer, random);
      if (draft !== undefined) drafts.push(commitFraud(draft, schedule, options, random));
    }
    const theft = schedule.theftOf(customer.index, dayMs);
    for (let n = random.poisson(theft?.extraPerDay ?? 0); n > 0; n--) {
      const timestampMs = dayMs + random.index(DAY_MS / 1_000) * 1_000;
      const terminal = pick(population.terminals, random);
      const amount = drawAmount(customer, terminal, random) * (theft?.amountFactor ?? 1);
      drafts.push({ timestampMs, customer, terminal, amount, isFraud: true });
    }
  }
  // Array sort is stable: transactions of the same second keep the order in which they were drawn.
  return drafts.sort((a, b) => a.timestampMs - b.timestampMs);
}

/** A payment by the customer: at an hour of theirs, at a terminal of theirs that is open then. */
function draftOwn(dayMs: number, customer: Customer, random: Random): Draft | undefined {
  const hour = random.normal(customer.peakHour, customer.hourSpread);
  // Wrapped, not cut off: a night owl's evening goes on after midnight.
  const offsetMs = (((hour % 24) + 24) % 24) * HOUR_MS;
  const timestampMs = dayMs + Math.floor(offsetMs / 1_000) * 1_000;
  const hourOfDay = Math.floor(offsetMs / HOUR_MS);
  let terminal = customer.terminals[random.weighted(customer.cumulativeVisits)];
  for (let attempt = 0; attempt < 3 && terminal && !isOpen(terminal.category, hourOfDay); attempt++) {
    terminal = customer.terminals[random.weighted(customer.cumulativeVisits)];
  }
  if (terminal === undefined) return undefined;
  return { timestampMs, customer, terminal, amount: drawAmount(customer, terminal, random), isFraud: false };
}

function drawAmount(customer: Customer, terminal: Terminal, random: Random): number {
  const mean = customer.usualAmount * terminal.category.amountFactor;
  const spread = customer.spread + terminal.category.sigma * 0.3;
  for (;;) {
    // exp(−σ²/2) makes the given mean the log-normal's mean, as it is the normal's.
    const amount = customer.longTail
      ? random.logNormal(mean * Math.exp((-spread * spread) / 2), spread)
      : random.normal(mean, mean * spread);
    if (amount >= 0.1 && amount <= mean * 3.2) return amount;
  }
}

function commitFraud(draft: Draft, schedule: FraudSchedule, options: ResolvedGeneratorOptions, random: Random): Draft {
  const theft = schedule.theftOf(draft.customer.index, draft.timestampMs);
  if (theft !== undefined && random.chance(theft.share)) {
    return { ...draft, amount: draft.amount * theft.amountFactor, isFraud: true };
  }
  const compromise = schedule.compromiseOf(draft.terminal.index, draft.timestampMs);
  if (compromise !== undefined && random.chance(compromise.share)) {
    return { ...draft, amount: draft.amount * compromise.amountFactor, isFraud: true };
  }
  if (random.chance(options.outlierShare)) {
    return { ...draft, amount: Math.max(draft.amount, 220) * random.logNormal(1.6, 0.4), isFraud: true };
  }
  return draft;
}
