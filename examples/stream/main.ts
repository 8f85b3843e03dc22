import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { FraudScorer } from 'fraud-scorer';
import { nodeHandler } from 'fraud-scorer/http';
import '../start-failures.js';

const total = Number(process.env.ROWS ?? 50_000);
const { id: _, ...transaction } = JSON.parse(readFileSync(new URL('../sample-request.json', import.meta.url), 'utf8'));
let sent = 0;

/** A file or a table that is read one row at a time. The next row is created when there is room for it. */
async function* lines(): AsyncGenerator<string> {
  for (; sent < total; sent += 1) yield `${JSON.stringify(transaction)}\n`;
}

const scorer = await FraudScorer.create({ model: process.env.MODEL || undefined });
const server = createServer(nodeHandler(scorer)).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port');

const headers = { 'content-type': 'application/x-ndjson' };
const post = request({ port: address.port, path: '/score/stream', method: 'POST', headers });
// A sender that is faster than the scorer waits.
Readable.from(lines()).pipe(post);
const [response]: IncomingMessage[] = await once(post, 'response');
if (response === undefined) throw new Error('There is no answer');

let received = 0;
let ahead = 0;
for await (const line of createInterface({ input: response })) {
  const outcome = JSON.parse(line);
  if (outcome.status !== 'fulfilled') throw new Error(`Line ${received + 1}: ${outcome.reason.code}`);
  received += 1;
  // The reader pauses for a second, and the sender waits for it too.
  if (received === 1_000) await sleep(1_000);
  ahead = Math.max(ahead, sent - received);
  if (received % (total / 5) !== 0) continue;
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(`${received} of ${total} scored; ${megabytes} MiB resident; the sender was at most ${ahead} ahead`);
}
await new Promise((resolve) => server.close(resolve));
await scorer.close();
