import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { InvalidOptionsError, ModelInvalidError } from '../errors.js';
import { type OutputForm, outputForms } from '../models/adopt/form-names.js';
import { type AdoptModelOptions, adoptModel } from '../tools/adopt-model.js';
import { adoptText } from './adopt-text.js';
import { asJson, type Output } from './output.js';
import { slowSteps } from './slow-steps.js';

interface AdoptOptions {
  out: string;
  name?: string;
  version?: string;
  fraudClass?: number | string;
  features?: string;
  missing?: Record<string, number | string>;
  output?: Record<string, OutputForm>;
  calibration?: AdoptModelOptions['calibration'];
  cases?: string;
  json?: true;
}

/** Stands for all inputs that can hold the value. */
const everyInput = '';

/** Describes the command `adopt`. @param endWith gets whether the directory was written. */
export function describeAdopt(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .requiredOption('--out <dir>', 'the directory to write; must be empty or not exist')
    .option('--name <name>', "the model's name (default: the file's)")
    .option('--version <version>', "the model's version (default: 1)")
    .option('--fraud-class <class>', 'which class is fraud: a column index from 0, or a label', classOf)
    .option(
      '--features <names>',
      'names of the features, separated by commas; or a CSV file with the names in its header',
    )
    .option(
      '--missing <value>',
      "the value for a missing feature: 'nan' or a number; or INPUT=VALUE (may be repeated; VALUE may be a text)",
      missingOf,
    )
    .addOption(
      new Option(
        '--output <name=form>',
        `the form of an output (may be repeated): ${outputForms.join(', ')}`,
      ).argParser(formOf),
    )
    .option('--calibration <what>', 'how to turn a score into a probability: platt:A,B, or a JSON file', calibrationOf)
    .option('--cases <file>', 'a cases.json to copy into the directory')
    .option('--json', 'write JSON, for machines')
    .action(async (file: string, { out, json, ...options }: AdoptOptions) => {
      const steps = slowSteps((text) => output.error(`${text}\n`));
      try {
        const report = await adoptModel(file, out, { ...toOptions(options), onStep: steps.begin });
        output.write(json ? asJson(report) : adoptText(report));
        endWith(true);
      } catch (error) {
        if (!json || !(error instanceof ModelInvalidError)) throw inFlags(error);
        output.write(asJson({ directory: null, error }));
        endWith(false);
      } finally {
        steps.end();
      }
    });
}

/** The command line's names for the options of `adoptModel`. */
const flags: Readonly<Record<string, string>> = {
  outDirectory: '--out',
  name: '--name',
  version: '--version',
  fraudClass: '--fraud-class',
  features: '--features',
  missing: '--missing',
  calibration: '--calibration',
  cases: '--cases',
};

/** Renames the options in an error to their names on the command line. */
function inFlags(error: unknown): unknown {
  if (!(error instanceof InvalidOptionsError)) return error;
  const issues = error.issues.map((issue) => ({ ...issue, path: flags[issue.path] ?? issue.path }));
  return new InvalidOptionsError(issues, error.totalIssues);
}

function toOptions({
  features,
  missing,
  output: outputs,
  ...options
}: Omit<AdoptOptions, 'out' | 'json'>): AdoptModelOptions {
  const isList = features !== undefined && !existsSync(features) && !/\.csv(\.gz)?$/i.test(features);
  const forAll = missing?.[everyInput];
  return {
    ...options,
    outputs,
    features: isList ? features.split(',').map((name) => name.trim()) : features,
    missing: forAll ?? missing,
  };
}

function classOf(text: string): number | string {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function missingOf(text: string, earlier: Record<string, number | string> = {}): Record<string, number | string> {
  if (text.startsWith('=')) throw new InvalidArgumentError('expected the name of an input before the =.');
  const [, input = everyInput, value = ''] = /^(?:(.*?)=)?(.*)$/s.exec(text) ?? [];
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const all = { ...earlier, [input]: Number.isFinite(number) ? number : value };
  if (everyInput in all && Object.keys(all).length > 1) {
    throw new InvalidArgumentError('expected one value for all inputs, or INPUT=VALUE for each.');
  }
  return all;
}

function formOf(text: string, earlier: Record<string, OutputForm> = {}): Record<string, OutputForm> {
  const at = text.lastIndexOf('=');
  const form = outputForms.find((known) => known === text.slice(at + 1));
  if (at < 1 || form === undefined)
    throw new InvalidArgumentError(`expected NAME=FORM, FORM one of ${outputForms.join(', ')}.`);
  return { ...earlier, [text.slice(0, at)]: form };
}

function calibrationOf(text: string): AdoptModelOptions['calibration'] {
  if (!text.startsWith('platt:')) return text;
  const [a, b, ...rest] = text
    .slice('platt:'.length)
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (a === undefined || b === undefined || rest.length > 0 || !Number.isFinite(a) || !Number.isFinite(b) || a === 0) {
    throw new InvalidArgumentError('expected platt:A,B, two numbers, A other than 0.');
  }
  return { method: 'platt', a, b };
}
