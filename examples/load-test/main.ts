import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import '../start-failures.js';

const seconds = Number(process.env.SECONDS ?? 10);
const connections = Number(process.env.CONNECTIONS ?? 64);

// The service runs in its own process, on a free port.
const service = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('../express/main.ts', import.meta.url))],
  {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let port: number | undefined;
for await (const line of createInterface({ input: service.stdout })) {
  const { msg, port: listening } = JSON.parse(line);
  if (msg !== 'listening') continue;
  port = listening;
  break;
}
if (port === undefined) {
  // It has said why.
  console.error('error: The service did not start');
  process.exit(1);
}

const result = await autocannon({
  url: `http://127.0.0.1:${port}/score`,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: readFileSync(new URL('../sample-request.json', import.meta.url), 'utf8'),
  connections,
  duration: seconds,
});
console.log(autocannon.printResult(result));
const failed = result.non2xx + result.errors + result.timeouts;
console.log(`${result['2xx']} scored, ${failed} failed`);
service.kill();
await once(service, 'close');
process.exitCode = failed === 0 && result['2xx'] > 0 ? 0 : 1;
