import { join } from 'node:path';
import type { DeploymentEvent } from '../api/events.js';
import {
  ClosedError,
  FraudScorerError,
  InvalidOptionsError,
  ModelInvalidError,
  UnknownVersionError,
} from '../errors.js';
import { type FaultReport, watched } from '../host/faults.js';
import { nextTurn } from '../host/next-turn.js';
import { type ModelDirectory, openModelDirectory } from '../models/model-directory.js';
import type { GpuList } from '../protocol/tools.js';
import type { Canaries } from './canary/canaries.js';
import type { DeployOrder, DeployRole } from './deploy-options.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import { refuseFullDevice } from './device-room.js';
import type { Loader } from './loader.js';
import type { Retirement } from './retirement.js';
import type { Roles } from './roles.js';
import type { Shadow } from './shadow/shadow.js';
import type { StartLimit } from './start-limit.js';
import type { Workforce } from './workforce.js';

/** How a new version is created. */
export interface NewVersion extends Pick<DeployOrder, 'policy'> {
  workers: number;
  /** The number of workers from the host; null if it follows from the share. */
  workersGiven: number | null;
}

/** A new version, and its `Shadow` if it is a shadow. */
export interface Made {
  deployment: Deployment;
  shadow: Shadow | null;
}

export interface DeployingOptions {
  deployments: DeploymentSet;
  loader: Loader;
  retirement: Retirement;
  workforce: Workforce;
  roles: Roles;
  canaries: Canaries;
  make: (directory: ModelDirectory, version: NewVersion, role: DeployRole) => Made;
  door: { readonly isClosed: boolean };
  /** Lists the GPUs and their memory. */
  listGpus: () => Promise<Pick<GpuList, 'gpus'>>;
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
  onFault: FaultReport;
}

/** A version that serves, and the version that it replaced, if any. */
interface Served {
  deployment: Deployment;
  replaced: Deployment | null;
}

/** Takes a version from its directory to the state in which it serves. */
export class Deploying {
  readonly #options: DeployingOptions;

  constructor(options: DeployingOptions) {
    this.#options = options;
  }

  /**
   * Loads a version and starts to serve it. Resolves when the version that it replaces has answered its requests. If it throws, everything
   * serves on as before.
   */
  async deploy(path: string, order: DeployOrder): Promise<Deployment> {
    const { loader } = this.#options;
    this.#requirePlace(order);
    let version: string | null = null;
    const work = loader.run(async (limit) => {
      const opened = openModelDirectory(path, (named) => {
        version = named;
      });
      // Its files have just been looked through: what is made of them comes in a turn of its own.
      const read = opened.then(async (directory) => {
        await nextTurn();
        return directory;
      });
      const directory = await limit.within(`reading the model directory ${path}`, read);
      const check = (): void => this.#requireNew(directory);
      return this.#serve(await this.#load(directory, order, limit, check), order, check);
    });
    return this.#replaced(await this.#toldWhereItFails(work, () => version));
  }

  /**
   * Gives a shadow the primary's role. A shadow has its own memory, so the version is loaded once more beside it. The shadow ends when the
   * new one serves.
   */
  async promoteShadow(shadow: Shadow): Promise<Deployment> {
    const { deployments, loader } = this.#options;
    const { directory, policy, workersGiven } = shadow.deployment;
    const requireShadow = (): void => {
      if (deployments.shadowOf(shadow.deployment) === null) {
        throw new UnknownVersionError('The shadow ended before it could be promoted');
      }
    };
    const { version } = directory.manifest;
    const work = loader.run(async (limit) => {
      // Promotion was requested twice, and the other call has done it.
      const { primary } = deployments;
      if (primary.model.version === version) return { deployment: primary, replaced: null };
      const order = { role: { kind: 'primary' }, policy: policy.host, workers: workersGiven } as const;
      const made = await this.#load(directory, order, limit, requireShadow);
      const replaceShadow = (): void => {
        requireShadow();
        watched(this.#options.roles.retire(shadow.deployment, 'it is promoted'), this.#options.onFault);
      };
      return this.#serve(made, { ...order, policy: policy.host }, replaceShadow, 'promoted');
    });
    return this.#replaced(await this.#toldWhereItFails(work, () => version));
  }

  /**
   * Emits `failed` if a version cannot be brought to serve. All other operations on versions are either refused at once or succeed.
   *
   * @param version the version, as far as it is known then.
   */
  async #toldWhereItFails<T>(work: Promise<T>, version: () => string | null): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const reason = error instanceof FraudScorerError ? `${error.code}: ${error.message}` : 'a fault of the package';
      if (!(error instanceof ClosedError)) this.#options.tell({ type: 'failed', version: version(), reason });
      throw error;
    }
  }

  /** Loads and warms up workers beside those that serve. @param check throws if there is no place for the version any more. */
  async #load(directory: ModelDirectory, order: DeployOrder, limit: StartLimit, check: () => void): Promise<Made> {
    const { make, workforce, deployments } = this.#options;
    const { role, policy, workers: workersGiven } = order;
    check();
    const share =
      role.kind === 'challenger' ? role.share : role.kind === 'shadow' ? 0 : 1 - deployments.challengers.shareBut(null);
    const made = make(directory, { policy, workers: workforce.countFor(share, workersGiven), workersGiven }, role);
    try {
      await limit.within('starting its workers', made.deployment.start(limit.signal));
      await limit.within("looking at the device's memory", this.#requireRoom(made.deployment));
      return made;
    } catch (error) {
      this.#drop(made);
      throw error;
    }
  }

  /** Ends the workers of a version that does not serve. */
  #drop({ deployment }: Made): void {
    const { deployments, onFault } = this.#options;
    watched(deployments.leave(deployment, deployment.release()), onFault);
  }

  /** @throws {OutOfResourcesError} if a GPU is too full with this version. */
  async #requireRoom({ workers }: Deployment): Promise<void> {
    const { provider } = workers;
    if (provider === null || provider === 'cpu') return;
    const list = await this.#options.listGpus();
    refuseFullDevice(
      list,
      workers.devices.map(({ device }) => device),
    );
  }

  /** Waits until the previous version has answered its requests. Meanwhile the next version may load. */
  async #replaced({ deployment, replaced }: Served): Promise<Deployment> {
    const { loader, retirement } = this.#options;
    if (replaced !== null) await loader.untilStopped(retirement.drain(replaced));
    return deployment;
  }

  /**
   * Gives a ready version its role.
   *
   * @param check throws if there is no place for the version any more. Nothing may happen between this check and taking the place.
   */
  #serve(made: Made, order: DeployOrder, check: () => void, type: 'deployed' | 'promoted' = 'deployed'): Served {
    const { deployments, canaries, roles, door } = this.#options;
    const { deployment, shadow } = made;
    const { role } = order;
    try {
      if (door.isClosed) throw new ClosedError('The scorer was closed');
      this.#requirePlace(order);
      check();
    } catch (error) {
      this.#drop(made);
      throw error;
    }
    // The host may have changed its thresholds while this version was loading.
    deployment.policy.patch({ ...deployments.hostPolicy, ...order.policy });
    deployment.begin();
    if (shadow !== null) {
      roles.addShadow(shadow, { type });
      return { deployment, replaced: null };
    }
    deployments.add(deployment);
    canaries.restartAll(deployment);
    if (role.kind === 'challenger') {
      if (role.canary !== null) canaries.start(deployment, role.canary);
      roles.setShares([{ deployment, share: role.share }], { type });
      return { deployment, replaced: null };
    }
    return { deployment, replaced: roles.replacePrimary(deployment, { type }) };
  }

  /** @throws {ModelInvalidError} if a version of this name is live. */
  #requireNew({ manifest: { version }, folders }: ModelDirectory): void {
    if (this.#options.deployments.find(version) === null) return;
    const received = `${JSON.stringify(version)}, which is live already (each version needs a name of its own)`;
    const file = join(folders.at(-1) ?? '', 'model.json');
    throw new ModelInvalidError(file, [{ path: 'version', expected: 'a version that is not live', received }]);
  }

  /** @throws {InvalidOptionsError} if there is no place, or not enough traffic, for another challenger. */
  #requirePlace({ role }: DeployOrder): void {
    const { deployments } = this.#options;
    if (role.kind !== 'challenger') return;
    const { isFull } = deployments.challengers;
    const others = deployments.challengers.shareBut(null);
    if (isFull) throw badTraffic("1 or 'shadow', as there are two challengers already", role.share);
    // Do not compute 1 − others here: 1 − 0.9 is slightly less than 0.1.
    if (role.share + others > 1) throw badTraffic(`what the other challenger, with ${others}, leaves`, role.share);
  }
}

function badTraffic(expected: string, share: number): InvalidOptionsError {
  return new InvalidOptionsError([{ path: 'traffic', expected, received: `${share}` }]);
}
