import { realpath } from 'node:fs/promises';
import type { Logger } from '../../api/logger.js';
import type { DeployChoice, WatchedScorer, WatchProblemType } from '../../api/watch.js';
import { promiseOf } from '../../host/host-code.js';
import { codeOf, messageOf } from '../../host/thrown.js';
import { describeKind } from '../../validation/issues.js';
import type { ProblemLog } from './problem-log.js';
import type { SettledVersion, VersionLedger } from './version-ledger.js';
import { isDeployOptions, shadowByDefault } from './watch-options.js';

/**
 * `tried`: the version was deployed, or its deployment failed. `declined`: the host does not want it. `later`: it must be offered again.
 */
export type OfferOutcome = 'tried' | 'declined' | 'later';

export interface DeployerParts {
  scorer: WatchedScorer;
  choice: DeployChoice;
  ledger: VersionLedger;
  problems: ProblemLog;
  logger: Logger;
  stopping: AbortController;
}

/** Asks the host how a version should be deployed, and deploys it. */
export class VersionDeployer {
  readonly #parts: DeployerParts;

  constructor(parts: DeployerParts) {
    this.#parts = parts;
  }

  /** @throws the reason of `stopping` if it is aborted, and what `deployments` throws. */
  async offer(found: SettledVersion): Promise<OfferOutcome> {
    const { ledger, stopping } = this.#parts;
    stopping.signal.throwIfAborted();
    if (this.#isLive(found)) return 'tried';
    const options = await this.#ask(found);
    stopping.signal.throwIfAborted();
    if (options === undefined) return 'later';
    if (options === null) {
      ledger.close(found);
      return 'declined';
    }
    // The host may have deployed it meanwhile.
    return this.#isLive(found) ? 'tried' : this.#deploy(found, options);
  }

  /** Whether a version of that name is or was live. Only the version name tells versions apart. */
  #isLive({ version }: SettledVersion): boolean {
    const { ledger, scorer } = this.#parts;
    ledger.noteLive(scorer.deployments());
    return ledger.modelOf(version) !== null;
  }

  /** @returns undefined if the host could not answer. */
  async #ask(found: SettledVersion): Promise<object | null | undefined> {
    const { choice, problems, stopping } = this.#parts;
    const { name, version, directory, given } = found;
    try {
      const answer = await unlessAborted(async () => promiseOf(choice({ name, version, directory })), stopping.signal);
      if (answer !== null && answer !== undefined && !isDeployOptions(answer)) {
        const message = `${given}: expected options of deploy or null from the function deploy, received ${describeKind(answer)}`;
        this.#tell('choice', found, message);
        return undefined;
      }
      problems.settle({ type: 'choice', directory: given });
      return answer === null || answer === undefined ? null : shadowByDefault(answer);
    } catch (error) {
      stopping.signal.throwIfAborted();
      this.#tell(
        'choice',
        found,
        `${given}: the function deploy failed (${messageOf(error)}). It is asked again`,
        error,
      );
      return undefined;
    }
  }

  async #deploy(found: SettledVersion, options: object): Promise<OfferOutcome> {
    const { scorer, ledger, logger, stopping } = this.#parts;
    const { name, version, directory, given } = found;
    try {
      await scorer.deploy(directory, options);
      ledger.noteDeployed(found);
      logger.info(`Model repository: deployed version ${version} of ${name}`, { name, version, directory });
    } catch (error) {
      if (codeOf(error) === 'ERR_CLOSED') {
        stopping.abort();
        return 'later';
      }
      // The directory was replaced by something else. The next check looks at that.
      if ((await realpath(given).catch(() => null)) !== directory) return 'later';
      ledger.close(found);
      const again = 'It is not tried again until its contents change';
      this.#tell('failed', found, `${given}: could not be deployed (${messageOf(error)}). ${again}`, error);
    }
    return 'tried';
  }

  #tell(
    type: WatchProblemType,
    { name, version, given, print }: SettledVersion,
    message: string,
    error?: unknown,
  ): void {
    const problem = { type, directory: given, name, version, message };
    this.#parts.problems.tell(error === undefined ? problem : { ...problem, error }, `${print} ${message}`);
  }
}

/** Resolves with the result of `work`. Rejects at once if the signal is aborted, because host code may take for ever. */
function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
