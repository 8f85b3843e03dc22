import { parentPort } from 'node:worker_threads';
import { type Hello, packageVersion, type WorkerRole } from '../../src/protocol/hello.js';

/** Says which worker this is, before anything that can fail. The host refuses any other file and other versions. */
export function sayHello(role: WorkerRole): void {
  const hello: Hello = { kind: 'hello', role, version: packageVersion };
  parentPort?.postMessage(hello);
}
