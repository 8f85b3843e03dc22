import { LatencyHistogram } from '../../../src/monitoring/latency-histogram.js';
import type { Cell, ResultTable } from '../../report/result.js';
import { figureOf } from '../../statistics.js';

/** What a `deploy` does one after the other. `between`: there is none. */
export const swapPhases = ['reading', 'threads', 'sessions', 'replacing', 'between'] as const;

export type SwapPhase = (typeof swapPhases)[number];

const words: Record<SwapPhase, string> = {
  reading: 'reads the directory, until the first thread is made',
  threads: 'makes threads, until the first runs JavaScript',
  sessions: 'opens sessions, warms up, asks nvidia-smi, until it serves',
  replacing: 'waits for the version before, until deploy() resolves',
  between: 'between swaps',
};

/** What is measured in each phase, in ms. */
export const measures = ['request', 'loop', 'inference', 'round trip less inference'] as const;

export type Measure = (typeof measures)[number];

/** Something that took long, for the list of the longest. */
interface Stall {
  what: Measure;
  tookMs: number;
  phase: SwapPhase;
  /** When it began, from the call of `deploy` on. */
  afterMs: number;
}

/** Of each measure. */
const mostStalls = 5;

const leastStallMs = 2;

/** Where the time of hot updates goes: how long each phase takes, and what a request, the event loop and a batch took in it. */
export class SwapPhases {
  /** When each phase of the present swap, or of the last one, began: in order. */
  #marks: { phase: SwapPhase; at: number }[] = [];
  readonly #durations = new Map<SwapPhase, number[]>();
  /** By phase, then by measure: nothing is made for each request. */
  readonly #seen = swapPhases.map(() => measures.map(() => ({ histogram: new LatencyHistogram(), maxMs: 0 })));
  #stalls: Stall[] = [];

  /** `deploy` is called. */
  begin(now: number): void {
    this.#marks = [{ phase: 'reading', at: now }];
  }

  /** A phase begins. It is ignored where no swap is under way, or that phase has been passed. */
  enter(phase: SwapPhase, now: number): void {
    const last = this.#marks.at(-1);
    if (last === undefined || swapPhases.indexOf(phase) <= swapPhases.indexOf(last.phase)) return;
    const durations = this.#durations.get(last.phase) ?? [];
    durations.push(now - last.at);
    this.#durations.set(last.phase, durations);
    this.#marks.push({ phase, at: now });
  }

  /** Counts what began at `from`, which must be about now, for the phase in which it began or, if that was between swaps, in which it ended. */
  record(what: Measure, from: number, until: number, tookMs = until - from): void {
    const first = this.#phaseAt(from);
    const phase = first === 'between' ? this.#phaseAt(until) : first;
    const seen = this.#seen[swapPhases.indexOf(phase)]?.[measures.indexOf(what)];
    seen?.histogram.record(Math.max(0, tookMs));
    if (seen !== undefined && tookMs > seen.maxMs) seen.maxMs = tookMs;
    // Requests that wait for a stall are many: what they wait for is listed.
    if (what === 'request' || phase === 'between' || tookMs < leastStallMs) return;
    const alike = this.#stalls.filter((stall) => stall.what === what);
    alike.push({ what, tookMs, phase, afterMs: from - (this.#marks[0]?.at ?? from) });
    alike.sort((one, other) => other.tookMs - one.tookMs);
    this.#stalls = [...this.#stalls.filter((stall) => stall.what !== what), ...alike.slice(0, mostStalls)];
  }

  get tables(): ResultTable[] {
    const rows = swapPhases.map((phase, place): Cell[] => {
      const durations = this.#durations.get(phase) ?? [];
      const took: Cell = durations.length === 0 || phase === 'between' ? null : figureOf(durations);
      const cells = (this.#seen[place] ?? []).flatMap(({ histogram, maxMs }): Cell[] => {
        const p99 = histogram.percentile(99);
        return p99 === null ? [null, null] : [figureOf([p99]), figureOf([maxMs])];
      });
      return [words[phase], took, ...cells];
    });
    const columns = measures.flatMap((what) => [
      { name: `${what}, P99`, unit: 'ms' as const },
      { name: `${what}, max`, unit: 'ms' as const },
    ]);
    return [
      {
        title: 'Where the time of a swap goes',
        columns: [{ name: 'deploy()' }, { name: 'takes', unit: 'ms' }, ...columns],
        rows,
      },
      {
        title: 'The longest stalls within swaps',
        columns: [
          { name: '' },
          { name: 'took', unit: 'ms' },
          { name: 'began after deploy()', unit: 'ms' },
          { name: 'phase' },
        ],
        rows: this.#stalls.map(({ what, tookMs, afterMs, phase }) => [
          what,
          figureOf([tookMs]),
          figureOf([afterMs]),
          phase,
        ]),
      },
    ];
  }

  /** The last phase that had begun then. */
  #phaseAt(time: number): SwapPhase {
    for (let index = this.#marks.length - 1; index >= 0; index -= 1) {
      const mark = this.#marks[index];
      if (mark !== undefined && mark.at <= time) return mark.phase;
    }
    return 'between';
  }
}
