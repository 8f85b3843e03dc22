import { escapeControls } from './foreign-names.js';
import type { Issue } from './issue.js';

const brand = Symbol.for('fraud-scorer.error');

/** An error of this package as plain data, for JSON, log lines and messages between threads or processes. */
export interface ErrorJson<Code extends string = string> {
  name: string;
  code: Code;
  message: string;
  /** At most 20; `totalIssues` counts all. */
  issues?: readonly Issue[];
  totalIssues?: number;
}

/** What all errors of this package have in common. Hosts use `FraudScorerError`, whose type knows each error by its `code`. */
export abstract class FraudScorerErrorBase extends Error {
  static {
    // The name under which hosts know it.
    Object.defineProperty(FraudScorerErrorBase, 'name', { value: 'FraudScorerError' });
    // On the prototype, so that it does not show where errors are printed, and not in the type, which would tell two copies apart.
    Object.defineProperty(FraudScorerErrorBase.prototype, brand, { value: true });
  }

  abstract readonly code: string;

  /** A message may name what a caller or a file named: control characters in it are escaped. */
  constructor(message: string, options?: { cause?: unknown }) {
    super(escapeControls(message), options);
  }

  /**
   * `instanceof` works across two copies of the package in one process: it looks at a brand in the global symbol registry and at the
   * code, not at the prototype chain.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    const code: unknown = Reflect.get(this, 'code');
    return code === undefined || Reflect.get(value, 'code') === code;
  }

  /**
   * The error as plain data, for `JSON.stringify`: its own fields, those included that a logger or the host added, and the message. Without
   * the stack and the cause; a cause is the host's own, and may quote data.
   */
  toJSON(): ErrorJson<this['code']> {
    const { name, code, message } = this;
    return Object.assign({}, this, { name, code, message });
  }
}
