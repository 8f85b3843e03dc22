import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { FraudScorer } from 'fraud-scorer';
import { nodeHandler } from 'fraud-scorer/http';

const total = Number(process.env.ROWS ?? 20_000);
const { id: _, ...transaction } = JSON.parse(readFileSync(new URL('../sample-request.json', import.meta.url), 'utf8'));
let sent = 0;

/** A source without end, as far as the reader knows: a file or a database, read a row at a time. */
async function* lines(): AsyncGenerator<Buffer> {
  while (sent < total) {
    sent += 1;
    yield Buffer.from(`${JSON.stringify(transaction)}\n`);
  }
}

const scorer = await FraudScorer.create({ model: process.env.MODEL || undefined });
const server = createServer(nodeHandler(scorer)).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/score/stream`;

// The body is read as it is needed: by `pull`, one piece each time that there is room.
const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson' },
  body: Readable.toWeb(Readable.from(lines(), { objectMode: false })) as ReadableStream,
  duplex: 'half',
});
if (response.body === null) throw new Error('The answer has no body');

let received = 0;
let furthestAhead = 0;
for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
  const outcome = JSON.parse(line);
  if (outcome.status !== 'fulfilled') throw new Error(`Line ${received + 1}: ${outcome.reason.code}`);
  received += 1;
  furthestAhead = Math.max(furthestAhead, sent - received);
  if (received % (total / 5) === 0) {
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(`${received} scored; at most ${furthestAhead} read ahead; ${megabytes} MiB resident`);
  }
  // A slow reader, for a second: the sender waits too.
  if (received === 1_000) await new Promise((resolve) => setTimeout(resolve, 1_000));
}
await new Promise((resolve) => server.close(resolve));
await scorer.close();
