import { Canary } from '../../src/deployments/canary/canary.js';
import type { GateHooks } from '../../src/deployments/canary/gate.js';
import { type CanaryPlan, readCanaryOptions } from '../../src/deployments/canary/options.js';
import type { Verdict } from '../../src/deployments/canary/verdict.js';
import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';
import type { VersionReading } from '../../src/monitoring/version-reading.js';
import { FieldReader } from '../../src/validation/field-reader.js';

/** What a version does between two looks. */
export interface Traffic {
  requests: number;
  failed?: number;
  blocked?: number;
  /** Of the requests that do not fail; one duration for all, or a distribution. */
  latency?: number | LatencyHistogram;
}

/** A version whose requests are only counted. */
export class CountedVersion {
  readonly #latency = new LatencyHistogram();
  #requests = 0;
  #failed = 0;
  #blocked = 0;

  constructor(public version: string) {}

  serve({ requests, failed = 0, blocked = 0, latency = 1 }: Traffic): void {
    this.#requests += requests;
    this.#failed += failed;
    this.#blocked += blocked;
    if (typeof latency !== 'number') this.#latency.add(latency);
    else if (requests > failed) this.#latency.record(latency, requests - failed);
  }

  get reading(): VersionReading {
    const latency = new LatencyHistogram();
    latency.add(this.#latency);
    const [requests, failed] = [this.#requests, this.#failed];
    return { version: this.version, requests, failed, decided: requests - failed, blocked: this.#blocked, latency };
  }
}

export function planOf(options: object = {}): CanaryPlan {
  const reader = new FieldReader(options, 'canary');
  const plan = readCanaryOptions(reader);
  reader.throwIfInvalid();
  return plan;
}

/** A canary beside a primary, looked at as often as it is told. */
export class CanaryRig {
  readonly primary = new CountedVersion('1');
  readonly version = new CountedVersion('2');
  readonly failures: string[] = [];
  readonly canary: Canary;
  now = 5_000;
  /** What another challenger has. */
  othersShare = 0;
  /** Promises of the gate that were kept. */
  answers = 0;

  constructor(options: object = {}, hooks: Partial<GateHooks> = {}) {
    this.canary = new Canary(planOf(options), {
      onFailure: (reason) => this.failures.push(reason),
      onAnswer: () => {
        this.answers += 1;
      },
      ...hooks,
    });
    this.look();
  }

  look(): Verdict {
    return this.canary.look(this.now, this.primary.reading, this.version.reading, 1, this.othersShare);
  }

  /** Lets both serve for a time, and looks. @param ms before the look. */
  serve(canary: Traffic, primary: Traffic = { requests: 1_000 }, ms = 1_000): Verdict {
    this.now += ms;
    this.version.serve(canary);
    this.primary.serve(primary);
    return this.look();
  }

  /** The same for several looks. @returns what each said. */
  serveFor(looks: number, canary: Traffic, primary?: Traffic, ms?: number): Verdict[] {
    return Array.from({ length: looks }, () => this.serve(canary, primary, ms));
  }
}
