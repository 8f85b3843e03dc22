import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { DeploymentSet } from '../../../src/deployments/deployment-set.js';
import { RetiredVersions } from '../../../src/deployments/retired-versions.js';
import { Router } from '../../../src/deployments/routing.js';
import type { Copies } from '../../../src/deployments/shadow/copies.js';
import { workersSummary } from '../../../src/deployments/summaries.js';
import { untyped } from '../../support/untyped.js';

/** A version, as far as its workers go. */
function versionOf(index: number, lost: number): Deployment {
  const workers = { configured: 1, ready: 1, lost, provider: 'cpu', providers: [], devices: [] };
  return untyped<Deployment>({ index, workers, batcher: { busyWorkers: 0 } });
}

describe('workersSummary', () => {
  it('still counts the lost workers of a version that drains, but none of its workers as configured', () => {
    const deployments = new DeploymentSet(new Router('salt'), untyped<Copies>({ shadows: [] }));
    const [draining, primary] = [versionOf(0, 3), versionOf(1, 1)];
    deployments.add(draining);
    deployments.add(primary);
    deployments.setPrimary(primary);
    const retired = new RetiredVersions();
    expect(workersSummary(deployments, retired)).toMatchObject({ lost: 4, configured: 2 });
    deployments.end(draining);
    expect(workersSummary(deployments, retired)).toMatchObject({ lost: 4, configured: 1 });
  });
});
