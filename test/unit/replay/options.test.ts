import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../examples/replay/options.js';
import { UsageError } from '../../../examples/replay/usage-error.js';

function failure(...args: string[]): string {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  throw new Error('expected a UsageError');
}

describe('parseOptions', () => {
  it('replays the bundled sample as fast as it can where nothing is asked for', () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ labelDelay: 7, skipBad: false });
    expect(options?.input).toMatch(/models\/visa-fraud\/sample\/transactions\.csv\.gz$/);
    for (const name of ['rate', 'limit', 'model', 'workers', 'json', 'output'])
      expect(options).not.toHaveProperty(name);
  });

  it('reads every option', () => {
    const args =
      '--input a.csv --rate 0.5 --limit 10 --model m --workers 3 --label-delay 2 --json r --output o --skip-bad';
    expect(parseOptions(args.split(' '))).toEqual({
      input: 'a.csv',
      rate: 0.5,
      limit: 10,
      model: 'm',
      workers: 3,
      labelDelay: 2,
      json: 'r',
      output: 'o',
      skipBad: true,
    });
  });

  it('reads versions beside the model; a challenger gets a tenth where no share is given', () => {
    expect(parseOptions('--challenger c --share 0.25 --shadow s'.split(' '))).toMatchObject({
      challenger: 'c',
      share: 0.25,
      shadow: 's',
    });
    expect(parseOptions(['--challenger', 'c'])?.share).toBe(0.1);
    for (const name of ['challenger', 'share', 'shadow']) expect(parseOptions([])).not.toHaveProperty(name);
    expect(failure('--share', '0.2', '--shadow', 's')).toMatch(/^--share 0\.2: expected a --challenger/);
  });

  it.each([
    ['--rate', '0', 'expected a number above 0, at most 1000000'],
    ['--rate', '-5', 'expected a number above 0'],
    ['--rate', 'fast', 'expected a number above 0'],
    ['--rate', '1e3', 'expected a number above 0'],
    ['--rate', '', 'expected a number above 0'],
    ['--limit', '0', 'expected a whole number from 1 to'],
    ['--limit', '1.5', 'expected a whole number from 1 to'],
    ['--workers', '257', 'expected a whole number from 1 to 256'],
    ['--workers', 'two', 'expected a whole number from 1 to 256'],
    ['--label-delay', '366', 'expected a number of days from 0 to 365'],
    ['--input', '', 'expected a path'],
    ['--model', '', 'expected a path'],
    ['--challenger', '', 'expected a path'],
    ['--shadow', '', 'expected a path'],
    ['--share', '0', 'expected a number above 0 and below 1'],
    ['--share', '1', 'expected a number above 0 and below 1'],
    ['--share', 'half', 'expected a number above 0 and below 1'],
  ])('refuses %s %j in one line that says what was expected', (flag, value, expected) => {
    const message = failure(flag, value);
    expect(message).toContain(flag);
    expect(message).toContain(`'${value}'`);
    expect(message).toContain(expected);
    expect(message).not.toContain('\n');
  });

  it('refuses a flag that it does not know, and one without its value, in one line', () => {
    expect(failure('--speed', '3')).toBe("unknown option '--speed' (--help lists the options)");
    expect(failure('--rate')).toBe("option '--rate <n>' argument missing (--help lists the options)");
    expect(failure('file.csv')).toMatch(/^too many arguments.*\(--help lists the options\)$/);
  });

  it('writes help that names every option, and asks for no run', () => {
    const written: string[] = [];
    expect(parseOptions(['--help'], (text) => written.push(text))).toBeUndefined();
    const versions = ['challenger', 'share', 'shadow'];
    for (const flag of [
      ...['input', 'rate', 'limit', 'model', ...versions, 'workers', 'label-delay', 'json', 'output', 'skip-bad'],
    ]) {
      expect(written.join('')).toContain(`--${flag}`);
    }
  });

  it('writes the version, and asks for no run', () => {
    const written: string[] = [];
    expect(parseOptions(['--version'], (text) => written.push(text))).toBeUndefined();
    expect(written.join('')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
