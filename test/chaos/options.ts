import { Command, InvalidArgumentError } from 'commander';
import { parseOrExit } from '../../src/cli/parse-or-exit.js';
import { bundledModelDirectory } from '../../src/models/bundled-model.js';
import { allScenarios } from './scenarios/all-scenarios.js';

export interface ChaosOptions {
  seed: number;
  requests?: number;
  minutes?: number;
  only?: string[];
  workers: number;
  model: string;
  report?: string;
}

export async function readOptions(): Promise<ChaosOptions> {
  const command = new Command('npm run chaos --')
    .usage('[options]')
    .description('Does harm to real scorers, and checks that every request is settled once, and rightly.')
    .option('--seed <n>', 'of everything that is drawn', wholeNumber, 1)
    .option('--requests <n>', 'how much each scenario does, in its own unit (see below)', positive)
    .option('--minutes <n>', 'how long the soak lasts', positiveNumber)
    .option('--only <names>', 'these scenarios, with commas between', names)
    .option('--workers <n>', 'worker threads of each scorer', positive, 2)
    .option('--model <dir>', 'a model directory with logits and a risk score', bundledModelDirectory())
    .option('--report <file>', 'write the report there, as JSON')
    .addHelpText('after', `\n${scenarioList()}`);
  await parseOrExit(command);
  return command.opts<ChaosOptions>();
}

function scenarioList(): string {
  const lines = allScenarios.map(({ name, does, amount, unit }) => {
    return `  ${name.padEnd(20)} ${does} (${amount.toLocaleString('en')} ${unit})`;
  });
  return ['Scenarios, and how much they do where nothing is said:', ...lines].join('\n');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
}

function positive(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('expected at least 1');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

function names(text: string): string[] {
  const chosen = text.split(',');
  const unknown = chosen.find((name) => !allScenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no scenario ${unknown}`);
  return chosen;
}
