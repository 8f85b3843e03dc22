import { expect, test } from 'vitest';
import { exceptionText, exitCode, problemWithEnd } from '../../../bench/gpu/faults/ways-to-end.js';

test('each host ends in its own way', () => {
  expect(problemWithEnd('exit', String(exitCode), '')).toBeNull();
  expect(problemWithEnd('exception', '1', `Error: ${exceptionText}`)).toBeNull();
  expect(problemWithEnd('signal', 'SIGTERM', '')).toBeNull();
  expect(problemWithEnd('natural end', '0', '')).toBeNull();
});

test('an abort is told, with what was written', () => {
  expect(problemWithEnd('exit', 'SIGABRT', 'Napi::Error\n')).toBe(
    `exit: ended with SIGABRT, expected ${exitCode}; Napi::Error`,
  );
});

test('an exception that is not its own is no end of its own', () => {
  expect(problemWithEnd('exception', '1', 'Error: no device')).toContain('another reason');
});
