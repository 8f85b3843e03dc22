import type { NatsConnection } from '@nats-io/transport-node';
import { UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import type { PermissionRefusal } from '../not-permitted.js';
import { FleetNodes } from './fleet-nodes.js';
import { FramePacker } from './frame-packer.js';
import { decideFrame } from './frame-policy.js';
import { type Frame, FramesInFlight } from './frames.js';
import { Inbox } from './inbox.js';
import { NodeFinder } from './node-finder.js';
import { isBusy, type RemoteNode, rowsFor, takeProbe } from './nodes.js';
import type { OpenRequests } from './open-requests.js';
import { Replies } from './replies.js';
import { Retries } from './retries.js';
import { ServerPulse } from './server-pulse.js';
import { judgeFrames } from './slow-frames.js';

interface DispatcherOptions {
  connection: NatsConnection;
  clock: Clock;
  open: OpenRequests;
  subject: string;
  name: string;
  maxFrameRows: number;
  discoverEveryMs: number;
  /** A frame came back. */
  onFrame: (rows: number, durationMs: number) => void;
  onBadMessage: (reason: string) => void;
}

/** How often frames in flight are checked, in ms. */
const checkMs = 20;
/** How long a list waits for room on busy nodes before it looks again, in ms. */
const busyWaitMs = 5;
/** Nodes listen again a little later than we do after the server was lost. Until then no responders is no news. */
const graceMs = 2_000;

/** Sends the waiting requests in frames to nodes, and knows which nodes there are. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #open: OpenRequests;
  readonly #clock: Clock;
  readonly #nodes: FleetNodes;
  readonly #frames: FramesInFlight;
  readonly #packer: FramePacker;
  readonly #retries: Retries;
  readonly #replies: Replies;
  readonly #inbox: Inbox;
  readonly #pulse: ServerPulse;
  #isPumping = false;
  #gather: Timer | null = null;
  #check: Timer | null = null;
  readonly #finder: NodeFinder;
  #isConnected = true;
  #graceUntil = 0;
  #checkedAt = 0;
  #wasLate = false;

  constructor(options: DispatcherOptions) {
    const { connection, clock, open, subject, onFrame, onBadMessage } = options;
    this.#options = options;
    this.#open = open;
    this.#clock = clock;
    const nodes = new FleetNodes(subject);
    const frames = new FramesInFlight(open);
    const retries = new Retries(open, nodes, frames, clock);
    this.#nodes = nodes;
    this.#frames = frames;
    this.#retries = retries;
    this.#packer = new FramePacker(open, options.maxFrameRows);
    this.#replies = new Replies({ open, nodes, frames, retries, clock, subject, onFrame, onBadMessage });
    this.#pulse = new ServerPulse(connection, clock, () => this.#pump());
    this.#finder = new NodeFinder({
      ...{ nodes, clock, everyMs: options.discoverEveryMs },
      ask: () => {
        if (this.#isConnected) this.discover();
      },
      onChange: () => this.#useLayout(),
    });
    this.#inbox = new Inbox({
      ...{ connection, onBadMessage },
      onReply: (frameId, data, isNobody) => this.#replied(frameId, data, isNobody),
      onFound: (data, isNobody) => this.#found(data, isNobody),
    });
    this.discover();
  }

  get nodes(): { known: number; ready: number; busy: number } {
    return this.#nodes.counts;
  }

  /** See `NodeFinder`. */
  get reachesGroup(): boolean {
    return this.#finder.reachesGroup;
  }

  /** See `NodeFinder`. */
  get firstFound(): Promise<void> {
    return this.#finder.first;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Asks all nodes to tell of themselves. */
  discover(): void {
    this.#inbox.askForNodes(this.#options.name);
  }

  /** A request was added. It is sent once the event loop has handled what is pending, so that requests of one turn go together. */
  wake(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#clock.soon(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  /** What was in flight is sent again. */
  reconnected(): void {
    this.#isConnected = true;
    this.#graceUntil = this.#clock.now() + graceMs;
    this.#pulse.heard();
    this.#retries.retryAll(null, 'The connection to the NATS server was lost');
    this.discover();
    this.wake();
  }

  /** The server has not taken what was sent to a subject. */
  refused(refusal: PermissionRefusal): void {
    this.#replies.notPermitted(refusal);
    this.#pump();
  }

  dispose(): void {
    this.#finder.dispose();
    this.#gather?.clear();
    this.#check?.clear();
    this.#inbox.dispose();
  }

  #pump(): void {
    this.#gather?.clear();
    this.#gather = null;
    const { waiting } = this.#open;
    while (waiting.length > 0 && this.#isConnected) {
      const now = this.#clock.now();
      if (this.#pulse.isSilent(now)) return;
      const node = this.#nodes.choose(this.#open.avoid[waiting.first] ?? null, now);
      if (node === null) {
        this.#open.fail(waiting.first, new UnavailableError('No other node of the fleet can answer'));
        continue;
      }
      if (this.#open.isOfList(waiting.first) && isBusy(node, now)) {
        // An answer may come sooner, and makes room.
        this.#gather = this.#clock.background(busyWaitMs, () => this.#pump());
        return;
      }
      const decision = decideFrame({
        waiting: waiting.length,
        oldestWaitMs: now - (this.#open.table.enqueuedAt[waiting.first] as number),
        framesOnNode: node.frames,
        maxRows: Math.min(this.#options.maxFrameRows, rowsFor(node, now)),
      });
      if (decision.action === 'wait') {
        this.#gather = this.#clock.background(decision.ms, () => this.#pump());
        return;
      }
      this.#send(node, decision.rows, now);
    }
  }

  #send(node: RemoteNode, most: number, now: number): void {
    const { rows, bytes } = this.#packer.pack(node, { rows: most, bytes: this.#inbox.maxBytes }, now);
    this.#publish(this.#frames.add(node, rows, now), bytes, now);
    for (const suspect of this.#nodes) {
      const [row] = rows;
      if (row === undefined || suspect === node || !takeProbe(suspect, now)) continue;
      if (this.#open.isSent(row))
        this.#publish(this.#frames.addProbe(suspect, row, now), this.#packer.copy(suspect, row, now), now);
    }
    if (this.#check !== null) return;
    this.#checkedAt = now;
    this.#check = this.#clock.background(checkMs, () => this.#checkFrames());
  }

  #publish(frame: Frame, bytes: Uint8Array, now: number): void {
    this.#pulse.sent(now);
    if (!this.#inbox.sendFrame(frame.node.subject, frame.id, bytes)) this.#replies.unsent(frame);
  }

  #replied(frameId: number, data: Uint8Array, isNobody: boolean): void {
    this.#pulse.heard();
    const frame = this.#frames.get(frameId);
    if (frame === undefined) return;
    if (isNobody && frame.node === this.#nodes.group) {
      const isSure = this.#clock.now() >= this.#graceUntil;
      this.#replies.nobody(frame, isSure);
      if (!isSure) this.#gather ??= this.#clock.background(checkMs, () => this.#pump());
      return;
    }
    if (isNobody) {
      this.#replies.gone(frame);
    } else {
      frame.node.seenAt = this.#clock.now();
      this.#replies.handle(frame, data);
    }
    this.#pump();
  }

  #checkFrames(): void {
    this.#check = null;
    const now = this.#clock.now();
    // After a pause of this process the answers may be there, but not read yet.
    const isLate = now - this.#checkedAt > 3 * checkMs;
    this.#checkedAt = now;
    // After two late checks in a row they have been read.
    if (!isLate || this.#wasLate) judgeFrames(this.#frames, this.#nodes, this.#retries, now);
    this.#wasLate = isLate;
    if (this.#frames.size > 0) this.#check = this.#clock.background(checkMs, () => this.#checkFrames());
    this.#pump();
  }

  #found(data: Uint8Array, isNobody: boolean): void {
    this.#pulse.heard();
    this.#finder.found(data, isNobody);
    if (this.#open.waiting.length > 0) this.#pump();
  }

  /** Requests are packed if all nodes have the same layout. */
  #useLayout(): void {
    this.#open.rows.use(this.#nodes.layout);
  }
}
