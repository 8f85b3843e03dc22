import type { KnownRows } from './oracle/known-rows.js';

/** What a scenario is given. */
export interface ScenarioContext {
  seed: number;
  /** How much it does, in its own unit; undefined: its own full measure. */
  amount: number | undefined;
  /** How long it goes on at least, where its length is a time. */
  minutes: number | undefined;
  workers: number;
  rows: KnownRows;
  onProgress: (done: number, of: number) => void;
}

/** What came of it. */
export interface Findings {
  /** What was seen, for the report. */
  facts: Record<string, number | string>;
  /** What should not be; none where all is well. */
  problems: string[];
  /** Figures of time and memory that were not reached, which a busy machine alone may cause: for `npm run chaos`, not for the tests. */
  missed?: string[];
}

/** Something that goes wrong on purpose, and what must hold all the same. */
export interface Scenario {
  name: string;
  /** What is done, in a sentence. */
  does: string;
  /** Of what it does `amount`, and how much of it where nothing is said. */
  unit: string;
  amount: number;
  /** Left out where nobody asks for it by name. */
  onRequest?: boolean;
  run(context: ScenarioContext): Promise<Findings>;
}
