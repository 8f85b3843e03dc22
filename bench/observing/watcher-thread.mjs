// Reads a live page's events and scrapes the metrics each second; says so once both were there.

import { get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const url = (path) => `http://127.0.0.1:${workerData.port}${path}`;

const scrape = () =>
  new Promise((resolve, reject) => {
    get(url('/metrics'), (response) => response.resume().on('end', resolve)).on('error', reject);
  });
const firstEvent = new Promise((resolve, reject) => {
  get(url('/events'), (response) => response.on('data', resolve)).on('error', reject);
});

await Promise.all([scrape(), firstEvent]);
parentPort.postMessage('watched');
setInterval(scrape, 1_000);
