// The memory in which entries wait for their writer: a ring that one thread fills and another empties. It is shared by both.

/** Entries begin at multiples of so many bytes. Places in the ring are counted in this unit, over its whole life, modulo 2³². */
export const unitBytes = 8;

/** Where control words lie, in words of 4 bytes. */
export const ringWords = {
  /** Up to where entries are whole: the filling thread's. */
  head: 0,
  /** From where entries are still there. The emptying thread moves it; where the oldest are dropped, the filling one does too. */
  tail: 1,
  /** What the emptying thread waits on. */
  wake: 2,
  /** 1 while the emptying thread waits for its sink: a disk, or the host. The emptying thread's. */
  atSink: 3,
} as const;

/** Counts, in words of 8 bytes behind the control words: the emptying thread's. */
export const ringCounts = { written: 0, bytes: 1, files: 2, deletedFiles: 3, handed: 4 } as const;

const controlBytes = 64;
const countsBytes = 64;

export interface RingMemory {
  control: SharedArrayBuffer;
  data: SharedArrayBuffer;
}

/** @param bytes rounded up to a power of two. @throws {RangeError} where there is no memory. */
export function ringMemory(bytes: number): RingMemory {
  return {
    control: new SharedArrayBuffer(controlBytes + countsBytes),
    data: new SharedArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(bytes, 4_096)))),
  };
}

export function ringControl({ control }: RingMemory): Int32Array {
  return new Int32Array(control, 0, controlBytes / 4);
}

export function ringCountsOf({ control }: RingMemory): BigInt64Array {
  return new BigInt64Array(control, controlBytes, countsBytes / 8);
}

/** Has the thread that empties the ring look now. */
export function wake(memory: RingMemory): void {
  const control = ringControl(memory);
  Atomics.add(control, ringWords.wake, 1);
  Atomics.notify(control, ringWords.wake);
}

/** An entry that only fills the rest up to the ring's end. Real entries have another kind. */
export const fillerKind = 0;
