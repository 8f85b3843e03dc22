import { describe, expect, it } from 'vitest';
import { ModelInvalidError } from '../../../src/errors.js';
import { outOfResources } from '../../../src/host/out-of-resources.js';
import { isOutOfMemory, shortageOf } from '../../../src/host/shortage.js';

const coded = (code: string, message = 'no') => Object.assign(new Error(message), { code });

describe('what ran out', () => {
  it.each([
    ['file descriptors', coded('EMFILE', 'EMFILE: too many open files, open')],
    ['file descriptors of the whole machine', coded('ENFILE')],
    ['memory', coded('ENOMEM')],
    ['disk space', coded('ENOSPC')],
    ['disk quota', coded('EDQUOT')],
    ['room for a file of this size', coded('EFBIG')],
    ['threads, or memory for one', coded('EAGAIN')],
    ['threads, or memory for one', coded('ERR_WORKER_INIT_FAILED', 'EAGAIN')],
    ['file descriptors', coded('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE')],
    ["memory of the worker's JavaScript heap", coded('ERR_WORKER_OUT_OF_MEMORY')],
    ["memory of the worker's JavaScript heap", 'Worker terminated due to reaching memory limit: JS heap out of memory'],
    ['memory', new RangeError('Array buffer allocation failed')],
    ['memory', new RangeError('WebAssembly.Memory(): could not allocate memory')],
    ['memory', new Error('std::bad_alloc')],
    ['memory', new Error('libonnxruntime.so.1: failed to map segment from shared object')],
    ['memory', 'Failed to allocate memory for requested buffer of size 1024'],
    ['memory', coded('ERR_DLOPEN_FAILED', 'failed to map segment from shared object: Cannot allocate memory')],
    ['file descriptors', coded('ERR_DLOPEN_FAILED', 'cannot open shared object file: Too many open files')],
    ['memory of the device', 'CUDA failure 2: out of memory ; GPU=0'],
    ['memory of the device', 'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0'],
  ])('is %s', (what, error) => {
    expect(shortageOf(error)).toMatch(new RegExp(`^out of ${what}: \\w`));
  });

  it.each([
    coded('ENOENT'),
    coded('EACCES'),
    coded('EIO'),
    new Error('Protobuf parsing failed'),
    new TypeError('x is not a function'),
    coded('ERR_DLOPEN_FAILED', 'cannot allocate memory in static TLS block'),
    'CUDA failure 719: unspecified launch failure',
    'CUDA failure 209: no kernel image is available',
    undefined,
    null,
  ])('is nothing: %s', (error) => {
    expect(shortageOf(error)).toBeNull();
  });

  it('is memory, of whatever kind', () => {
    expect(['CUDA failure 2: out of memory', 'std::bad_alloc', 'CUDNN_STATUS_ALLOC_FAILED'].every(isOutOfMemory)).toBe(
      true,
    );
    expect(isOutOfMemory('Too many open files')).toBe(false);
  });

  it('becomes an error that says what could not be done, what helps, and what was seen', () => {
    const cause = coded('EMFILE', 'EMFILE: too many open files');
    expect(outOfResources(cause, 'The file could not be read')).toMatchObject({
      code: 'ERR_OUT_OF_RESOURCES',
      message:
        'The file could not be read: out of file descriptors: raise the limit of the process (ulimit -n), or find what keeps files and sockets open (EMFILE: too many open files)',
      cause,
    });
    expect(outOfResources(new Error('another'), 'It failed')).toBeNull();
    // An error of this package stays what it is.
    expect(outOfResources(new ModelInvalidError('out of memory, it says'), 'It failed')).toBeNull();
  });
});
