import { describe, expect, it } from 'vitest';
import {
  isDeviceFailure,
  isDeviceLost,
  isPlacementFailure,
  sessionFailure,
} from '../../../workers/providers/session-failure.js';

/** As the runtime words them (`CudaErrString`, `provider_bridge_ort.cc`, `inference_session.cc`). */
const cudaFailure = (code: number, text: string): string =>
  `CUDA failure ${code}: ${text} ; GPU=0 ; hostname=secret ; file=/build/cuda_call.cc ; line=79 ; expr=cudaSetDevice(id); `;

describe('what the runtime says of a session that could not be opened', () => {
  it.each([
    [35, 'CUDA driver version is insufficient for CUDA runtime version', /^the NVIDIA driver is missing, or older/],
    [100, 'no CUDA-capable device is detected', /^there is no CUDA device \(/],
    [101, 'invalid device ordinal', /^there is no device of this id: see `devices`/],
    [209, 'no kernel image is available', /^the provider has no machine code for this GPU/],
    [803, 'system has unsupported display driver', /of different versions/],
  ])('is put in words: CUDA error %i', (code, text, reason) => {
    const failure = sessionFailure(new Error(cudaFailure(code, text)));
    expect(failure).toMatch(reason);
    expect(failure).toContain(`CUDA failure ${code}: ${text}`);
    expect(failure).not.toMatch(/secret|cuda_call|expr/);
  });

  it('has nothing left of the sources it came from, which the runtime puts first', () => {
    const prefix =
      '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, void, onnxruntime::common::Status> ' +
      'onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; ' +
      'bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void]';
    const text = 'CUDA driver version is insufficient for CUDA runtime version';
    for (const separator of [' ', '\n']) {
      expect(sessionFailure(new Error(`${prefix}${separator}${cudaFailure(35, text)}`))).toBe(
        `the NVIDIA driver is missing, or older than this version of CUDA needs (CUDA failure 35: ${text} ; GPU=0)`,
      );
    }
    const cublas = 'CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0';
    expect(sessionFailure(new Error(`${prefix} ${cublas} ; hostname=secret`))).toBe(cublas);
    expect(sessionFailure(new Error('/model.onnx: no such file'))).toBe('/model.onnx: no such file');
  });

  it('is left as it is, on one line, where it is something else', () => {
    expect(sessionFailure(new Error('no such\n  operator'))).toBe('no such operator');
    expect(sessionFailure('text')).toBe('text');
  });

  it('tells a provider of another build', () => {
    const message = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
    expect(sessionFailure(new Error(message))).toMatch(/^the runtime can't load the provider, though the loader can/);
  });

  it('tells nodes that would go to the CPU', () => {
    const message =
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.';
    expect(isPlacementFailure(new Error(message))).toBe(true);
    expect(isPlacementFailure(new Error('another'))).toBe(false);
  });
});

describe('what the runtime says of a run', () => {
  it.each([
    cudaFailure(719, 'unspecified launch failure'),
    cudaFailure(700, 'an illegal memory access was encountered'),
    'CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0',
    'CUDNN_STATUS error: cudaErrorECCUncorrectable',
  ])('speaks of the device: %s', (message) => {
    expect(isDeviceFailure(message)).toBe(true);
  });

  it.each([
    cudaFailure(2, 'out of memory'),
    'Failed to allocate memory for requested buffer of size 1024',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=secret ; expr=cublasCreate(&cublas_handle_); ',
    'Non-zero status code returned while running Gather node: indices element out of data bounds',
  ])('speaks of what was run: %s', (message) => {
    expect(isDeviceFailure(message)).toBe(false);
  });
});

it('the device is lost where what ran on it has spoiled its context, and not where a session could not be opened', () => {
  for (const code of [700, 719, 214]) expect(isDeviceLost(cudaFailure(code, 'whatever'))).toBe(true);
  for (const code of [2, 46, 100, 101, 720, 802]) expect(isDeviceLost(cudaFailure(code, 'whatever'))).toBe(false);
  expect(isDeviceLost('CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED')).toBe(false);
});
