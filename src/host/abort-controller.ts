import { transferableAbortController } from 'node:util';

/** A new AbortController. Works also in a realm whose global object has none, such as the vm context of a test runner. */
export function newAbortController(): AbortController {
  return typeof AbortController === 'function' ? new AbortController() : transferableAbortController();
}
