import { describe, expect, it } from 'vitest';
import { addressSpace, dataMemory, memoryLeftMb } from '../../../src/host/memory-limits.js';

const limits = (space: string, data: string): string =>
  [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    `Max data size             ${data}            unlimited            bytes     `,
    `Max address space         ${space}           unlimited            bytes     `,
  ].join('\n');
const status = 'Name:\tnode\nVmPeak:\t  999999 kB\nVmSize:\t 1048576 kB\nVmData:\t  102400 kB\n';

const files = (limitsText: string | null) => (path: string) => (path === '/proc/self/limits' ? limitsText : status);

describe('the memory that a process may still take', () => {
  it('is its limit less what it has', () => {
    const read = files(limits('4294967296', '209715200'));
    expect(memoryLeftMb(addressSpace, read)).toBe(3072);
    expect(memoryLeftMb(dataMemory, read)).toBe(100);
  });

  it('is not known where there is no limit, or nothing can be read', () => {
    expect(memoryLeftMb(addressSpace, files(limits('unlimited', 'unlimited')))).toBeNull();
    expect(memoryLeftMb(dataMemory, files(limits('4294967296', 'unlimited')))).toBeNull();
    expect(memoryLeftMb(addressSpace, files(null))).toBeNull();
    expect(memoryLeftMb(addressSpace, (path) => (path === '/proc/self/limits' ? limits('1', '1') : null))).toBeNull();
  });
});
