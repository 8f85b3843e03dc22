import type * as Fs from 'node:fs';

/** The calls of `node:fs` that tests have fail, by name: the code of the error, and how often it comes. */
export interface DiskFaults {
  calls: Partial<Record<FailingCall, { code: string; times: number }>>;
  /** Descriptors that are open now. */
  open: Set<number>;
}

const names = ['fsyncSync', 'ftruncateSync', 'writevSync', 'writeFileSync', 'unlinkSync', 'readdirSync'] as const;
type FailingCall = (typeof names)[number];

/**
 * `node:fs` with calls that fail as `faults` says, for `vi.mock('node:fs', …)`. A `writevSync` that fails has written half of its first part, as on a disk that becomes
 * full in the middle.
 */
export function failingDisk(fs: typeof Fs, faults: DiskFaults): typeof Fs {
  const fail = (name: FailingCall): void => {
    const fault = faults.calls[name];
    if (fault === undefined || fault.times === 0) return;
    fault.times -= 1;
    throw Object.assign(new Error(`${fault.code}: made by a test, ${name}`), {
      code: fault.code,
      syscall: name.replace('Sync', ''),
    });
  };
  return {
    ...fs,
    openSync: (...args: Parameters<typeof Fs.openSync>) => {
      const descriptor = fs.openSync(...args);
      faults.open.add(descriptor);
      return descriptor;
    },
    closeSync: (descriptor) => {
      faults.open.delete(descriptor);
      fs.closeSync(descriptor);
    },
    fsyncSync: (descriptor) => {
      fail('fsyncSync');
      fs.fsyncSync(descriptor);
    },
    ftruncateSync: (descriptor, length) => {
      fail('ftruncateSync');
      fs.ftruncateSync(descriptor, length);
    },
    writevSync: (descriptor, parts) => {
      const [first] = parts;
      const left = faults.calls.writevSync?.times ?? 0;
      if (left > 0 && first !== undefined) {
        fs.writeSync(descriptor, new Uint8Array(first.buffer, first.byteOffset, first.byteLength >> 1));
      }
      fail('writevSync');
      return fs.writevSync(descriptor, parts);
    },
    writeFileSync: (...args: Parameters<typeof Fs.writeFileSync>) => {
      fail('writeFileSync');
      fs.writeFileSync(...args);
    },
    unlinkSync: (path) => {
      fail('unlinkSync');
      fs.unlinkSync(path);
    },
    readdirSync: ((...args: Parameters<typeof Fs.readdirSync>) => {
      fail('readdirSync');
      return fs.readdirSync(...args);
    }) as typeof Fs.readdirSync,
  };
}
