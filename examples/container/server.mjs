// A scoring service for a container: POST /score, GET /health/live and GET /health/ready, and an orderly end on SIGTERM.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { FraudScorer, FraudScorerError } from 'fraud-scorer';

const statusOfCode = { ERR_INVALID_REQUEST: 400, ERR_QUEUE_FULL: 429, ERR_CLOSED: 503, ERR_DEADLINE_EXCEEDED: 504 };

/** MODEL is a model directory; without it the demonstration model answers, which must not decide over customers. */
const scorer = await FraudScorer.create({ model: process.env.MODEL || undefined, logger: console });
let isStopping = false;

async function route(request) {
  switch (`${request.method} ${request.url}`) {
    case 'POST /score':
      return [200, await scorer.score(await json(request))];
    case 'GET /health/live':
      return [200, { status: 'ok' }];
    case 'GET /health/ready':
      return [scorer.health().ready && !isStopping ? 200 : 503, scorer.health()];
    default:
      return [404, { code: 'ERR_NOT_FOUND' }];
  }
}

const server = createServer(async (request, response) => {
  const [status, body] = await route(request).catch((error) => {
    if (error instanceof SyntaxError) return [400, { code: 'ERR_MALFORMED_BODY' }];
    if (!(error instanceof FraudScorerError)) return [500, { code: 'ERR_INTERNAL' }];
    return [statusOfCode[error.code] ?? 500, { code: error.code, issues: error.issues }];
  });
  // Clients that keep their connections open let go of them.
  if (isStopping) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

// Process 1 of a container ends on SIGTERM only where it listens to it.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    isStopping = true;
    // First the requests, then the scorer that answers them; the process then has nothing left to do and ends.
    server.close(async () => {
      await scorer.close();
      // PM2 and node:cluster hold a process by this channel.
      process.disconnect?.();
    });
  });
}
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`listening on port ${port}`));
