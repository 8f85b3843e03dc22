import type { FeatureDescription, InputDescription, ModelDescription } from '../../api/model-description.js';
import { isInt64Text } from './int64-text.js';
import { isObject } from './list-body.js';
import { markIntegers } from './mark-integers.js';
import type { HttpScorer } from './types.js';

/** Begins a text that stands for a long integer. */
const mark = '\u0000integer:';

/** An int64 has 19 digits at most, and `BigInt` takes time with the square of their number: longer integers become numbers, as in `JSON.parse`. */
const mostDigits = 64;

type Fields = Readonly<Record<string, unknown>>;

/** Which names mean int64 values. */
interface Int64Names {
  /** Features and inputs of one feature, by their own names. */
  bare: ReadonlySet<string>;
  /** By input: for each column, and for each feature's name, whether it is an int64. */
  inputs: ReadonlyMap<string, { columns: readonly boolean[]; names: ReadonlySet<string> }>;
}

/**
 * Integers of int64 features in JSON: a number, beyond 2^53 too where the text is read here; or a text of digits, for what has parsed the text as
 * ordinary JSON. They become bigints. Models without such features pay nothing.
 */
export class LongIntegers {
  readonly #scorer: HttpScorer;
  /** undefined: has to be worked out; null: there are none. */
  #names: Int64Names | null | undefined;
  readonly #forget = (): void => {
    this.#names = undefined;
  };

  constructor(scorer: HttpScorer) {
    this.#scorer = scorer;
    // Where the versions cannot be followed, they are asked for each time.
    scorer.on?.('deployment', this.#forget);
  }

  dispose(): void {
    this.#scorer.off?.('deployment', this.#forget);
  }

  /** As `JSON.parse`, with bigints for integers beyond 2^53 where the model may want them. */
  parse(text: string): unknown {
    if (this.#current() === null || !/\d{16}/.test(text)) return JSON.parse(text);
    return JSON.parse(markIntegers(text, mark), (_, value: unknown) =>
      typeof value === 'string' ? unmarked(value) : value,
    );
  }

  /** @param request one as `score` takes it; not changed. */
  read(request: unknown): unknown {
    const names = this.#current();
    if (names === null || !isObject(request) || !('features' in request)) return request;
    const { features } = request;
    if (!isObject(features)) return request;
    const entries = Object.entries(features).map(([name, value]) => [name, fieldOf(names, name, value)]);
    return { ...request, features: Object.fromEntries(entries) };
  }

  #current(): Int64Names | null {
    if (this.#names === undefined || this.#scorer.on === undefined) this.#names = namesOf(this.#scorer);
    return this.#names;
  }
}

function unmarked(text: string): unknown {
  if (!text.startsWith(mark)) return text;
  const digits = text.slice(mark.length);
  return /^-?\d{16,}$/.test(digits) ? integerOf(digits) : text;
}

/** A bigint only where a number would lose digits that an int64 may have. */
function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) || digits.length > mostDigits ? number : BigInt(digits);
}

function fieldOf({ bare, inputs }: Int64Names, name: string, value: unknown): unknown {
  const input = inputs.get(name);
  if (Array.isArray(value)) return value.map((one: unknown, column) => readValue(one, input?.columns[column] === true));
  if (!isObject(value)) return readValue(value, bare.has(name));
  const fields: Fields = { ...value };
  return Object.fromEntries(
    Object.entries(fields).map(([key, one]) => [key, readValue(one, input?.names.has(key) === true)]),
  );
}

function readValue(value: unknown, isInt64: boolean): unknown {
  if (typeof value === 'bigint') return isInt64 ? value : Number(value);
  return isInt64 && typeof value === 'string' && isInt64Text(value) ? integerOf(value) : value;
}

/** @returns null where no version takes an int64. */
function namesOf(scorer: HttpScorer): Int64Names | null {
  const all = describeLive(scorer).flatMap(({ inputs }) => inputs);
  if (!all.some(({ type }) => type === 'int64')) return null;
  const bare = new Set<string>();
  const inputs = new Map<string, { columns: boolean[]; names: Set<string> }>();
  // Inputs of several versions may have the same name: an integer keeps its digits where one of the versions wants them.
  for (const input of all.filter(({ type }) => type === 'int64')) {
    const known = inputs.get(input.name) ?? { columns: [], names: new Set<string>() };
    inputs.set(input.name, known);
    for (const [column, feature] of input.features.entries()) {
      if (takesTexts(feature, input)) continue;
      known.columns[column] = true;
      if (feature.name !== null) known.names.add(feature.name);
      for (const name of ownNames(feature, input)) bare.add(name);
    }
  }
  // Where another version takes texts, texts stay texts.
  for (const input of all) {
    for (const [column, feature] of input.features.entries()) {
      if (!takesTexts(feature, input)) continue;
      const known = inputs.get(input.name);
      if (known !== undefined) known.columns[column] = false;
      if (feature.name !== null) known?.names.delete(feature.name);
      for (const name of ownNames(feature, input)) bare.delete(name);
    }
  }
  return { bare, inputs };
}

function takesTexts({ categories }: FeatureDescription, { type }: InputDescription): boolean {
  return type === 'string' || categories !== null;
}

/** Names under which a feature can be given beside the inputs. */
function ownNames({ name }: FeatureDescription, input: InputDescription): string[] {
  const names = name === null ? [] : [name];
  return input.size === 1 ? [...names, input.name] : names;
}

function describeLive(scorer: HttpScorer): ModelDescription[] {
  const primary = scorer.describeModel?.();
  if (primary === undefined) return [];
  const versions = (scorer.deployments?.() ?? [])
    .filter(({ role }) => role !== 'retired')
    .map(({ version }) => version);
  const described = versions.flatMap((version) => {
    try {
      const description = version === primary.version ? undefined : scorer.describeModel?.(version);
      return description === undefined ? [] : [description];
    } catch {
      // It has gone meanwhile.
      return [];
    }
  });
  return [primary, ...described];
}
