import type { Alert, DeploymentEvent, DeploymentEventType, DeploymentSummary, FraudScorer } from 'fraud-scorer';
import type { Clock } from '../replay/clock.js';
import { formatShare } from '../replay/format.js';
import type { Display } from './display.js';
import type { PreparedRequest } from './requests.js';
import type { Traffic } from './traffic.js';

/** The story cannot go on: an expected event did not happen, or the user stopped it. */
export class StoryEnded extends Error {
  override readonly name = 'StoryEnded';
}

export interface StageOptions {
  scorer: FraudScorer;
  traffic: Traffic;
  /** A transaction with all features. */
  example: PreparedRequest;
  clock: Clock;
  display: Display;
  /** Aborted to stop. */
  stop: AbortSignal;
  patienceMs: number;
}

/** The state of the story: a scorer under load, its events, and the results of the checks. */
export class Stage {
  readonly scorer: FraudScorer;
  readonly traffic: Traffic;
  readonly example: PreparedRequest;
  readonly #options: StageOptions;
  /** Events of the current chapter. */
  #events: DeploymentEvent[] = [];
  #alerts: Alert[] = [];
  #chapter = '';
  /** The checks that failed. */
  readonly failures: string[] = [];

  constructor(options: StageOptions) {
    this.scorer = options.scorer;
    this.traffic = options.traffic;
    this.example = options.example;
    this.#options = options;
    this.scorer.on('deployment', (event) => {
      this.#events.push(event);
      options.display.note(`  event: ${inWords(event)}`);
    });
    this.scorer.on('alert', (alert) => {
      this.#alerts.push(alert);
      options.display.note(`  alert: ${alert.rule}: ${alert.message}`);
    });
  }

  get chapter(): string {
    return this.#chapter;
  }

  begin(title: string, text: string): void {
    this.#chapter = title;
    this.#events = [];
    this.#alerts = [];
    this.#options.display.heading(title);
    this.#options.display.note(text);
  }

  say(text: string): void {
    this.#options.display.note(`  ${text}`);
  }

  check(what: string, holds: boolean): void {
    this.#options.display.checked(holds, what);
    if (!holds) this.failures.push(`${this.#chapter}: ${what}`);
  }

  /** The first event of this type in the chapter. */
  event(type: DeploymentEventType): DeploymentEvent | undefined {
    return this.#events.find((event) => event.type === type);
  }

  alert(rule: Alert['rule']): Alert | undefined {
    return this.#alerts.find((alert) => alert.rule === rule);
  }

  version(version: string): DeploymentSummary | undefined {
    return this.scorer.deployments().find((deployment) => deployment.version === version);
  }

  isRetired(version: string): boolean {
    return this.version(version)?.role === 'retired';
  }

  async pause(ms: number): Promise<void> {
    const { clock, stop } = this.#options;
    await clock.sleep(ms, stop);
    if (stop.aborted) throw new StoryEnded('it was stopped');
  }

  /** Waits until `look` returns something. @throws {StoryEnded} if that takes too long. */
  async until<T>(what: string, look: () => T | null | undefined | false): Promise<T> {
    const { clock, patienceMs } = this.#options;
    const deadline = clock.now() + patienceMs;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== null && found !== false) return found;
      if (clock.now() > deadline) {
        this.check(what, false);
        throw new StoryEnded(`${what}: that did not happen within ${patienceMs / 1_000} s`);
      }
      await this.pause(50);
    }
  }
}

const longestReason = 160;

function inWords({ type, version, traffic, reason }: DeploymentEvent): string {
  const what = version === null ? type : `${type} ${version}`;
  const share = traffic === undefined ? '' : `, now at ${formatShare(traffic)}`;
  if (reason === undefined) return `${what}${share}`;
  return `${what}${share}: ${reason.length > longestReason ? `${reason.slice(0, longestReason)} …` : reason}`;
}
