import { Presets, SingleBar } from 'cli-progress';
import type { Steps } from './scenarios/scenario.js';

/** A scenario's progress bar; a line now and then where there is no terminal. */
export class Progress implements Steps {
  readonly #bar: SingleBar;
  #expected = 0;

  constructor(scenario: string) {
    const format = `${scenario.padEnd(12)} {bar} {value}/{total} | {duration_formatted} | {label}`;
    this.#bar = new SingleBar(
      { format, hideCursor: true, noTTYOutput: true, notTTYSchedule: 15_000, barsize: 28, etaBuffer: 30 },
      Presets.shades_classic,
    );
    this.#bar.start(0, 0, { label: 'getting ready' });
  }

  expect(count: number): void {
    this.#expected += count;
    this.#bar.setTotal(this.#expected);
  }

  done(label: string): void {
    this.#bar.increment(1, { label });
  }

  stop(): void {
    this.#bar.stop();
  }
}
