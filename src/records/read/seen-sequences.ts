/** Numbers that were left out: from the first up to the one before the end. */
interface Gap {
  from: number;
  end: number;
  /** Whether they are known to be lost, and not only in a file that is not read. */
  isTold: boolean;
}

/** So many gaps of a run are kept, the latest of them. */
const mostGaps = 10_000;

/**
 * The sequence numbers of a run that were read. They come in order, but for two cases: a disk that was full can leave some twice, and a damaged or
 * changed number, or files in another order, can leave right ones behind it.
 */
export class SeenSequences {
  /** The number that should come next. */
  next: number;
  /** In order. */
  readonly #gaps: Gap[] = [];

  /** @param next where the run begins, as far as it is read. */
  constructor(next: number) {
    this.next = next;
    if (next > 0) this.#gaps.push({ from: 0, end: next, isTold: false });
  }

  /** @returns `late` where it was told as lost, `repeated` where it was read before. */
  take(sequence: number): 'new' | 'late' | 'repeated' {
    if (sequence >= this.next) {
      if (sequence > this.next) this.#add({ from: this.next, end: sequence, isTold: true });
      this.next = sequence + 1;
      return 'new';
    }
    const index = this.#gapOf(sequence);
    const gap = this.#gaps[index];
    if (gap === undefined || sequence < gap.from) return 'repeated';
    const { from, end, isTold } = gap;
    const left = [
      { from, end: sequence, isTold },
      { from: sequence + 1, end, isTold },
    ].filter((part) => part.from < part.end);
    this.#gaps.splice(index, 1, ...left);
    return isTold ? 'late' : 'new';
  }

  #add(gap: Gap): void {
    this.#gaps.push(gap);
    if (this.#gaps.length > mostGaps) this.#gaps.shift();
  }

  /** The first gap that ends behind a number. */
  #gapOf(sequence: number): number {
    let [low, high] = [0, this.#gaps.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#gaps[middle] as Gap).end > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
