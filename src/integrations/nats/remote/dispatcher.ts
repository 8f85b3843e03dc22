import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { type FraudScorerError, InvalidRequestError, UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { noRow } from '../../../requests/request-table.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { layoutOfText, type PackedLayout } from '../wire/layout.js';
import { isRefusal, type Refusal, readRefusal } from '../wire/refusal.js';
import { readReply } from '../wire/reply-frame.js';
import { RequestFrame } from '../wire/request-frame.js';
import { FleetNodes } from './fleet-nodes.js';
import { decideFrame } from './frame-policy.js';
import { type Frame, FramesInFlight } from './frames.js';
import type { RemoteNode } from './nodes.js';
import type { OpenRequests } from './open-requests.js';

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
/** How long a node that refused as busy is left alone, in ms. */
const busyMs = 5;
/** Nodes listen again a little later than we do after the server was lost. Until then no responders is no news. */
const graceMs = 2_000;
/** A frame whose answer has not come by then is forgotten, in ms. Its requests have been settled before. */
const forgetMs = 60_000;
/** Errors with which a node says that it did not decide, and another may. */
const retryable: ReadonlySet<string> = new Set(['ERR_QUEUE_FULL', 'ERR_WORKER_LOST', 'ERR_CLOSED', 'ERR_UNAVAILABLE']);

/** Sends the waiting requests in frames to nodes, and handles what comes back. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #open: OpenRequests;
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #nodes: FleetNodes;
  readonly #frames: FramesInFlight;
  readonly #inbox: string;
  readonly #found: string;
  readonly #subscriptions: Subscription[];
  readonly #writer = new ByteWriter(65_536);
  #features = new Float32Array(0);
  #isPumping = false;
  #gather: Timer | null = null;
  #check: Timer | null = null;
  readonly #discovery: Timer;
  #isConnected = true;
  #graceUntil = 0;
  #askedAt = 0;
  #checkedAt = 0;
  #onFound: () => void = () => {};
  readonly firstFound: Promise<void>;

  constructor(options: DispatcherOptions) {
    const { connection, clock, open, subject } = options;
    this.#options = options;
    this.#open = open;
    this.#connection = connection;
    this.#clock = clock;
    this.#nodes = new FleetNodes(subject, clock.now());
    this.#frames = new FramesInFlight(open);
    this.firstFound = new Promise((resolve) => {
      this.#onFound = resolve;
    });
    const inbox = createInbox(inboxPrefixOf(connection));
    this.#inbox = `${inbox}.`;
    this.#found = `${inbox}.nodes`;
    this.#subscriptions = [
      connection.subscribe(`${inbox}.*`, {
        callback: (error, message) => {
          if (error !== null) options.onBadMessage(error.name);
          else this.#receive(message);
        },
      }),
    ];
    this.#discovery = clock.every(options.discoverEveryMs, () => this.#everyRound());
    this.discover();
  }

  get nodes(): { known: number; ready: number; busy: number } {
    return this.#nodes.counts;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Asks all nodes to tell of themselves. */
  discover(): void {
    this.#askedAt = this.#clock.now();
    this.#publish(`$SRV.INFO.${this.#options.name}`, '', this.#found);
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
    const frames = this.#frames.all;
    for (const frame of frames) this.#frames.drop(frame);
    for (const frame of frames.reverse()) this.#retry(frame, null, 'The connection to the NATS server was lost');
    this.discover();
    this.wake();
  }

  dispose(): void {
    this.#discovery.clear();
    this.#gather?.clear();
    this.#check?.clear();
    for (const subscription of this.#subscriptions) if (!subscription.isClosed()) subscription.unsubscribe();
  }

  #pump(): void {
    this.#gather?.clear();
    this.#gather = null;
    const { waiting } = this.#open;
    while (waiting.length > 0 && this.#isConnected) {
      const now = this.#clock.now();
      const avoid = this.#open.avoid[waiting.first] ?? null;
      const node = this.#nodes.choose(avoid, now);
      if (node === null) {
        this.#open.fail(waiting.first, new UnavailableError('No other node of the fleet can answer'));
        continue;
      }
      const decision = decideFrame({
        waiting: waiting.length,
        oldestWaitMs: now - (this.#open.table.enqueuedAt[waiting.first] as number),
        framesOnNode: node.frames,
        maxRows: Math.min(this.#options.maxFrameRows, node.maxRows),
      });
      if (decision.action === 'wait') {
        this.#gather = this.#clock.background(decision.ms, () => this.#pump());
        return;
      }
      this.#send(node, decision.rows, avoid, now);
    }
  }

  #send(node: RemoteNode, most: number, avoid: RemoteNode | null, now: number): void {
    const { waiting, rows: contents } = this.#open;
    const { layout } = node;
    const frame = new RequestFrame(this.#writer, layout, this.#featuresFor(layout));
    const maxBytes = this.#maxBytes();
    const rows: number[] = [];
    let row = waiting.first;
    while (row !== noRow && rows.length < most && (this.#open.avoid[row] ?? null) === avoid) {
      if (rows.length > 0 && frame.size + contents.sizeOf(row) > maxBytes) break;
      const next = waiting.next(row);
      contents.writeTo(frame, row, layout, this.#open.sentOptions(row, now));
      waiting.remove(row);
      rows.push(row);
      row = next;
    }
    const { id } = this.#frames.add(node, rows, now);
    this.#publish(node.subject, frame.bytes(), this.#inbox + id.toString(36));
    if (this.#check !== null) return;
    this.#checkedAt = now;
    this.#check = this.#clock.background(checkMs, () => this.#checkFrames());
  }

  #publish(subject: string, body: Uint8Array | string, reply: string): void {
    try {
      if (!this.#connection.isClosed()) this.#connection.publish(subject, body, { reply });
    } catch (error) {
      // What is not answered is sent again or ends at its deadline.
      this.#options.onBadMessage(error instanceof Error ? error.name : 'a message could not be sent');
    }
  }

  #receive(message: Msg): void {
    const { data, subject } = message;
    const isNobody = data.length === 0 && message.headers?.code === 503;
    if (subject === this.#found) {
      if (isNobody) this.#onFound();
      else this.#learn(data);
      return;
    }
    const frame = this.#frames.get(Number.parseInt(subject.slice(this.#inbox.length), 36));
    if (frame === undefined) return;
    if (isNobody) {
      this.#gone(frame);
      return;
    }
    this.#heardOf(frame.node);
    try {
      if (isRefusal(data)) this.#refused(frame, readRefusal(data));
      else this.#answered(frame, data);
    } catch {
      this.#options.onBadMessage('an answer of a node cannot be read');
      this.#frames.drop(frame);
      this.#retry(frame, frame.node, 'A node gave an answer that cannot be read');
    }
    this.#pump();
  }

  #answered(frame: Frame, data: Uint8Array): void {
    const { table } = this.#open;
    const reply = readReply(data, (place) => this.#rowOf(frame, place, (row) => table.id[row]));
    if (reply.rows !== frame.rows.length) throw new Error('the reply has another number of rows than the frame');
    const now = this.#clock.now();
    frame.left -= reply.outcomes.length;
    if (frame.left <= 0) {
      this.#frames.drop(frame);
      frame.node.times.record(frame.isGivenUp ? 2 * frame.limitMs : now - frame.sentAt);
      this.#options.onFrame(frame.rows.length, now - frame.sentAt);
    }
    for (const [index, outcome] of reply.outcomes.entries()) {
      const row = this.#frames.openRow(frame, reply.first + index);
      if (row === noRow) continue;
      if (outcome instanceof Error) this.#failed(frame, row, outcome);
      else this.#open.answer(row, outcome, now);
    }
  }

  #failed(frame: Frame, row: number, error: FraudScorerError): void {
    // The row was sent again, and the other node may still answer.
    if (this.#open.frame[row] !== frame.id) return;
    if (!retryable.has(error.code)) {
      this.#open.fail(row, error);
      return;
    }
    const final = error.code === 'ERR_CLOSED' ? new UnavailableError('The node that was asked is closing') : error;
    this.#retryRow(row, frame.node, final);
  }

  #refused(frame: Frame, { kind, detail }: Refusal): void {
    const { node } = frame;
    this.#frames.drop(frame);
    if (kind === 'layout') {
      const layout = layoutOfText(detail);
      // Packed rows that it refuses although it should know them are sent whole.
      node.layout = layout?.hash === node.layout?.hash ? null : layout;
      this.#chooseLayout();
      this.#again(frame);
    } else if (kind === 'tooLarge' && frame.rows.length > 1) {
      node.maxRows = Math.max(1, Math.floor(frame.rows.length / 2));
      this.#again(frame);
    } else if (kind === 'tooLarge') {
      const issue = { path: 'request', expected: 'a request that the node takes', received: detail };
      for (const row of this.#frames.openRows(frame)) this.#open.fail(row, new InvalidRequestError([issue]));
    } else {
      if (kind === 'busy') node.busyUntil = this.#clock.now() + busyMs;
      if (kind === 'draining') this.#remove(node);
      this.#retry(frame, node, `A node refused the request: ${detail}`);
    }
  }

  /** Nobody listens on the subject of the frame. */
  #gone(frame: Frame): void {
    const { node } = frame;
    this.#frames.drop(frame);
    if (node === this.#nodes.group) {
      if (this.#clock.now() < this.#graceUntil) {
        this.#again(frame);
        this.#gather ??= this.#clock.background(checkMs, () => this.#pump());
        return;
      }
      const error = new UnavailableError(`No node of the fleet listens on ${this.#options.subject}`);
      for (const row of this.#frames.openRows(frame)) this.#open.fail(row, error);
      return;
    }
    this.#remove(node);
    // This frame was not received, so it does not count as an attempt. The node's other frames may have been scored.
    const others = this.#frames.all.filter((other) => other.node === node);
    for (const other of others) this.#frames.drop(other);
    for (const other of others.reverse()) this.#retry(other, node, 'The node that was asked is gone');
    this.#again(frame);
    this.#pump();
  }

  #remove(node: RemoteNode): void {
    this.#nodes.remove(node);
    this.#chooseLayout();
  }

  /** Sends the rows of a frame again, without counting it as an attempt. */
  #again(frame: Frame): void {
    for (const row of this.#frames.openRows(frame).reverse()) this.#requeue(row, null);
  }

  #retry(frame: Frame, avoid: RemoteNode | null, reason: string): void {
    for (const row of this.#frames.openRows(frame).reverse()) this.#retryRow(row, avoid, new UnavailableError(reason));
  }

  #retryRow(row: number, avoid: RemoteNode | null, error: FraudScorerError): void {
    const left = this.#open.triesLeft[row] as number;
    if (left === 0 || !this.#nodes.hasOther(avoid, this.#clock.now())) {
      this.#open.fail(row, error);
      return;
    }
    this.#open.triesLeft[row] = left - 1;
    this.#requeue(row, avoid);
  }

  #requeue(row: number, avoid: RemoteNode | null): void {
    this.#open.avoid[row] = avoid;
    this.#open.frame[row] = 0;
    this.#open.waiting.addFirst(row);
  }

  #rowOf<T>(frame: Frame, place: number, read: (row: number) => T | undefined): T | undefined {
    const row = this.#frames.openRow(frame, place);
    return row === noRow ? undefined : read(row);
  }

  #checkFrames(): void {
    this.#check = null;
    const now = this.#clock.now();
    // After a pause of this process the answers may be there, but not read yet.
    const isLate = now - this.#checkedAt > 3 * checkMs;
    this.#checkedAt = now;
    if (!isLate) this.#judgeFrames(now);
    if (this.#nodes.hasSuspect && now - this.#askedAt > 100) this.discover();
    if (this.#frames.size > 0) this.#check = this.#clock.background(checkMs, () => this.#checkFrames());
    this.#pump();
  }

  #judgeFrames(now: number): void {
    for (const frame of this.#frames.all) {
      const ageMs = now - frame.sentAt;
      const isSlow = ageMs > frame.limitMs;
      if (isSlow && !frame.isGivenUp) this.#suspect(frame, now);
      if (ageMs > forgetMs || (isSlow && this.#frames.hasNoOpenRow(frame))) this.#frames.drop(frame);
    }
  }

  /** Sends what a slow node holds to another, if there is one that is not slow. Its answer is still taken if it comes first. */
  #suspect(frame: Frame, now: number): void {
    const { node } = frame;
    if (node === this.#nodes.group) return;
    node.isSuspect = true;
    const other = this.#nodes.otherOf(node, now);
    if (other === null || other.isSuspect) return;
    this.#frames.giveUp(frame);
    for (const row of this.#frames.openRows(frame).reverse()) {
      const left = this.#open.triesLeft[row] as number;
      if (left === 0) continue;
      this.#open.triesLeft[row] = left - 1;
      this.#requeue(row, node);
    }
  }

  #learn(data: Uint8Array): void {
    const node = this.#nodes.learn(data, this.#clock.now());
    if (node === null) return;
    this.#heardOf(node);
    this.#chooseLayout();
    this.#onFound();
    if (this.#open.waiting.length > 0) this.#pump();
  }

  #heardOf(node: RemoteNode): void {
    node.seenAt = this.#clock.now();
    node.isSuspect = false;
  }

  #everyRound(): void {
    this.#nodes.forgetSilent(this.#clock.now() - 5 * this.#options.discoverEveryMs);
    this.#chooseLayout();
    if (this.#isConnected) this.discover();
  }

  /** Requests are packed in the layout that most nodes have. */
  #chooseLayout(): void {
    this.#open.rows.use(this.#nodes.layout);
  }

  #featuresFor(layout: PackedLayout | null): Float32Array {
    const size = (layout?.row.features ?? 0) * this.#options.maxFrameRows;
    if (this.#features.length < size) this.#features = new Float32Array(size);
    return this.#features;
  }

  #maxBytes(): number {
    return this.#connection.info?.max_payload ?? 1_048_576;
  }
}

/** The prefix of inboxes that the connection was made with. A user may be allowed to listen there only. */
function inboxPrefixOf(connection: NatsConnection): string | undefined {
  const options: unknown = Reflect.get(connection, 'options');
  if (typeof options !== 'object' || options === null) return undefined;
  const prefix: unknown = Reflect.get(options, 'inboxPrefix');
  return typeof prefix === 'string' ? prefix : undefined;
}
