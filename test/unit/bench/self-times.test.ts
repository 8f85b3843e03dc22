import { expect, test } from 'vitest';
import { isCpuProfile, selfTimes } from '../../../bench/profile/self-times.js';
import { threadOf } from '../../../bench/profile/thread-of.js';

const node = (id: number, functionName: string, url = '', lineNumber = 0) => {
  return { id, callFrame: { functionName, url, lineNumber } };
};

test('self time is that of the samples with the function on top, as a share of the time the thread was busy', () => {
  const nodes = [node(1, '(idle)'), node(2, 'gather', 'file:///dist/worker.js', 9), node(3, '', 'file:///src/a.ts')];
  const profile = { nodes, samples: [1, 2, 3, 2], timeDeltas: [60, 20, 10, 10] };
  expect(selfTimes(profile, 1)).toEqual([
    { label: 'gather worker.js:10', share: 0.75 },
    { label: '(idle)', share: 0.6 },
    { label: '(anonymous) a.ts', share: 0.25 },
  ]);
});

test('a function that is called from two places is one', () => {
  const nodes = [node(1, 'copy', 'file:///b.js'), node(2, 'copy', 'file:///b.js')];
  expect(selfTimes({ nodes, samples: [1, 2], timeDeltas: [5, 5] }, 1)).toEqual([{ label: 'copy b.js:1', share: 1 }]);
});

test('what lies before the end by more than is asked for is left out', () => {
  const profile = { nodes: [node(1, 'start'), node(2, 'run')], samples: [1, 2], timeDeltas: [9_000, 1_000] };
  expect(selfTimes(profile, 1)).toEqual([{ label: 'run', share: 1 }]);
});

test('a profile is told from other JSON', () => {
  expect(isCpuProfile({ nodes: [], samples: [], timeDeltas: [] })).toBe(true);
  expect(isCpuProfile({ nodes: [] })).toBe(false);
  expect(isCpuProfile(null)).toBe(false);
});

test("threads are told by what they run; the TypeScript loader's is none of the scorer's", () => {
  const of = (...urls: string[]) =>
    threadOf({ nodes: urls.map((url, id) => node(id, '', url)), samples: [], timeDeltas: [] });
  expect(of('file:///bench/load/closed-loop.ts')).toBe('host');
  expect(of('file:///dist/worker.js', 'file:///onnxruntime-node/dist/binding.js')).toBe('worker');
  expect(of('file:///node_modules/tsx/dist/esm/index.mjs')).toBeNull();
});
