import type { MetricFamily } from '../../api/metrics.js';
import { InvalidOptionsError } from '../../errors.js';
import { metricsOf } from './options.js';
import { RegisteredFamily } from './registered-family.js';
import type { MetricsScorer, PrometheusRegistry } from './types.js';

/** On each metric object that is ours: the exposition that it belongs to, also for another copy of this module. */
const brand = Symbol.for('fraud-scorer.prometheus.exposition');

/** A scorer and the labels of its series. */
interface Source {
  scorer: MetricsScorer;
  labels: Readonly<Record<string, string>>;
}

/** A family of one scorer, and the labels of its series. */
export interface LabelledFamily {
  family: MetricFamily;
  labels: Readonly<Record<string, string>>;
}

/** What all scorers of one registry and prefix show there: a registry takes each name once. */
export class Exposition {
  readonly #register: PrometheusRegistry;
  readonly #prefix: string;
  readonly #sources = new Set<Source>();
  readonly #registered = new Map<string, RegisteredFamily>();
  /** What was read for the scrape that is going on. */
  #read: Map<string, LabelledFamily[]> | null = null;

  /** The one that a registry has for a prefix; a new one where it has none. @param first the name of any of its families. */
  static of(register: PrometheusRegistry, prefix: string, first: string): Exposition {
    const known = register.getSingleMetric(prefix + first);
    const found: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, brand) : undefined;
    return isExposition(found) ? found : new Exposition(register, prefix);
  }

  constructor(register: PrometheusRegistry, prefix: string) {
    this.#register = register;
    this.#prefix = prefix;
  }

  /**
   * @returns takes the scorer's series away again.
   * @throws {InvalidOptionsError} where its series would be the same as others.
   */
  add(scorer: MetricsScorer, labels: Source['labels']): () => void {
    this.#refuseSame(scorer, labels);
    this.#registerNew(metricsOf(scorer));
    const source = { scorer, labels };
    this.#sources.add(source);
    this.#read = null;
    return () => this.#remove(source);
  }

  /** Of all scorers. A scrape asks for one family after the other: the scorers are read once. */
  familiesOf(name: string): LabelledFamily[] {
    return (this.#read ?? this.#readAll()).get(name) ?? [];
  }

  #readAll(): Map<string, LabelledFamily[]> {
    const read = new Map<string, LabelledFamily[]>();
    for (const { scorer, labels } of this.#sources) {
      for (const family of scorer.metrics()) {
        const same = read.get(family.name);
        if (same === undefined) read.set(family.name, [{ family, labels }]);
        else same.push({ family, labels });
      }
    }
    this.#read = read;
    // A registry asks for all of them in one go; what comes after that is another scrape.
    Promise.resolve().then(() => {
      if (this.#read === read) this.#read = null;
    });
    return read;
  }

  #registerNew(families: readonly MetricFamily[]): void {
    const added = families.filter(({ name }) => !this.#registered.has(name));
    const taken = added.find(({ name }) => this.#register.getSingleMetric(this.#prefix + name) !== undefined);
    if (taken !== undefined) {
      throw invalid('prefix', 'one whose metrics are not on the registry yet', `${this.#prefix + taken.name} is there`);
    }
    for (const family of added) {
      const metric = new RegisteredFamily(family, this.#prefix, () => this.familiesOf(family.name));
      Object.defineProperty(metric, brand, { value: this });
      this.#register.registerMetric(metric);
      this.#registered.set(family.name, metric);
    }
  }

  #refuseSame(scorer: MetricsScorer, labels: Source['labels']): void {
    const same = [...this.#sources].find((source) => keyOf(source.labels) === keyOf(labels));
    if (same === undefined) return;
    if (same.scorer === scorer) {
      const expected =
        'one that is not registered with these labels yet (the function that registerMetrics returned unregisters it)';
      throw invalid('scorer', expected, 'one that is');
    }
    throw invalid(
      'labels',
      "labels that no other scorer has on this registry, such as { scorer: 'cards' }",
      'the same',
    );
  }

  #remove(source: Source): void {
    this.#read = null;
    if (!this.#sources.delete(source) || this.#sources.size > 0) return;
    for (const [name, metric] of this.#registered) {
      // The host may have cleared its registry, and registered something else.
      const fullName = this.#prefix + name;
      if (this.#register.getSingleMetric(fullName) === metric) this.#register.removeSingleMetric(fullName);
    }
    this.#registered.clear();
  }
}

function isExposition(value: unknown): value is Exposition {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'add') === 'function';
}

/** To Prometheus a label without a text is as good as none. */
function keyOf(labels: Source['labels']): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([, text]) => text !== '')
      .sort(),
  );
}

function invalid(path: string, expected: string, received: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path, expected, received }]);
}
