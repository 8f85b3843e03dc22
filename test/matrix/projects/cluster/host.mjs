import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { json } from 'node:stream/consumers';
import { FraudScorer, InvalidRequestError } from 'fraud-scorer';

const processes = 2;
if (cluster.isPrimary) superviseProcesses();
else await serve();

function superviseProcesses() {
  for (let i = 0; i < processes; i++) cluster.fork();
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === processes) console.log('listening');
  });
  process.once('SIGTERM', () => {
    for (const { process: child } of Object.values(cluster.workers)) child.kill('SIGTERM');
  });
}

async function serve() {
  // Each process has a scorer of its own, and its share of the CPUs: the default would be a worker for each CPU in each process.
  const workers = Math.max(1, Math.floor(availableParallelism() / processes));
  const scorer = await FraudScorer.create({ model: process.env.MODEL, workers });
  const server = createServer(async (request, response) => {
    const answer = (status, body) => response.writeHead(status).end(JSON.stringify(body));
    try {
      if (request.url === '/health/live') answer(200, {});
      else if (request.url === '/health/ready') answer(scorer.health().ready ? 200 : 503, {});
      else answer(200, await scorer.score(await json(request)));
    } catch (error) {
      answer(error instanceof InvalidRequestError ? 400 : 500, { code: error.code });
    }
  });
  server.listen(Number(process.env.PORT));
  process.once('SIGTERM', () => {
    server.close(async () => {
      await scorer.close();
      cluster.worker.disconnect();
    });
  });
}
