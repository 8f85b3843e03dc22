import type { Clock, Timer } from '../../../host/clock.js';
import type { FleetNodes } from './fleet-nodes.js';

/** After so many questions without an answer a node is not known any more. */
const silentRounds = 5;

interface NodeFinderOptions {
  nodes: FleetNodes;
  clock: Clock;
  everyMs: number;
  /** Asks all nodes to tell of themselves. */
  ask: () => void;
  /** The nodes, or what they take, may have changed. */
  onChange: () => void;
}

/** Asks again and again which nodes there are. */
export class NodeFinder {
  readonly #options: NodeFinderOptions;
  readonly #rounds: Timer;
  /** Whether the last question reached nobody. */
  #isNobody = false;
  /** Whether a node, of this service or another, has ever told of itself. */
  #isTold = false;
  /** Resolves when a node has answered, or it is clear that none is there. */
  readonly first: Promise<void>;
  #onFirst: () => void = () => {};

  constructor(options: NodeFinderOptions) {
    const { nodes, clock, everyMs, ask, onChange } = options;
    this.#options = options;
    this.first = new Promise((resolve) => {
      this.#onFirst = resolve;
    });
    this.#rounds = clock.every(everyMs, () => {
      nodes.forgetSilent(clock.now() - silentRounds * everyMs);
      onChange();
      ask();
    });
  }

  /** Whether requests may be answered though no node is known, because those that listen do not answer questions. */
  get reachesGroup(): boolean {
    const { nodes, clock, everyMs } = this.#options;
    if (nodes.size > 0) return false;
    return (!this.#isTold && !this.#isNobody) || clock.now() - nodes.group.seenAt < silentRounds * everyMs;
  }

  /** What came back for a question. @param isNobody no node is there. */
  found(data: Uint8Array, isNobody: boolean): void {
    const { nodes, clock, onChange } = this.#options;
    this.#isNobody = isNobody;
    if (isNobody) {
      this.#onFirst();
      return;
    }
    this.#isTold = true;
    const node = nodes.learn(data, clock.now());
    if (node === null) return;
    node.seenAt = clock.now();
    onChange();
    this.#onFirst();
  }

  dispose(): void {
    this.#rounds.clear();
  }
}
