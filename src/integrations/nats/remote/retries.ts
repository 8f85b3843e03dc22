import { type FraudScorerError, UnavailableError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import type { RefusalKind } from '../wire/refusal.js';
import type { FleetNodes } from './fleet-nodes.js';
import type { Frame, FramesInFlight } from './frames.js';
import { isBusy, type RemoteNode } from './nodes.js';
import type { OpenRequests } from './open-requests.js';

/** A row is given up after so many refusals, or as many as there are nodes. Some nodes are not known, and some leave meanwhile. */
const leastRefusals = 8;

/** Lets rows that were sent wait again, before all others, as long as they may be sent again. */
export class Retries {
  readonly #open: OpenRequests;
  readonly #nodes: FleetNodes;
  readonly #frames: FramesInFlight;
  readonly #clock: Clock;

  constructor(open: OpenRequests, nodes: FleetNodes, frames: FramesInFlight, clock: Clock) {
    this.#open = open;
    this.#nodes = nodes;
    this.#frames = frames;
    this.#clock = clock;
  }

  /** Sends the rows of a frame again, without counting it as an attempt. */
  again(frame: Frame): void {
    for (const row of this.#frames.openRows(frame, 'last')) this.#requeue(row, null);
  }

  /** Sends the rows of a frame to another node than `avoid`. A row that cannot be sent again fails for this reason. */
  retry(frame: Frame, avoid: RemoteNode | null, reason: string): void {
    for (const row of this.#frames.openRows(frame, 'last')) this.retryRow(row, avoid, new UnavailableError(reason));
  }

  /** As `retry`, for one row. @param error what it fails with if it cannot be sent again. */
  retryRow(row: number, avoid: RemoteNode | null, error: FraudScorerError): void {
    const left = this.#open.triesLeft[row] as number;
    if (left === 0 || !this.#nodes.hasOther(avoid, this.#clock.now())) {
      this.#end(row, error);
      return;
    }
    this.#spendTry(row, left, avoid);
  }

  /** The node has refused a frame. */
  refused(frame: Frame, kind: RefusalKind, reason: string): void {
    for (const row of this.#frames.openRows(frame, 'last')) {
      this.refusedRow(row, frame.node, kind === 'busy', new UnavailableError(reason));
    }
  }

  /**
   * The node has refused a row, so it was not scored: it goes to another node without counting as an attempt. Where all nodes are busy, it fails, or
   * waits for room if it is one of a list. @param error what it fails with.
   */
  refusedRow(row: number, node: RemoteNode, isForRoom: boolean, error: FraudScorerError): void {
    const now = this.#clock.now();
    const other = this.#nodes.otherOf(node, now);
    const isOtherBusy = other !== null && isBusy(other, now);
    if ((isForRoom || isOtherBusy) && this.#open.isOfList(row)) {
      this.waitForRoom(row);
      return;
    }
    const refusals = (this.#open.refusals[row] as number) + 1;
    this.#open.refusals[row] = refusals;
    const canGo = other === null ? this.#nodes.size === 0 : !isOtherBusy;
    if (canGo && refusals <= Math.max(leastRefusals, this.#nodes.size)) this.#requeue(row, node);
    else this.#end(row, error);
  }

  /** The row waits for room on a node, as long as its deadline allows. */
  waitForRoom(row: number): void {
    this.#requeue(row, null);
  }

  /** Sends the rows of a slow frame to another node too. A row that cannot be sent again waits on for the answer. */
  hedge(frame: Frame): void {
    for (const row of this.#frames.openRows(frame, 'last')) {
      const left = this.#open.triesLeft[row] as number;
      if (left > 0) this.#spendTry(row, left, frame.node);
    }
  }

  /** The rows of all frames that this node has, or of all nodes, are sent again. The oldest come first. */
  retryAll(node: RemoteNode | null, reason: string): void {
    const frames = this.#frames.all.filter((frame) => node === null || frame.node === node);
    for (const frame of frames) this.#frames.drop(frame);
    for (const frame of frames.reverse()) this.retry(frame, node, reason);
  }

  /** The row cannot be sent again. It fails, unless a slow node that got it before may still answer. */
  #end(row: number, error: FraudScorerError): void {
    if (!this.#frames.fallBack(row)) this.#open.fail(row, error);
  }

  /**
   * Nobody listens to the node's subject any more. This frame, and those that were sent after it, were not received, so they do not count
   * as attempts. Those that were sent before may have been scored. The oldest come first.
   */
  gone(frame: Frame, reason: string): void {
    const others = this.#frames.all.filter(({ node }) => node === frame.node);
    for (const other of others) this.#frames.drop(other);
    for (const one of [...others, frame].sort((a, b) => b.id - a.id)) {
      if (one.id >= frame.id) this.again(one);
      else this.retry(one, one.node, reason);
    }
  }

  #spendTry(row: number, left: number, avoid: RemoteNode | null): void {
    this.#open.triesLeft[row] = left - 1;
    this.#requeue(row, avoid);
  }

  #requeue(row: number, avoid: RemoteNode | null): void {
    this.#open.avoid[row] = avoid;
    this.#open.frame[row] = 0;
    this.#open.waiting.addFirst(row);
  }
}
