/**
 * Sets the variables that the runtime and CUDA's libraries read from the process's environment, before the first worker loads them. A
 * worker's `process.env` is a copy that native code never sees. The same is true for a host that runs inside a worker thread: there they
 * must be set before Node.js starts. Variables that the host has set are not changed.
 */
export function setRuntimeEnvironment(): void {
  // The runtime's own telemetry is on by default.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  // TF32 keeps only 10 of float32's 23 mantissa bits. A score near a threshold could get another decision than on the CPU.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
