import { createServer } from 'node:http';
import { FraudScorer } from 'fraud-scorer';
import { drainable, nodeHandler } from 'fraud-scorer/http';

const scorer = await FraudScorer.create({ model: process.env.MODEL, workers: 1 });
const server = createServer(nodeHandler(scorer));
const drain = drainable(server);
server.listen(Number(process.env.PORT), () => console.log('listening'));
process.once('SIGTERM', () => drain().then(() => scorer.close()));
