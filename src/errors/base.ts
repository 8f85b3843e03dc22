import { escapeControls } from './foreign-names.js';
import type { Issue } from './issue.js';

const brand = Symbol.for('fraud-scorer.error');

/** An error of this package as plain data, for JSON, log lines, and messages between threads or processes. */
export interface ErrorJson<Code extends string = string> {
  name: string;
  code: Code;
  message: string;
  /** At most 20 issues. `totalIssues` counts all. */
  issues?: readonly Issue[];
  totalIssues?: number;
}

/** The base of all errors of this package. In your code use `FraudScorerError`: its type knows each error by its `code`. */
export abstract class FraudScorerErrorBase extends Error {
  static {
    // The public name of the class.
    Object.defineProperty(FraudScorerErrorBase, 'name', { value: 'FraudScorerError' });
    // Set on the prototype, so that it is not printed with the error. Not in the type, because it would make the types of two copies of the
    // package differ.
    Object.defineProperty(FraudScorerErrorBase.prototype, brand, { value: true });
  }

  abstract readonly code: string;

  /** A message may contain a name from a caller or a file, so control characters are escaped. */
  constructor(message: string, options?: { cause?: unknown }) {
    super(escapeControls(message), options);
  }

  /**
   * Makes `instanceof` work across two copies of the package in one process. It checks a brand in the global symbol registry and the code,
   * not the prototype chain.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    const code: unknown = Reflect.get(this, 'code');
    return code === undefined || Reflect.get(value, 'code') === code;
  }

  /**
   * The error as plain data, for `JSON.stringify`: the message and its own fields, also those that a logger or the host added. The stack
   * and the cause are left out, because a cause belongs to the host and may quote data.
   */
  toJSON(): ErrorJson<this['code']> {
    const { name, code, message } = this;
    return Object.assign({}, this, { name, code, message });
  }
}
