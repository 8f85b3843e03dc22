import { type Command, InvalidArgumentError, Option } from 'commander';
import { InvalidOptionsError } from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import { liveCanary } from '../../integrations/nats/control/state/fleet-state.js';
import type { FleetDeployments, FleetDeployOptions, FleetEntry, FleetRollout } from '../../integrations/nats/index.js';
import { positiveNumber, wholeNumber } from '../arguments.js';
import { addConnectionOptions, type ConnectionFlags, connectNats, secretsHelp } from '../nats/connection.js';
import { asJson, exitCodes, type Output } from '../output.js';
import { canaryText, fleetText, nodesText, rolloutText } from './fleet-text.js';

interface FleetFlags extends ConnectionFlags {
  bucket: string;
  name: string;
  json?: true;
  waitSeconds: number;
}

interface DeployFlags extends FleetFlags {
  model?: string;
  sha256?: string;
  traffic?: number | 'shadow';
  sample?: number;
  canary?: true;
  steps?: number[];
  stepSeconds?: number;
  minRequests?: number;
}

interface PublishFlags extends ConnectionFlags {
  objectStore: string;
  json?: true;
}

/** Adds `fraud-scorer fleet`. @param end gets the exit code. */
export function addFleetCommand(program: Command, output: Output, end: (code: number) => void): void {
  const fleet = program
    .command('fleet')
    .description('Shows and changes what the nodes of a fleet on NATS should serve.')
    .helpOption('--help', 'show this help');
  const command = (name: string, description: string, leastSeconds = 0, seconds = 60): Command =>
    addConnectionOptions(fleet.command(name).description(description).helpOption('--help', 'show this help'))
      .option('--bucket <name>', 'the KV bucket with the desired state', 'fraud-scorer')
      .option('--name <name>', 'the name of the fleet', 'default')
      .option('--json', 'write JSON')
      .addOption(
        new Option('--wait-seconds <n>', `how long to wait${leastSeconds > 0 ? '' : ' for the nodes; 0 does not wait'}`)
          .argParser(wholeNumber(leastSeconds, 604_800))
          .default(seconds),
      )
      .addHelpText('after', secretsHelp);
  /** For all that reads the state first: where it is not valid, the command was understood, but there is nothing to build on. */
  const valid = (flags: FleetFlags, work: (fleet: FleetDeployments) => Promise<number>): Promise<void> =>
    withFleet(flags, async (fleet) =>
      end((await isValid(fleet, flags, output)) ? await work(fleet) : exitCodes.problem),
    );
  const change = (flags: FleetFlags, work: (fleet: FleetDeployments) => Promise<FleetEntry>): Promise<void> =>
    valid(flags, async (fleet) => settle(fleet, flags, output, (await work(fleet)).state.rollout));

  command('status', 'Shows what the fleet should serve, and what each node serves.').action((flags: FleetFlags) =>
    valid(flags, (fleet) => showFound(fleet, flags, output)),
  );
  command(
    'wait',
    'Waits until the roll-out and the canary have ended. Exits with 1 where one failed or was aborted.',
    1,
    3_600,
  ).action((flags: FleetFlags) => valid(flags, (fleet) => waitForEnd(fleet, flags, output)));
  command('deploy <version>', 'Has all nodes load a version: as the primary, or with a share, as a shadow or canary.')
    .option('--model <name>', "the model's name (default: the primary's)")
    .option('--sha256 <digest>', 'the sha256 of model.json, as publish shows it')
    .option('--traffic <share>', "1, a share in (0, 1), or 'shadow' (default: 1)", traffic)
    .option('--sample <share>', 'for a shadow: the share of requests that it gets', positiveNumber)
    .option('--canary', 'raise its share in steps as long as it does no worse over all nodes')
    .option('--steps <list>', "the canary's shares, separated by commas", shares)
    .option('--step-seconds <n>', 'the least time in a step of the canary', positiveNumber)
    .option('--min-requests <n>', 'the least requests of both versions in a window', wholeNumber(1, 1_000_000))
    .action((version: string, flags: DeployFlags) =>
      change(flags, (fleet) => fleet.deploy(deployOptions(version, flags))),
    );
  command('traffic', 'Sets the shares of challengers, as in: traffic 2=0.3')
    .argument('<shares...>', 'versions with their shares', versionAndShare)
    .action((given: VersionShare[], flags: FleetFlags) =>
      change(flags, (fleet) => fleet.setTraffic(Object.fromEntries(given))),
    );
  command('promote <version>', 'Makes a version the primary on all nodes.').action(
    (version: string, flags: FleetFlags) => change(flags, (fleet) => fleet.promote(version)),
  );
  command('retire <version>', 'Ends a challenger, shadow or canary on all nodes.').action(
    (version: string, flags: FleetFlags) => change(flags, (fleet) => fleet.retire(version)),
  );
  command(
    'rollback',
    'Takes back a roll-out, else a canary; where neither is under way, the version before is the primary again.',
  ).action((flags: FleetFlags) => change(flags, (fleet) => fleet.rollback()));
  command('restore', 'Writes the last valid state again, where the entry in the bucket is not valid.').action(
    (flags: FleetFlags) =>
      withFleet(flags, async (fleet) => end(await settle(fleet, flags, output, (await fleet.restore()).state.rollout))),
  );
  addConnectionOptions(
    fleet
      .command('publish <dir>')
      .description('Writes a model directory to an object store, from which nodes fetch it.')
      .helpOption('--help', 'show this help'),
  )
    .requiredOption('--object-store <bucket>', 'the bucket; created if it does not exist')
    .option('--json', 'write JSON')
    .addHelpText('after', secretsHelp)
    .action((directory: string, flags: PublishFlags) => publish(directory, flags, output));
}

/** Imported late, because only this command needs it. The client comes first: without it the rest cannot be loaded. */
async function withFleet(flags: FleetFlags, work: (fleet: FleetDeployments) => Promise<void>): Promise<void> {
  const connection = await connectNats('fraud-scorer fleet', flags);
  try {
    const { FleetDeployments } = await import('../../integrations/nats/index.js');
    await work(await FleetDeployments.connect(connection, { bucket: flags.bucket, name: flags.name }));
  } finally {
    await connection.close();
  }
}

async function show(fleet: FleetDeployments, { json, name }: FleetFlags, output: Output): Promise<void> {
  const [entry, nodes] = [await fleet.state(), await fleet.nodes()];
  output.write(json ? asJson({ ...entry, nodes }) : fleetText(name, entry, nodes));
}

/** @returns the exit code: 1 where the bucket has no fleet of this name. */
async function showFound(fleet: FleetDeployments, flags: FleetFlags, output: Output): Promise<number> {
  await show(fleet, flags, output);
  const others = await fleet.fleets();
  if (others.includes(flags.name)) return exitCodes.ok;
  const known = others.length === 0 ? 'no fleet yet' : `these fleets: ${others.join(', ')}`;
  output.error(`There is no fleet ${JSON.stringify(flags.name)}: the bucket ${flags.bucket} has ${known}\n`);
  return exitCodes.problem;
}

/** Shows the nodes, and what to do, where the entry is not valid. */
async function isValid(fleet: FleetDeployments, flags: FleetFlags, output: Output): Promise<boolean> {
  const problem = await fleet.state().then(
    () => null,
    (error: unknown) => {
      if (error instanceof InvalidOptionsError) return error.message;
      throw error;
    },
  );
  if (problem === null) return true;
  const { bucket, name, json } = flags;
  const nodes = await fleet.nodes();
  output.write(
    json ? asJson({ problem, nodes }) : `Fleet ${name}: its state is not valid\n${nodesText(nodes, null)}\n`,
  );
  const elsewhere = bucket === 'fraud-scorer' ? '' : ` --bucket ${bucket}`;
  output.error(
    `${problem}\nTo write the last valid state again: npx fraud-scorer fleet restore --name ${name}${elsewhere}\n`,
  );
  return false;
}

/**
 * @param begun the roll-out as the change has left it. Others may begin and end meanwhile.
 * @returns the exit code: a roll-out that the change has begun, and that has failed, is a problem.
 */
async function settle(
  fleet: FleetDeployments,
  flags: FleetFlags,
  output: Output,
  begun: FleetRollout | null,
): Promise<number> {
  if (flags.waitSeconds === 0) {
    await show(fleet, flags, output);
    return exitCodes.ok;
  }
  const rollout = await fleet.settled({ timeoutMs: flags.waitSeconds * 1_000 });
  await show(fleet, flags, output);
  if (begun?.state !== 'loading') return exitCodes.ok;
  if (rollout?.id !== begun.id) {
    output.error('Another roll-out has begun since, so that this one was not seen to end\n');
    return exitCodes.problem;
  }
  if (rollout.state !== 'failed') return exitCodes.ok;
  output.error(`The roll-out has failed: ${rolloutText(rollout)}\n`);
  return exitCodes.problem;
}

/** @returns the exit code: 1 where the roll-out has failed or the canary was aborted. */
async function waitForEnd(fleet: FleetDeployments, flags: FleetFlags, output: Output): Promise<number> {
  const until = systemClock.now() + flags.waitSeconds * 1_000;
  const left = () => ({ timeoutMs: Math.max(1, Math.ceil(until - systemClock.now())) });
  const begun = (await fleet.state()).state;
  // One that had ended before the last roll-out began is not part of it.
  const concerns = liveCanary(begun) !== null || begun.canary?.rollout === begun.rollout?.id;
  const rollout = await fleet.settled(left());
  const canary = concerns ? await fleet.canaryEnded(left()) : null;
  // Nodes follow a promotion a moment later.
  await fleet.settled(left());
  await show(fleet, flags, output);
  if (rollout?.state === 'failed') output.error(`The roll-out has failed: ${rolloutText(rollout)}\n`);
  const isAborted = canary?.state === 'aborted';
  if (isAborted) output.error(`The canary was aborted: ${canaryText(canary)}\n`);
  return isAborted || rollout?.state === 'failed' ? exitCodes.problem : exitCodes.ok;
}

async function publish(directory: string, flags: PublishFlags, output: Output): Promise<void> {
  const connection = await connectNats('fraud-scorer fleet', flags);
  try {
    const { publishModel } = await import('../../integrations/nats/index.js');
    const published = await publishModel(connection, flags.objectStore, directory);
    const { model, version, sha256 } = published;
    output.write(flags.json ? asJson(published) : `${model} ${version}\nsha256 ${sha256}\n`);
  } finally {
    await connection.close();
  }
}

function deployOptions(version: string, flags: DeployFlags): FleetDeployOptions {
  const { model, sha256, traffic, sample, steps, stepSeconds, minRequests } = flags;
  const isCanary = flags.canary === true || [steps, stepSeconds, minRequests].some((value) => value !== undefined);
  const stepMs = stepSeconds === undefined ? undefined : stepSeconds * 1_000;
  const canary = isCanary ? { canary: { steps, stepMs, minRequests } } : {};
  return { version, model, sha256, traffic, sample, ...canary };
}

function traffic(value: string): number | 'shadow' {
  return value === 'shadow' ? value : positiveNumber(value);
}

function shares(value: string): number[] {
  return value.split(',').map(positiveNumber);
}

type VersionShare = [version: string, share: number];

function versionAndShare(text: string, earlier: readonly VersionShare[] = []): VersionShare[] {
  const [, version, share] = /^(.+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (version === undefined) throw new InvalidArgumentError('expected a version and its share, as in 2=0.3.');
  return [...earlier, [version, Number(share)]];
}
