import { describe, expect, it } from 'vitest';
import type { ProviderAttempt } from '../../../src/api/provider.js';
import { NoProviderError } from '../../../workers/providers/providers.js';
import { RuntimeMissingError } from '../../../workers/providers/runtime.js';
import { failureOf } from '../../../workers/thread/failure.js';

const trial = (provider: ProviderAttempt['provider'], reason: string): ProviderAttempt => ({ provider, reason });

describe('why a worker could not do what it was asked', () => {
  it.each([
    ['ERR_RUNTIME_MISSING', new RuntimeMissingError('no runtime')],
    ['ERR_MODEL_INVALID', new Error('no such input')],
    ['ERR_MODEL_INVALID', 'not even an error'],
    ['ERR_OUT_OF_RESOURCES', new RangeError('Array buffer allocation failed')],
    ['ERR_OUT_OF_RESOURCES', Object.assign(new Error('no'), { code: 'EMFILE' })],
    ['ERR_PROVIDER_UNAVAILABLE', new NoProviderError([trial('cuda', 'libcublas.so.12 is missing')], false)],
    ['ERR_MODEL_INVALID', new NoProviderError([trial('cuda', 'missing'), trial('cpu', 'no such operator')], true)],
    ['ERR_OUT_OF_RESOURCES', new NoProviderError([trial('cuda', 'missing'), trial('cpu', 'std::bad_alloc')], false)],
    ['ERR_OUT_OF_RESOURCES', new NoProviderError([trial('cuda', 'CUDA failure 2: out of memory')], false)],
    // The CPU has what it needs, and fails on the model.
    [
      'ERR_MODEL_INVALID',
      new NoProviderError([trial('cuda', 'out of memory'), trial('cpu', 'no such operator')], true),
    ],
  ])('is %s: %s', (code, error) => {
    expect(failureOf(error)).toMatchObject({ code });
  });

  it('is told with what helps where something ran out', () => {
    const { message } = failureOf(new Error('std::bad_alloc'));
    expect(message).toMatch(/^out of memory: give the process or its container more .* \(std::bad_alloc\)$/);
  });
});
