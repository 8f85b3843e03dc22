import { isThenable } from '../host/host-code.js';
import { describeKind } from '../validation/issues.js';

// Describes for the log what a host's function did instead of returning a decision. Never includes a value or a message: both may hold
// data.

export function describeReturned(value: unknown): string {
  if (isThenable(value)) return 'a promise; it must be synchronous';
  if (typeof value === 'string' && value !== '') return 'a string that is no decision';
  return describeKind(value);
}

const className = /^[A-Za-z_$][\w$]{0,59}$/;

/** The class of the thrown value. */
export function describeThrown(error: unknown): string {
  if (typeof error !== 'object' || error === null) return describeKind(error);
  try {
    const made: unknown = error.constructor;
    const names: unknown[] = [typeof made === 'function' ? made.name : undefined, Reflect.get(error, 'name')];
    const name = names.find((candidate) => typeof candidate === 'string' && className.test(candidate));
    return typeof name === 'string' ? name : describeKind(error);
  } catch {
    return describeKind(error);
  }
}
