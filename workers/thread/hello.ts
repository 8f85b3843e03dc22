import { parentPort } from 'node:worker_threads';
import { type Hello, packageVersion, type WorkerRole } from '../../src/protocol/hello.js';

/** Says whose worker this is, before anything that can fail: the host refuses any other file, and one of another version. */
export function sayHello(role: WorkerRole): void {
  const hello: Hello = { kind: 'hello', role, version: packageVersion };
  parentPort?.postMessage(hello);
}
