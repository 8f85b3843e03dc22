import { FraudScorer } from 'fraud-scorer';
import { startReceiver } from './receiver.js';
import { Webhook } from './webhook.js';
import '../start-failures.js';

const receiver = process.env.WEBHOOK_URL ? null : await startReceiver();
const webhook = new Webhook(process.env.WEBHOOK_URL || (receiver?.url ?? ''));

// Every process exceeds this limit, so an alert is raised within a second.
const scorer = await FraudScorer.create({ model: process.env.MODEL || undefined, alerts: { maxMemoryGb: 0.001 } });
scorer.on('alert', (alert) => webhook.send({ event: 'alert', ...alert }));
scorer.on('alertCleared', (alert) => webhook.send({ event: 'alertCleared', ...alert }));
await new Promise<void>((resolve) => scorer.once('alert', () => resolve()));
console.log(`service: an alert was raised and the service ends; ${webhook.waiting} to be delivered`);

// Close the scorer first, because it may still raise alerts. Then wait until they are delivered.
await scorer.close();
const lost = await webhook.close(30_000);
console.log(`service: ended, ${lost} alerts lost`);
receiver?.close();
process.exitCode = lost === 0 ? 0 : 1;
