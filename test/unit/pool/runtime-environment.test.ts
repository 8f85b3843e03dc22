import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setRuntimeEnvironment } from '../../../src/pool/runtime-environment.js';

const names = ['ORT_DISABLE_TELEMETRY', 'NVIDIA_TF32_OVERRIDE'];

describe('what is set before the first worker', () => {
  let before: [string, string | undefined][];
  beforeEach(() => {
    before = names.map((name) => [name, process.env[name]]);
    for (const name of names) delete process.env[name];
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('forbids telemetry and TF32', () => {
    setRuntimeEnvironment();
    expect(names.map((name) => process.env[name])).toEqual(['1', '0']);
  });

  it('leaves what the host has set', () => {
    for (const name of names) process.env[name] = 'its own';
    setRuntimeEnvironment();
    expect(names.map((name) => process.env[name])).toEqual(['its own', 'its own']);
  });
});
