import type { DeploymentEvent } from '../api/events.js';
import { ClosedError, FraudScorerError, InvalidOptionsError, ModelInvalidError } from '../errors.js';
import { type FaultReport, watched } from '../host/faults.js';
import { type ModelDirectory, openModelDirectory } from '../models/model-directory.js';
import type { DeployOrder } from './deploy-options.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { Loader } from './loader.js';
import type { Retirement } from './retirement.js';
import type { Roles } from './roles.js';
import type { StartLimit } from './start-limit.js';
import type { Workforce } from './workforce.js';

/** How a new version is made. */
export interface NewVersion extends Pick<DeployOrder, 'policy'> {
  workers: number;
  /** What the host said; null where it follows from the share. */
  workersGiven: number | null;
}

export interface DeployingOptions {
  deployments: DeploymentSet;
  loader: Loader;
  retirement: Retirement;
  workforce: Workforce;
  roles: Roles;
  make: (directory: ModelDirectory, version: NewVersion) => Deployment;
  door: { readonly isClosed: boolean };
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
  onFault: FaultReport;
}

/** Brings a version from its directory to where it serves. */
export class Deploying {
  readonly #options: DeployingOptions;

  constructor(options: DeployingOptions) {
    this.#options = options;
  }

  /** Loads a version, and has it serve. Whatever it throws, everything serves on as before. */
  async deploy(path: string, order: DeployOrder): Promise<Deployment> {
    const { loader, tell } = this.#options;
    this.#requirePlace(order);
    let version: string | null = null;
    try {
      return await loader.run(async (limit) => {
        const directory = await limit.within(`reading the model directory ${path}`, openModelDirectory(path));
        version = directory.manifest.version;
        this.#requireNew(directory);
        const deployment = await this.#load(directory, order, limit);
        await this.#serve(deployment, order);
        return deployment;
      });
    } catch (error) {
      const reason = error instanceof FraudScorerError ? `${error.code}: ${error.message}` : 'a fault of the package';
      if (!(error instanceof ClosedError)) tell({ type: 'failed', version, reason });
      throw error;
    }
  }

  /** Its workers have warmed up beside those that serve. */
  async #load(directory: ModelDirectory, order: DeployOrder, limit: StartLimit): Promise<Deployment> {
    const { make, workforce, deployments, onFault } = this.#options;
    const share = order.role.kind === 'challenger' ? order.role.share : deployments.mostShareOf(null);
    const workers = workforce.countFor(share, order.workers);
    const deployment = make(directory, { policy: order.policy, workers, workersGiven: order.workers });
    try {
      await limit.within('starting its workers', deployment.start(limit.signal));
      if (this.#options.door.isClosed) throw new ClosedError('The scorer was closed');
      this.#requireNew(directory);
      this.#requirePlace(order);
      return deployment;
    } catch (error) {
      watched(deployment.release(), onFault);
      throw error;
    }
  }

  /** Resolves once the version that it replaces has answered what it was given. */
  async #serve(deployment: Deployment, { role }: DeployOrder): Promise<void> {
    const { deployments, roles, retirement } = this.#options;
    deployment.begin();
    deployments.add(deployment);
    if (role.kind === 'challenger') roles.setShare(deployment, role.share, { type: 'deployed' });
    else await retirement.drain(roles.replacePrimary(deployment, { type: 'deployed' }));
  }

  /** @throws {ModelInvalidError} where a version of this name is live. */
  #requireNew({ manifest: { version }, modelPath }: ModelDirectory): void {
    if (this.#options.deployments.find(version) === null) return;
    const received = `${JSON.stringify(version)}, which is live already (each version needs a name of its own)`;
    throw new ModelInvalidError(modelPath, [{ path: 'version', expected: 'a version that is not live', received }]);
  }

  /** @throws {InvalidOptionsError} where there is no place, or not enough traffic, for one more challenger. */
  #requirePlace({ role }: DeployOrder): void {
    const { deployments } = this.#options;
    if (role.kind !== 'challenger') return;
    const most = deployments.mostShareOf(null);
    if (deployments.isFull) throw badTraffic("1 or 'shadow', as there are two challengers already", role.share);
    if (role.share > most) throw badTraffic(`at most ${most}, as the other challenger has the rest`, role.share);
  }
}

function badTraffic(expected: string, share: number): InvalidOptionsError {
  return new InvalidOptionsError([{ path: 'traffic', expected, received: `${share}` }]);
}
