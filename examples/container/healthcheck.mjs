// Exits with 0 if the service is ready, else with 1. The image has no curl.
const port = Number(process.env.PORT ?? 3000);
const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
  () => null,
);
process.exitCode = answer?.ok ? 0 : 1;
