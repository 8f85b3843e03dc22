/** Options of `generateTransactions`. */
export interface GeneratorOptions {
  /** The same seed and options give the same transactions, bit for bit. @default 1 */
  seed?: number | undefined;
  /** First day, as YYYY-MM-DD (UTC). @default '2025-01-01' */
  startDate?: string | undefined;
  /** Days of transactions. @default 30 */
  days?: number | undefined;
  /** How many customers there are. @default 1_000 */
  customers?: number | undefined;
  /** How many terminals there are. @default 2_000 */
  terminals?: number | undefined;
  /** Regions that customers mostly stay within. @default one for each 250 customers */
  regions?: number | undefined;
  /** Compromises a day for each 1,000 terminals; one lasts two to six weeks. @default 0.2 */
  compromisesPerThousandTerminals?: number | undefined;
  /** Cards stolen a day for each 1,000 customers; one is misused for one to four weeks. @default 0.6 */
  theftsPerThousandCustomers?: number | undefined;
  /** Share of transactions whose amount is fraudulently out of all proportion. @default 0.001 */
  outlierShare?: number | undefined;
}

type NumericOptions = Exclude<keyof GeneratorOptions, 'startDate'>;

export interface ResolvedGeneratorOptions extends Record<NumericOptions, number> {
  startMs: number;
}

/** Fills in the defaults. @throws RangeError naming the option, what was expected and what came. */
export function resolveGeneratorOptions(options: GeneratorOptions): ResolvedGeneratorOptions {
  const customers = wholeNumber('customers', options.customers ?? 1_000);
  return {
    seed: wholeNumber('seed', options.seed ?? 1, 0),
    startMs: startOfDay(options.startDate ?? '2025-01-01'),
    days: wholeNumber('days', options.days ?? 30),
    customers,
    terminals: wholeNumber('terminals', options.terminals ?? 2_000),
    regions: wholeNumber('regions', options.regions ?? Math.max(1, Math.round(customers / 250))),
    compromisesPerThousandTerminals: rate(
      'compromisesPerThousandTerminals',
      options.compromisesPerThousandTerminals ?? 0.2,
      1_000,
    ),
    theftsPerThousandCustomers: rate('theftsPerThousandCustomers', options.theftsPerThousandCustomers ?? 0.6, 1_000),
    outlierShare: rate('outlierShare', options.outlierShare ?? 0.001, 1),
  };
}

function wholeNumber(name: string, value: number, minimum = 1): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new RangeError(`${name}: expected a whole number of at least ${minimum}, received ${String(value)}`);
}

function rate(name: string, value: number, maximum: number): number {
  if (value >= 0 && value <= maximum) return value;
  throw new RangeError(`${name}: expected a number from 0 to ${maximum}, received ${String(value)}`);
}

function startOfDay(date: string): number {
  const startMs = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(startMs)) return startMs;
  throw new RangeError(`startDate: expected a day as YYYY-MM-DD, received ${JSON.stringify(date)}`);
}
