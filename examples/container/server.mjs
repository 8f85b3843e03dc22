// A scoring service for a container, with the routes of fraud-scorer/http (POST /score, GET /health/live, GET /health/ready and others), and an
// orderly end on SIGTERM.
import { createServer } from 'node:http';
import { FraudScorer } from 'fraud-scorer';
import { drainable, nodeHandler } from 'fraud-scorer/http';

/** MODEL is a model directory. Without it, the demonstration model answers, which must not decide about customers. */
const scorer = await FraudScorer.create({ model: process.env.MODEL || undefined, logger: console });
const server = createServer(nodeHandler(scorer));
const drain = drainable(server);

// Process 1 of a container ends on SIGTERM only if it has a listener for it.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    // First finish the requests, then close the scorer that answers them. Then the process has nothing left to do and ends.
    await drain();
    await scorer.close();
    // PM2 and node:cluster keep a process alive by this channel.
    process.disconnect?.();
  });
}
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`listening on port ${port}`));
