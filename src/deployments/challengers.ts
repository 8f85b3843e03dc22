import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';
import { armOf } from './routing.js';

/** A version that answers a share of the requests. */
export interface Challenger<Version = Deployment> {
  readonly deployment: Version;
  /** Of the traffic, in [0, 1]. */
  readonly share: number;
}

/**
 * The versions that answer a share beside the primary, at most two: the first has the keys at the lower end, the second those at the upper,
 * so that neither takes any of the other's.
 */
export class Challengers<Version = Deployment> {
  readonly #places: [Challenger<Version> | null, Challenger<Version> | null] = [null, null];

  /** By place; null where there is none. */
  get places(): readonly (Challenger<Version> | null)[] {
    return this.#places;
  }

  get all(): readonly Challenger<Version>[] {
    return this.#places.filter((challenger) => challenger !== null);
  }

  /** Whether there are two already. */
  get isFull(): boolean {
    return !this.#places.includes(null);
  }

  find(deployment: Version): Challenger<Version> | null {
    return this.#places.find((challenger) => challenger?.deployment === deployment) ?? null;
  }

  /** What all have together, but for one. */
  shareBut(except: Version | null): number {
    let share = 0;
    for (const challenger of this.all) if (challenger.deployment !== except) share += challenger.share;
    return share;
  }

  /** Which arm answers a request at this place of [0, 1), and its version; null for the primary's. */
  at(place: number): { arm: Arm; deployment: Version | null } {
    const [first, second] = this.#places;
    const arm = armOf(place, first?.share ?? 0, second?.share ?? 0);
    const challenger = arm === 0 ? null : this.#places[arm - 1];
    return { arm, deployment: challenger?.deployment ?? null };
  }

  /** Gives a challenger its share; one that is new gets a free place. @throws {Error} where there is none. */
  set(deployment: Version, share: number): void {
    const known = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    const place = known === -1 ? this.#places.indexOf(null) : known;
    if (place === -1) throw new Error('there are two challengers already');
    this.#places[place] = { deployment, share };
  }

  /** @returns whether it was one. */
  drop(deployment: Version): boolean {
    const place = this.#places.findIndex((challenger) => challenger?.deployment === deployment);
    if (place === -1) return false;
    this.#places[place] = null;
    return true;
  }
}
