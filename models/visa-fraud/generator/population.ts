import { isOpen, MERCHANT_CATEGORIES, type MerchantCategory } from './merchant-category.js';
import type { ResolvedGeneratorOptions } from './options.js';
import type { Random } from './random.js';

export interface Terminal {
  index: number;
  region: number;
  category: MerchantCategory;
  /** Relative number of visitors. */
  popularity: number;
}

export interface Customer {
  index: number;
  region: number;
  /** Mean amount before the merchant's category changes it. */
  usualAmount: number;
  /** Spread of the amounts: the deviation as a share of the mean. */
  spread: number;
  /** Some customers' amounts are spread evenly around their mean, others' have the long tail of a log-normal. */
  longTail: boolean;
  transactionsPerDay: number;
  weekendFactor: number;
  /** Middle and deviation of the hours at which the customer is active. */
  peakHour: number;
  hourSpread: number;
  /** Terminals nearby, and the running totals of how often each is visited. */
  terminals: readonly Terminal[];
  cumulativeVisits: Float64Array;
}

export interface Population {
  customers: readonly Customer[];
  terminals: readonly Terminal[];
}

/** Share of a customer's terminals that lie in another region. */
const FAR_SHARE = 0.08;

export function createPopulation(options: ResolvedGeneratorOptions, random: Random): Population {
  const terminals = Array.from({ length: options.terminals }, (_, index) => createTerminal(index, options, random));
  const byRegion = Array.from({ length: options.regions }, (_, region) => terminals.filter((t) => t.region === region));
  const customers = Array.from({ length: options.customers }, (_, index) => {
    const region = random.index(options.regions);
    const near = byRegion[region] ?? [];
    return createCustomer(index, region, near.length > 0 ? near : terminals, terminals, random);
  });
  return { customers, terminals };
}

function createTerminal(index: number, options: ResolvedGeneratorOptions, random: Random): Terminal {
  return {
    index,
    region: random.index(options.regions),
    category: drawCategory(random),
    popularity: random.logNormal(1, 0.6),
  };
}

function drawCategory(random: Random): MerchantCategory {
  let left = random.uniform();
  for (const category of MERCHANT_CATEGORIES) {
    left -= category.share;
    if (left < 0) return category;
  }
  return pick(MERCHANT_CATEGORIES, random);
}

function createCustomer(
  index: number,
  region: number,
  near: readonly Terminal[],
  all: readonly Terminal[],
  random: Random,
): Customer {
  const nightOwl = random.chance(0.08);
  const terminals = Array.from({ length: 10 + random.index(70) }, () =>
    pick(random.chance(FAR_SHARE) ? all : near, random),
  );
  const peakHour = nightOwl ? random.normal(22, 2) : random.normal(13, 2.5);
  let total = 0;
  const cumulativeVisits = Float64Array.from(terminals, ({ popularity, category }) => {
    // A favourite is visited often; a shop that is shut when the customer is about, hardly ever.
    const awake = isOpen(category, (Math.floor(peakHour) + 24) % 24) ? 1 : 0.15;
    total += popularity * awake * random.logNormal(1, 0.7);
    return total;
  });
  return {
    index,
    region,
    usualAmount: random.chance(0.7) ? random.between(5, 95) : Math.min(95, random.logNormal(35, 0.7)),
    spread: random.between(0.35, 0.6),
    longTail: random.chance(0.4),
    transactionsPerDay: random.between(0.05, 4),
    weekendFactor: random.between(0.6, 1.4),
    peakHour,
    hourSpread: random.between(2.5, 6),
    terminals,
    cumulativeVisits,
  };
}

export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random.index(items.length)];
  if (item === undefined) throw new RangeError('expected a list with at least one item, received an empty one');
  return item;
}
