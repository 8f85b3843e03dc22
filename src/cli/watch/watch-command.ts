import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../../host/clock.js';
import { addCredentialOptions, type ConnectionFlags, secretsHelp } from '../nats/connection.js';
import { exitCodes, type Output } from '../output.js';
import { fleetSource, isNatsAddress } from './fleet-source.js';
import { liveScreen } from './live-screen.js';
import { livePageAt, livePageSource, NoLivePageError } from './stream.js';
import { plainScreen, watch } from './watch.js';

interface WatchFlags extends Omit<ConnectionFlags, 'url'> {
  once?: boolean;
  json?: boolean;
  header: Record<string, string>;
  subject?: string;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Adds `fraud-scorer watch`. @param end gets the exit code. */
export function addWatchCommand(program: Command, output: Output, end: (code: number) => void): void {
  const command = program
    .command('watch <url>')
    .description(
      'Shows a running scorer in the terminal, from the address of its live page (dashboardHandler), or a fleet from nats://host:4222.',
    )
    .helpOption('--help', 'show this help')
    .option('--once', 'show it once and exit')
    .option('--json', 'write JSON: a line each second, or one snapshot with --once')
    .addOption(
      new Option('--header <name: value>', 'send this header, such as Authorization (may be repeated)')
        .argParser(header)
        .default({}, 'none'),
    )
    .option('--subject <subject>', "the subject of the fleet's service (default: fraud.score)");
  addCredentialOptions(command)
    .addHelpText('after', secretsHelp)
    .action(async (url: string, { once = false, json = false, header: headers, ...fleet }: WatchFlags) => {
      const controller = new AbortController();
      const stop = (signal: (typeof signals)[number]): void => {
        end(signal === 'SIGINT' ? 130 : 143);
        controller.abort();
      };
      for (const signal of signals) process.once(signal, stop);
      const isLive = process.stdout.isTTY && !json && !once;
      const screen = isLive ? liveScreen(process.stdout) : plainScreen(output, json);
      const closed = (): void => controller.abort();
      // The reader has closed the pipe, as in `fraud-scorer watch … | head`.
      process.stdout.once('error', closed);
      try {
        const source = isNatsAddress(url) ? fleetSource(url, fleet) : livePageSource(livePageAt(url, headers));
        await watch({ source, once, json, clock: systemClock, signal: controller.signal, screen }, output);
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof NoLivePageError)) throw error;
        output.error(`${error.message}\n`);
        end(exitCodes.problem);
      } finally {
        screen.close();
        process.stdout.off('error', closed);
        for (const signal of signals) process.off(signal, stop);
      }
    });
}

/** Parses a header name and value. HTTP allows only Latin-1 characters in the value. */
function header(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("expected 'name: value', of Latin letters.");
  return { ...earlier, [name]: value };
}
