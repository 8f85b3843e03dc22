import { createServer } from 'node:http';
import express from 'express';
import { FraudScorer } from 'fraud-scorer';
import { scoringRouter } from 'fraud-scorer/express';
import { drainable } from 'fraud-scorer/http';

const scorer = await FraudScorer.create({ model: process.env.MODEL, workers: 1 });
const app = express();
// The router takes what a parser has read.
app.use(express.json());
app.use(scoringRouter(scorer));
const server = createServer(app);
const drain = drainable(server);
server.listen(Number(process.env.PORT), () => console.log('listening'));
process.once('SIGTERM', () => drain().then(() => scorer.close()));
