import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';
import { armOf } from './routing.js';

/** A version that answers a share of the requests. */
export interface Challenger {
  readonly deployment: Deployment;
  /** Its share of the traffic, in [0, 1]. */
  readonly share: number;
}

/** This many requests may always wait for a challenger, however small its share, because requests come in bursts. */
const leastQueue = 256;

/**
 * The challengers beside the primary, at most two. The first gets the routing keys at the lower end, the second those at the upper end, so
 * that neither takes keys from the other.
 */
export class Challengers {
  readonly #places: [Challenger | null, Challenger | null] = [null, null];

  /** By position; null if the position is free. */
  get places(): readonly (Challenger | null)[] {
    return this.#places;
  }

  get all(): readonly Challenger[] {
    return this.#places.filter((challenger) => challenger !== null);
  }

  /** Whether there are already two challengers. */
  get isFull(): boolean {
    return !this.#places.includes(null);
  }

  find(deployment: Deployment): Challenger | null {
    return this.#places.find((challenger) => challenger?.deployment === deployment) ?? null;
  }

  /** The sum of all shares except one. */
  shareBut(except: Deployment | null): number {
    let share = 0;
    for (const challenger of this.all) if (challenger.deployment !== except) share += challenger.share;
    return share;
  }

  /** The arm that answers a request at this position in [0, 1), and its version; null for the primary. */
  at(place: number): { arm: Arm; deployment: Deployment | null } {
    const [first, second] = this.#places;
    const arm = armOf(place, first?.share ?? 0, second?.share ?? 0);
    const challenger = arm === 0 ? null : this.#places[arm - 1];
    return { arm, deployment: challenger?.deployment ?? null };
  }

  /** Whether the requests that wait for this challenger use up its share of the queue. */
  isCrowded(index: number, maxQueueSize: number): boolean {
    for (const challenger of this.#places) {
      if (challenger === null || challenger.deployment.index !== index) continue;
      return challenger.deployment.batcher.waiting >= Math.max(leastQueue, challenger.share * maxQueueSize);
    }
    return false;
  }

  /** Sets a challenger's share. A new challenger takes a free position. @throws {Error} if there is none. */
  set(deployment: Deployment, share: number): void {
    const known = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    const place = known === -1 ? this.#places.indexOf(null) : known;
    if (place === -1) throw new Error('there are two challengers already');
    this.#places[place] = { deployment, share };
  }

  /** @returns whether it was a challenger. */
  drop(deployment: Deployment): boolean {
    const place = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    if (place === -1) return false;
    this.#places[place] = null;
    return true;
  }
}
