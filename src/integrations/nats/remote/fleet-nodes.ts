import { subjectsOf } from '../subjects.js';
import type { PackedLayout } from '../wire/layout.js';
import { readFoundNode } from './discovery.js';
import { chooseNode, newNode, type RemoteNode } from './nodes.js';

/** The nodes that a client knows. */
export class FleetNodes {
  /** Stands for the queue group, while no node is known. */
  readonly group: RemoteNode;
  readonly #subject: string;
  readonly #nodes = new Map<string, RemoteNode>();

  constructor(subject: string) {
    this.#subject = subject;
    this.group = newNode('', subjectsOf(subject).score, Number.NEGATIVE_INFINITY);
  }

  get counts(): { known: number; ready: number; busy: number } {
    const all = [...this.#nodes.values()];
    return {
      known: all.length,
      ready: all.filter(({ isSuspect }) => !isSuspect).length,
      busy: all.filter(({ frames }) => frames > 0).length,
    };
  }

  get size(): number {
    return this.#nodes.size;
  }

  [Symbol.iterator](): IterableIterator<RemoteNode> {
    return this.#nodes.values();
  }

  /**
   * The layout that all nodes have; null if they differ, or one has none. Values are rounded to float32 when they are packed, so no node may have
   * inputs of other types: it would get the rounded values.
   */
  get layout(): PackedLayout | null {
    let shared: PackedLayout | null = null;
    for (const { layout } of this.#nodes.values()) {
      if (layout === null || (shared !== null && shared.hash !== layout.hash)) return null;
      shared = layout;
    }
    return shared;
  }

  /** A node told of itself. @returns it; null if it is not a node of this service. */
  learn(data: Uint8Array, now: number): RemoteNode | null {
    const found = readFoundNode(data, this.#subject);
    if (found === null) return null;
    let node = this.#nodes.get(found.id);
    if (node === undefined || node.subject !== found.subject) {
      node = newNode(found.id, found.subject, now);
      this.#nodes.set(found.id, node);
    }
    node.layout = found.layout;
    return node;
  }

  remove(node: RemoteNode): void {
    if (this.#nodes.get(node.id) === node) this.#nodes.delete(node.id);
  }

  /** Removes nodes that have answered neither questions nor frames since then. If one comes back, it is found again. */
  forgetSilent(since: number): void {
    for (const node of [...this.#nodes.values()]) if (node.seenAt < since && node.frames === 0) this.remove(node);
  }

  /**
   * The node for requests that were sent to `avoid` before. That node itself if there is no other, as long as it is known. The queue group if
   * none is known.
   */
  choose(avoid: RemoteNode | null, now: number): RemoteNode | null {
    const node = chooseNode(this.#nodes.values(), avoid, now);
    if (node !== null) return node;
    if (this.#nodes.size === 0) return this.group;
    return avoid !== null && this.#nodes.get(avoid.id) === avoid ? avoid : null;
  }

  /** Whether another node could answer what this one did not. */
  hasOther(than: RemoteNode | null, now: number): boolean {
    return than === null || this.otherOf(than, now) !== null || this.#nodes.get(than.id) !== than;
  }

  /** The best node but this one; null if no other is known. */
  otherOf(node: RemoteNode, now: number): RemoteNode | null {
    return chooseNode(this.#nodes.values(), node, now);
  }
}
