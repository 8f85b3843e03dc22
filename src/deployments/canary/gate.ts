import type { CanaryAnswer, CanaryGate, CanaryReport } from '../../api/canary.js';
import { isThenable, promiseOf } from '../../host/host-code.js';

/** The state of the gate. `idle`: not asked. `asked`: no answer yet. `answered`: an answer has come later, and nobody has taken it yet. */
type State = { kind: 'idle' } | { kind: 'asked' } | { kind: 'answered'; answer: CanaryAnswer };

export interface GateHooks {
  /** The host's gate threw, or gave an invalid answer. */
  onFailure: (reason: string) => void;
  /** The gate's promise was resolved, and its answer can be taken. */
  onAnswer: () => void;
}

const answers = ['advance', 'wait', 'abort'] as const satisfies readonly CanaryAnswer[];

/** Asks the host whether a canary may go on. Never asks two questions at the same time. */
export class Gate {
  readonly #ask: CanaryGate;
  readonly #hooks: GateHooks;
  #state: State = { kind: 'idle' };
  #failure: string | null = null;

  constructor(ask: CanaryGate, hooks: GateHooks) {
    this.#ask = ask;
    this.#hooks = hooks;
  }

  /** Why the last answer counts as 'wait' although it was something else; null if it was a valid answer, or has not come yet. */
  get failure(): string | null {
    return this.#failure === null ? null : `${this.#failure}, which counts as 'wait'`;
  }

  /** Takes an answer that has come since; null if there is none. */
  take(): CanaryAnswer | null {
    if (this.#state.kind !== 'answered') return null;
    const { answer } = this.#state;
    this.#state = { kind: 'idle' };
    return answer;
  }

  /** @returns null if the answer comes later. */
  ask(report: CanaryReport): CanaryAnswer | null {
    if (this.#state.kind === 'asked') return null;
    try {
      const given: unknown = this.#ask(report);
      if (!isThenable(given)) return this.#read(given);
      this.#await(given);
      return null;
    } catch {
      // The thrown value may quote the host's data, so it is not logged.
      return this.#failed('the gate threw');
    }
  }

  /** Ignores an answer that has not come yet. */
  forget(): void {
    this.#state = { kind: 'idle' };
  }

  #await(given: unknown): void {
    const asked: State = { kind: 'asked' };
    this.#state = asked;
    const settle = (read: () => CanaryAnswer): void => {
      // The question was dropped meanwhile, for example because the canary was aborted.
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
