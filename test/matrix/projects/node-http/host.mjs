import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { FraudScorer, InvalidRequestError } from 'fraud-scorer';

const scorer = await FraudScorer.create({ model: process.env.MODEL, workers: 1 });
const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.url === '/health/live') answer(200, {});
    else if (request.url === '/health/ready') answer(scorer.health().ready ? 200 : 503, {});
    else answer(200, await scorer.score(await json(request)));
  } catch (error) {
    answer(error instanceof InvalidRequestError ? 400 : 500, { code: error.code });
  }
});
server.listen(Number(process.env.PORT), () => console.log('listening'));
process.once('SIGTERM', () => server.close(() => scorer.close()));
