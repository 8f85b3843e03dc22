import { type FraudScorerError, InvalidRequestError, UnavailableError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import { noRow } from '../../../requests/request-table.js';
import { describeRefusal, type PermissionRefusal } from '../not-permitted.js';
import { layoutOfText } from '../wire/layout.js';
import { isRefusal, type Refusal, readRefusal } from '../wire/refusal.js';
import { readReply } from '../wire/reply-frame.js';
import type { FleetNodes } from './fleet-nodes.js';
import type { Frame, FramesInFlight } from './frames.js';
import { limitRows, markBusy, trust } from './nodes.js';
import type { OpenRequests } from './open-requests.js';
import type { Retries } from './retries.js';

interface RepliesOptions {
  open: OpenRequests;
  nodes: FleetNodes;
  frames: FramesInFlight;
  retries: Retries;
  clock: Clock;
  /** The subject of the service. */
  subject: string;
  /** A frame came back. */
  onFrame: (rows: number, durationMs: number) => void;
  onBadMessage: (reason: string) => void;
}

/** Errors with which a node says that it did not decide, and another may. */
const retryable: ReadonlySet<string> = new Set(['ERR_QUEUE_FULL', 'ERR_WORKER_LOST', 'ERR_CLOSED', 'ERR_UNAVAILABLE']);

/** Handles what comes back for a frame: outcomes, a refusal, or that nobody listens. */
export class Replies {
  readonly #options: RepliesOptions;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** A node has replied. */
  handle(frame: Frame, data: Uint8Array): void {
    const { frames, retries, onBadMessage } = this.#options;
    try {
      if (isRefusal(data)) this.#refused(frame, readRefusal(data));
      else this.#answered(frame, data);
    } catch {
      onBadMessage('an answer of a node cannot be read');
      frames.drop(frame);
      retries.retry(frame, frame.node, 'A node gave an answer that cannot be read');
    }
  }

  /** No node listens on the subject of the service. @param isSure false: nodes may come at once, and its rows wait again. */
  nobody(frame: Frame, isSure: boolean): void {
    const { open, frames, retries, subject } = this.#options;
    frames.drop(frame);
    if (!isSure) {
      retries.again(frame);
      return;
    }
    const error = new UnavailableError(`No node of the fleet listens on ${subject}`);
    for (const row of frames.openRows(frame)) open.fail(row, error);
  }

  /** The frame could not be sent, whatever node it was for. */
  unsent(frame: Frame): void {
    this.#lost(frame, 'The connection to the NATS server takes no messages');
  }

  /** The server has dropped the frames to this subject. */
  notPermitted(refusal: PermissionRefusal): void {
    for (const frame of this.#options.frames.all) {
      if (frame.node.subject === refusal.subject) this.#lost(frame, `The NATS server ${describeRefusal(refusal)}`);
    }
  }

  #lost(frame: Frame, message: string): void {
    const { open, frames } = this.#options;
    frames.drop(frame);
    for (const row of frames.openRows(frame)) open.fail(row, new UnavailableError(message));
  }

  /** The node that a frame was sent to is gone. */
  gone(frame: Frame): void {
    const { nodes, frames, retries } = this.#options;
    const { node } = frame;
    frames.drop(frame);
    nodes.remove(node);
    this.#useLayout();
    retries.gone(frame, 'The node that was asked is gone');
  }

  #answered(frame: Frame, data: Uint8Array): void {
    const { open, frames, clock, onFrame } = this.#options;
    const reply = readReply(data, (place) => {
      const row = frames.openRow(frame, place);
      return row === noRow ? undefined : open.table.id[row];
    });
    if (reply.rows !== frame.rows.length) throw new Error('the reply has another number of rows than the frame');
    const now = clock.now();
    // Errors may come from a node whose workers hang.
    if (frame.node.isSuspect && reply.outcomes.some((outcome) => !(outcome instanceof Error))) trust(frame.node);
    if (frames.hear(frame, reply.places, now)) {
      frames.drop(frame);
      frame.node.times.record(frame.isGivenUp ? 2 * frame.limitMs : now - frame.sentAt);
      onFrame(frame.rows.length, now - frame.sentAt);
    }
    for (const [index, outcome] of reply.outcomes.entries()) {
      const row = frames.openRow(frame, reply.places[index] as number);
      if (row === noRow) continue;
      if (outcome instanceof Error) this.#failed(frame, row, outcome);
      else open.answer(row, outcome, now);
    }
  }

  #failed(frame: Frame, row: number, error: FraudScorerError): void {
    const { open, retries, clock } = this.#options;
    // The row was sent again, and the other node may still answer.
    if (open.frame[row] !== frame.id) return;
    if (!retryable.has(error.code)) {
      open.fail(row, error);
      return;
    }
    if (error.code === 'ERR_QUEUE_FULL') {
      markBusy(frame.node, clock.now());
      retries.refusedRow(row, frame.node, true, error);
      return;
    }
    if (error.code === 'ERR_CLOSED') {
      retries.refusedRow(row, frame.node, false, new UnavailableError('The node that was asked is closing'));
      return;
    }
    retries.retryRow(row, frame.node, error);
  }

  #refused(frame: Frame, { kind, detail }: Refusal): void {
    const { open, nodes, frames, retries, clock } = this.#options;
    const { node } = frame;
    frames.drop(frame);
    if (kind === 'layout') {
      const layout = layoutOfText(detail);
      // Packed rows that it refuses although it should know them are sent whole.
      node.layout = layout?.hash === frame.layout?.hash ? null : layout;
      this.#useLayout();
      retries.again(frame);
    } else if (kind === 'tooLarge' && frame.rows.length > 1) {
      limitRows(node, frame.rows.length, clock.now());
      retries.again(frame);
    } else if (kind === 'tooLarge') {
      const issue = { path: 'request', expected: 'a request that the node takes', received: detail };
      for (const row of frames.openRows(frame)) open.fail(row, new InvalidRequestError([issue]));
    } else {
      if (kind === 'busy') markBusy(node, clock.now());
      if (kind === 'draining') {
        nodes.remove(node);
        this.#useLayout();
      }
      retries.refused(frame, kind, `A node refused the request: ${detail}`);
    }
  }

  /** Requests are packed if all nodes have the same layout. */
  #useLayout(): void {
    this.#options.open.rows.use(this.#options.nodes.layout);
  }
}
