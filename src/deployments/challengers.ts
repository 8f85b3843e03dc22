import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';
import { armOf } from './routing.js';

/** A version that answers a share of the requests. */
export interface Challenger {
  readonly deployment: Deployment;
  /** Of the traffic, in [0, 1]. */
  readonly share: number;
}

/** So many may always wait for a challenger, however small its share: they come in bursts. */
const leastQueue = 256;

/**
 * The versions that answer a share beside the primary, at most two: the first has the keys at the lower end, the second those at the upper,
 * so that neither takes any of the other's.
 */
export class Challengers {
  readonly #places: [Challenger | null, Challenger | null] = [null, null];

  /** By place; null where there is none. */
  get places(): readonly (Challenger | null)[] {
    return this.#places;
  }

  get all(): readonly Challenger[] {
    return this.#places.filter((challenger) => challenger !== null);
  }

  /** Whether there are two already. */
  get isFull(): boolean {
    return !this.#places.includes(null);
  }

  find(deployment: Deployment): Challenger | null {
    return this.#places.find((challenger) => challenger?.deployment === deployment) ?? null;
  }

  /** What all have together, but for one. */
  shareBut(except: Deployment | null): number {
    let share = 0;
    for (const challenger of this.all) if (challenger.deployment !== except) share += challenger.share;
    return share;
  }

  /** Which arm answers a request at this place of [0, 1), and its version; null for the primary's. */
  at(place: number): { arm: Arm; deployment: Deployment | null } {
    const [first, second] = this.#places;
    const arm = armOf(place, first?.share ?? 0, second?.share ?? 0);
    const challenger = arm === 0 ? null : this.#places[arm - 1];
    return { arm, deployment: challenger?.deployment ?? null };
  }

  /** Whether as many requests wait for the challenger of this index as its share of the queue. */
  isCrowded(index: number, maxQueueSize: number): boolean {
    for (const challenger of this.#places) {
      if (challenger === null || challenger.deployment.index !== index) continue;
      return challenger.deployment.batcher.waiting >= Math.max(leastQueue, challenger.share * maxQueueSize);
    }
    return false;
  }

  /** Gives a challenger its share; one that is new gets a free place. @throws {Error} where there is none. */
  set(deployment: Deployment, share: number): void {
    const known = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    const place = known === -1 ? this.#places.indexOf(null) : known;
    if (place === -1) throw new Error('there are two challengers already');
    this.#places[place] = { deployment, share };
  }

  /** @returns whether it was one. */
  drop(deployment: Deployment): boolean {
    const place = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    if (place === -1) return false;
    this.#places[place] = null;
    return true;
  }
}
