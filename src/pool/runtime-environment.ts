/**
 * Sets what the runtime and CUDA's libraries read from the process's own environment, before the first worker loads them: a worker's
 * `process.env` is a copy that native code never sees. So is that of a host which itself runs inside a worker thread: it must have them
 * set before Node.js starts. What the host has set stays.
 */
export function setRuntimeEnvironment(): void {
  // The runtime's own telemetry is on by default.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  // TF32 keeps 10 of float32's 23 bits of mantissa: a score near a threshold would decide otherwise than on the CPU.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
