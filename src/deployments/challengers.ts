import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';
import { armOf } from './routing.js';

/** A version that answers a share of the requests. */
export interface Challenger<Version = Deployment> {
  readonly deployment: Version;
  /** Its share of the traffic, in [0, 1]. */
  readonly share: number;
}

/**
 * The challengers beside the primary, at most two. The first gets the routing keys at the lower end, the second those at the upper end, so
 * that neither takes keys from the other.
 */
export class Challengers<Version = Deployment> {
  readonly #places: [Challenger<Version> | null, Challenger<Version> | null] = [null, null];

  /** By position; null if the position is free. */
  get places(): readonly (Challenger<Version> | null)[] {
    return this.#places;
  }

  get all(): readonly Challenger<Version>[] {
    return this.#places.filter((challenger) => challenger !== null);
  }

  /** Whether there are already two challengers. */
  get isFull(): boolean {
    return !this.#places.includes(null);
  }

  find(deployment: Version): Challenger<Version> | null {
    return this.#places.find((challenger) => challenger?.deployment === deployment) ?? null;
  }

  /** The sum of all shares except one. */
  shareBut(except: Version | null): number {
    let share = 0;
    for (const challenger of this.all) if (challenger.deployment !== except) share += challenger.share;
    return share;
  }

  /** The arm that answers a request at this position in [0, 1), and its version; null for the primary. */
  at(place: number): { arm: Arm; deployment: Version | null } {
    const [first, second] = this.#places;
    const arm = armOf(place, first?.share ?? 0, second?.share ?? 0);
    const challenger = arm === 0 ? null : this.#places[arm - 1];
    return { arm, deployment: challenger?.deployment ?? null };
  }

  /** Sets a challenger's share. A new challenger takes a free position. @throws {Error} if there is none. */
  set(deployment: Version, share: number): void {
    const known = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    const place = known === -1 ? this.#places.indexOf(null) : known;
    if (place === -1) throw new Error('there are two challengers already');
    this.#places[place] = { deployment, share };
  }

  /** @returns whether it was a challenger. */
  drop(deployment: Version): boolean {
    const place = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    if (place === -1) return false;
    this.#places[place] = null;
    return true;
  }
}
