import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { FraudScorer } from 'fraud-scorer';
import { RemoteScorer } from 'fraud-scorer/nats';
import { NatsServer } from '../../../../test/support/nats-server.js';
import { readEnvironment } from '../../../environment.js';
import { ReferenceRequests } from '../../../load/reference-requests.js';
import { FleetNode } from '../../fleet-node.js';
import { closedLoad } from '../../loads.js';
import type { Figures } from '../figures.js';
import { measureJetStream } from './jet-stream.js';
import { measureServer } from './server.js';
import { mainThreadCpuUs } from './thread-time.js';

const loadMs = 5_000;
const outstanding = { many: 2_048, one: 1 } as const;

/** What one load used: of the client's and the node's main threads, and on the wire. */
interface Used {
  requests: number;
  messages: number;
  clientUs: number;
  nodeUs: number;
  /** Bytes from the client and to it. */
  sentBytes: number;
  receivedBytes: number;
}

/** Measures all figures on this machine: one client, one node with one worker, and a nats-server. Linux only. */
export async function measureFigures(): Promise<Figures> {
  const model = fileURLToPath(new URL('../../../../models/visa-fraud/1', import.meta.url));
  const requests = ReferenceRequests.generate(2_048);
  const server = await NatsServer.start();
  try {
    const serverCost = await measureServer(server);
    const node = await FleetNode.start({ url: server.url, model, id: 'capacity' });
    const connection = await server.connect();
    const remote = await RemoteScorer.connect(connection);
    let next = 0;
    const call = () => {
      next += 1;
      return remote.score(requests.at(next));
    };
    const measure = async (open: number): Promise<Used> => {
      await closedLoad(call, open, 1_000);
      const before = await usedSoFar(connection, node);
      await closedLoad(call, open, loadMs);
      return difference(await usedSoFar(connection, node), before);
    };
    const [many, one] = [await measure(outstanding.many), await measure(outstanding.one)];
    await remote.close();
    await connection.close();
    await node.end();
    const of = (field: 'clientUs' | 'nodeUs' | 'sentBytes' | 'receivedBytes') => parts(many, one, field);
    const [client, nodeCost, sent, received] = [of('clientUs'), of('nodeUs'), of('sentBytes'), of('receivedBytes')];
    return {
      environment: { ...readEnvironment(), rowsPerMessage: many.requests / many.messages },
      client: { requestUs: client.request, messageUs: client.message },
      node: { requestUs: nodeCost.request, messageUs: nodeCost.message, ...(await batchTime(model, requests)) },
      server: serverCost,
      jetStream: await measureJetStream(server, Math.round(sent.request)),
      wire: {
        requestBytes: sent.request,
        resultBytes: received.request,
        messageBytes: (sent.message + received.message) / 2,
      },
    };
  } finally {
    await server.stop();
  }
}

async function usedSoFar(connection: NatsConnection, node: FleetNode): Promise<Used> {
  const { requests, messages } = await node.usage();
  const { inBytes, outBytes } = connection.stats();
  return {
    requests,
    messages,
    clientUs: mainThreadCpuUs(process.pid),
    nodeUs: mainThreadCpuUs(node.pid),
    sentBytes: outBytes,
    receivedBytes: inBytes,
  };
}

function difference(later: Used, earlier: Used): Used {
  return {
    requests: later.requests - earlier.requests,
    messages: later.messages - earlier.messages,
    clientUs: later.clientUs - earlier.clientUs,
    nodeUs: later.nodeUs - earlier.nodeUs,
    sentBytes: later.sentBytes - earlier.sentBytes,
    receivedBytes: later.receivedBytes - earlier.receivedBytes,
  };
}

/** What belongs to a request and what to a message: two loads with different numbers of requests in a message give two equations. */
function parts(many: Used, one: Used, field: keyof Used): { request: number; message: number } {
  const perMessage = { many: many.requests / many.messages, one: one.requests / one.messages };
  const used = { many: many[field] / many.messages, one: one[field] / one.messages };
  const request = (used.many - used.one) / (perMessage.many - perMessage.one);
  return { request, message: used.one - request * perMessage.one };
}

/** How long a batch takes in a worker, as the scorer itself measures it under load. */
async function batchTime(
  model: string,
  requests: ReferenceRequests,
): Promise<Pick<Figures['node'], 'batchUs' | 'rowUs'>> {
  await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
  let next = 0;
  const call = () => {
    next += 1;
    return scorer.score(requests.at(next));
  };
  for (const open of [8, 64, 512, 2_048]) await closedLoad(call, open, 500);
  const { latency } = scorer.summary().batching;
  if (latency === null) throw new Error('batching.latency: expected a measured batch time, received none');
  return { batchUs: latency.fixedMs * 1_000, rowUs: latency.perRowMs * 1_000 };
}
