import type { CanaryAnswer, CanaryGate, CanaryReport } from '../../api/canary.js';
import { isThenable, promiseOf } from '../../host/host-code.js';

/** What the gate knows: nothing was asked, an answer is awaited, or it came later than it was asked and nobody has taken it yet. */
type State = { kind: 'idle' } | { kind: 'asked' } | { kind: 'answered'; answer: CanaryAnswer };

export interface GateHooks {
  /** The host's gate threw, or answered nonsense. */
  onFailure: (reason: string) => void;
  /** A promise of the host's was kept: its answer can be taken. */
  onAnswer: () => void;
}

const answers = ['advance', 'wait', 'abort'] as const satisfies readonly CanaryAnswer[];

/** Asks the host whether a canary may go on, one question at a time. */
export class Gate {
  readonly #ask: CanaryGate;
  readonly #hooks: GateHooks;
  #state: State = { kind: 'idle' };
  #failure: string | null = null;

  constructor(ask: CanaryGate, hooks: GateHooks) {
    this.#ask = ask;
    this.#hooks = hooks;
  }

  /** Why its last answer counts as 'wait', though it said no such thing; null where it did, or has not answered yet. */
  get failure(): string | null {
    return this.#failure === null ? null : `${this.#failure}, which counts as 'wait'`;
  }

  /** Takes an answer that has come since; null where there is none. */
  take(): CanaryAnswer | null {
    if (this.#state.kind !== 'answered') return null;
    const { answer } = this.#state;
    this.#state = { kind: 'idle' };
    return answer;
  }

  /** @returns null where the answer comes later. */
  ask(report: CanaryReport): CanaryAnswer | null {
    if (this.#state.kind === 'asked') return null;
    try {
      const given: unknown = this.#ask(report);
      if (!isThenable(given)) return this.#read(given);
      this.#await(given);
      return null;
    } catch {
      // What it threw may quote data of the host's, so it is not logged.
      return this.#failed('the gate threw');
    }
  }

  /** An answer that is still to come is not heard any more. */
  forget(): void {
    this.#state = { kind: 'idle' };
  }

  #await(given: unknown): void {
    const asked: State = { kind: 'asked' };
    this.#state = asked;
    const settle = (read: () => CanaryAnswer): void => {
      // Forgotten since: its canary was aborted, say.
      if (this.#state !== asked) return;
      this.#state = { kind: 'answered', answer: read() };
      this.#hooks.onAnswer();
    };
    promiseOf(given).then(
      (answer) => settle(() => this.#read(answer)),
      () => settle(() => this.#failed("the gate's promise was rejected")),
    );
  }

  #read(given: unknown): CanaryAnswer {
    const answer = answers.find((candidate) => candidate === given);
    if (answer === undefined) return this.#failed("the gate answered neither 'advance' nor 'wait' nor 'abort'");
    this.#failure = null;
    return answer;
  }

  #failed(reason: string): 'wait' {
    this.#failure = reason;
    this.#hooks.onFailure(reason);
    return 'wait';
  }
}
