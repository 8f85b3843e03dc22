import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGreeting, strangerError } from '../../../src/pool/handshake.js';
import { type Hello, packageVersion } from '../../../src/protocol/hello.js';
import type { FailedReport } from '../../../src/protocol/serving.js';
import { projectPath } from '../../support/paths.js';

const hello: Hello = { kind: 'hello', role: 'worker', version: packageVersion };
const failed: FailedReport = {
  ...{ kind: 'failed', threadId: 1, code: 'ERR_MODEL_INVALID', message: 'no' },
  ...{ isModelSuspect: false, graph: null },
};

it("the version in the protocol is the package's", () => {
  expect(packageVersion).toBe(JSON.parse(readFileSync(projectPath('package.json'), 'utf8')).version);
});

describe('the first words of a thread', () => {
  it('are the hello of the worker that was expected', () => {
    expect(readGreeting(hello, 'worker')).toBe('greeted');
    expect(readGreeting({ ...hello, role: 'tool-worker' }, 'tool-worker')).toBe('greeted');
  });

  it.each([
    ['the hello of another version', { ...hello, version: '0.0.9' }, 'that worker, of version 0.0.9'],
    [
      'the hello of the other worker',
      { ...hello, role: 'tool-worker' },
      /^the other worker, fraud-scorer\/tool-worker/,
    ],
    ['the report of a worker that says no hello', failed, 'that worker, of an older version'],
    ["Piscina's word that the file has loaded", { _WORKER_READY: true }, "a file that is not fraud-scorer's worker"],
  ])('betray another file: %s', (_, message, received) => {
    expect(readGreeting(message, 'worker')).toMatchObject({
      received: typeof received === 'string' ? received : expect.stringMatching(received),
    });
  });

  it.each([
    [null],
    [undefined],
    ['ready'],
    [7],
    [{}],
    [{ kind: 'hello' }],
    [{ kind: 'hello', role: 1, version: 2 }],
    [[]],
  ])('tell nothing where a file that wraps the worker says something of its own: %j', (message) => {
    expect(readGreeting(message, 'worker')).toBe('unknown');
  });

  it('are refused with the option, what was expected and which file it was', () => {
    const error = strangerError({ role: 'tool-worker', url: 'file:///app/tool-worker.js' }, 'another file');
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'toolWorkerFile' }] });
    expect(error.message).toContain(`of version ${packageVersion} (a host that bundles passes a copy of`);
    expect(error.message).toContain('another file: file:///app/tool-worker.js');
  });
});
