import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { progressBar } from '../../../src/cli/progress-bar.js';

function stream(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const through = new PassThrough();
  const terminal = { isTTY, columns: 100, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  const stream = Object.assign(through, terminal) as unknown as NodeJS.WriteStream;
  return { stream, text: () => String(through.read() ?? '') };
}

describe('progressBar', () => {
  it('draws on a terminal', () => {
    const { stream: terminal, text } = stream(true);
    const bar = progressBar(terminal);
    bar.update(50, 100, 1_234);
    bar.stop();
    expect(text()).toContain('rows');
  });

  it('writes nothing where there is no terminal', () => {
    const { stream: pipe, text } = stream(false);
    const bar = progressBar(pipe);
    bar.update(50, 100, 1_234);
    bar.stop();
    expect(text()).toBe('');
  });
});
