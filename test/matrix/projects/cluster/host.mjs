import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { FraudScorer } from 'fraud-scorer';
import { drainable, nodeHandler } from 'fraud-scorer/http';

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
  const server = createServer(nodeHandler(scorer));
  const drain = drainable(server);
  server.listen(Number(process.env.PORT));
  process.once('SIGTERM', async () => {
    await drain();
    await scorer.close();
    cluster.worker.disconnect();
  });
}
