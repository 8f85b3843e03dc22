// Reads a live page's events and scrapes the metrics each second; says so once both were there. As a browser and Prometheus do, it tries
// again where a connection is lost: a host that stands still for seconds may close one that is in use.

import { get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const url = (path) => `http://127.0.0.1:${workerData.port}${path}`;

const scrape = () =>
  new Promise((resolve) => {
    get(url('/metrics'), { agent: false }, (response) => response.resume().on('close', resolve)).on('error', resolve);
  });

function openPage(onEvent) {
  const again = () => setTimeout(openPage, 1_000, onEvent);
  get(url('/events'), { agent: false }, (response) => {
    response
      .on('data', onEvent)
      .on('error', () => {})
      .on('close', again);
  }).on('error', again);
}

const firstEvent = new Promise((resolve) => openPage(resolve));
await Promise.all([scrape(), firstEvent]);
parentPort.postMessage('watched');
setInterval(scrape, 1_000);
