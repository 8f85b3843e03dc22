import type { DeploymentSummary } from 'fraud-scorer';
import { describe, expect, it } from 'vitest';
import { lineOf, type Picture, tableOf } from '../../../examples/deployments/view.js';
import { exampleSummary } from '../replay/summary-of.js';

const { performance, business, requests, workers } = exampleSummary();
const common = { name: 'visa-fraud', since: 0, performance, business, requests, workers };
const primary: DeploymentSummary = { ...common, version: '1', role: 'primary', traffic: 0.75 };
const challenger: DeploymentSummary = {
  ...common,
  version: '2',
  role: 'challenger',
  traffic: 0.25,
  canary: { state: 'running', step: 0, share: 0.25, reason: null },
};
const shadow: DeploymentSummary = {
  ...common,
  version: '3',
  role: 'shadow',
  traffic: 0,
  shadow: {
    copied: 12,
    dropped: { queueFull: 0, pressure: 0, notReadable: 0, failed: 0, late: 0, unpaired: 0, retired: 0 },
    flips: {
      APPROVE: { APPROVE: 9, REVIEW: 1, BLOCK: 0 },
      REVIEW: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
      BLOCK: { APPROVE: 2, REVIEW: 0, BLOCK: 0 },
    },
    scoreDifference: { mean: 0, p95: 0 },
    psi: 0,
    latencyMs: performance.latencyMs,
  },
};
const retired: DeploymentSummary = { ...common, version: '0', role: 'retired', traffic: 0 };

const picture: Picture = {
  elapsedSeconds: 12.3,
  chapter: '3. A canary',
  deployments: [primary, challenger, shadow, retired],
  seen: new Map([
    ['1', 0.742],
    ['2', 0.258],
  ]),
  fallback: 41,
};

describe('the table', () => {
  it('shows the share that each version has, and the share that was seen', () => {
    const text = tableOf(picture, 100);
    expect(text).toMatch(/^1 +primary +█{15}░{5} +75\.0 % +74\.2 %/m);
    expect(text).toMatch(/^2 +challenger +█{5}░{15} +25\.0 % +25\.8 % .* canary running/m);
    expect(text).toMatch(/^3 +shadow .* 3 otherwise/m);
    expect(text).toMatch(/^0 +retired/m);
    expect(text).toMatch(/12\.3 s {3}41 decided by the fallback/);
  });

  it.each([80, 100, 200])('fits a terminal of %i columns', (columns) => {
    for (const line of tableOf(picture, columns).split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });
});

describe('the line', () => {
  it('names the versions that are live', () => {
    expect(lineOf(picture).trim()).toBe(
      '12.3 s | 1 primary 75.0 %, seen 74.2 % | 2 challenger 25.0 %, seen 25.8 % | 3 shadow',
    );
  });
});
