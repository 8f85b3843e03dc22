import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { type FraudScorerError, InvalidRequestError, UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { noRow } from '../../../requests/request-table.js';
import { subjectsOf } from '../subjects.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { layoutOfText, type PackedLayout } from '../wire/layout.js';
import { isRefusal, type Refusal, readRefusal } from '../wire/refusal.js';
import { readReply } from '../wire/reply-frame.js';
import { RequestFrame } from '../wire/request-frame.js';
import { readFoundNode } from './discovery.js';
import { decideFrame } from './frame-policy.js';
import { chooseNode, newNode, type RemoteNode } from './nodes.js';
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

/** A frame that was sent and not answered. */
interface Frame {
  readonly id: number;
  readonly node: RemoteNode;
  readonly rows: Int32Array;
  readonly generations: Uint32Array;
  readonly sentAt: number;
  /** Rows whose outcomes have not come. */
  left: number;
  /** Its rows were sent elsewhere, because the node did not answer in time. */
  isGivenUp: boolean;
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
  readonly #nodes = new Map<string, RemoteNode>();
  /** Stands for the queue group, while no node is known. */
  readonly #group: RemoteNode;
  readonly #frames = new Map<number, Frame>();
  readonly #inbox: string;
  readonly #found: string;
  readonly #subscriptions: Subscription[];
  readonly #writer = new ByteWriter(65_536);
  #features = new Float32Array(0);
  #lastFrame = 0;
  #isPumping = false;
  #gather: Timer | null = null;
  #check: Timer | null = null;
  readonly #discovery: Timer;
  #isConnected = true;
  #graceUntil = 0;
  #askedAt = 0;
  #onFound: () => void = () => {};
  readonly firstFound: Promise<void>;

  constructor(options: DispatcherOptions) {
    const { connection, clock, open, subject } = options;
    this.#options = options;
    this.#open = open;
    this.#connection = connection;
    this.#clock = clock;
    this.#group = newNode('', subjectsOf(subject).score, clock.now());
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
    const all = [...this.#nodes.values()];
    return {
      known: all.length,
      ready: all.filter(({ isSuspect }) => !isSuspect).length,
      busy: all.filter(({ frames }) => frames > 0).length,
    };
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
    const frames = [...this.#frames.values()];
    for (const frame of frames) this.#drop(frame);
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
      const node = chooseNode(this.#nodes.values(), avoid, now) ?? this.#lastResort(avoid);
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

  /** The node itself where there is no other, as long as it is known; the queue group where none is known. */
  #lastResort(avoid: RemoteNode | null): RemoteNode | null {
    if (this.#nodes.size === 0) return this.#group;
    return avoid !== null && this.#nodes.has(avoid.id) ? avoid : null;
  }

  #send(node: RemoteNode, most: number, avoid: RemoteNode | null, now: number): void {
    const { waiting, rows: contents, table } = this.#open;
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
    this.#lastFrame += 1;
    const id = this.#lastFrame;
    for (const sent of rows) {
      this.#open.frame[sent] = id;
      this.#open.sentAt[sent] = now;
    }
    const generations = Uint32Array.from(rows, (sent) => table.generation[sent] as number);
    this.#frames.set(id, {
      ...{ id, node, generations, rows: Int32Array.from(rows), sentAt: now, left: rows.length, isGivenUp: false },
    });
    node.rows += rows.length;
    node.frames += 1;
    this.#publish(node.subject, frame.bytes(), this.#inbox + id.toString(36));
    this.#check ??= this.#clock.background(checkMs, () => this.#checkFrames());
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
      this.#drop(frame);
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
      this.#drop(frame);
      frame.node.times.record(now - frame.sentAt);
      this.#options.onFrame(frame.rows.length, now - frame.sentAt);
    }
    for (const [index, outcome] of reply.outcomes.entries()) {
      const row = this.#openRow(frame, reply.first + index);
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
    this.#drop(frame);
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
      for (const row of this.#openRows(frame)) this.#open.fail(row, new InvalidRequestError([issue]));
    } else {
      if (kind === 'busy') node.busyUntil = this.#clock.now() + busyMs;
      if (kind === 'draining') this.#remove(node);
      this.#retry(frame, node, `A node refused the request: ${detail}`);
    }
  }

  /** Nobody listens on the subject of the frame. */
  #gone(frame: Frame): void {
    const { node } = frame;
    this.#drop(frame);
    if (node === this.#group) {
      if (this.#clock.now() < this.#graceUntil) {
        this.#again(frame);
        this.#gather ??= this.#clock.background(checkMs, () => this.#pump());
        return;
      }
      const error = new UnavailableError(`No node of the fleet listens on ${this.#options.subject}`);
      for (const row of this.#openRows(frame)) this.#open.fail(row, error);
      return;
    }
    this.#remove(node);
    // This frame was not received, so it does not count as an attempt. The node's other frames may have been scored.
    const others = [...this.#frames.values()].filter((other) => other.node === node);
    for (const other of others) this.#drop(other);
    for (const other of others.reverse()) this.#retry(other, node, 'The node that was asked is gone');
    this.#again(frame);
    this.#pump();
  }

  #remove(node: RemoteNode): void {
    if (this.#nodes.get(node.id) !== node) return;
    this.#nodes.delete(node.id);
    this.#chooseLayout();
  }

  /** Sends the rows of a frame again, without counting it as an attempt. */
  #again(frame: Frame): void {
    for (const row of this.#openRows(frame).reverse()) this.#requeue(row, null);
  }

  #retry(frame: Frame, avoid: RemoteNode | null, reason: string): void {
    for (const row of this.#openRows(frame).reverse()) this.#retryRow(row, avoid, new UnavailableError(reason));
  }

  #retryRow(row: number, avoid: RemoteNode | null, error: FraudScorerError): void {
    const left = this.#open.triesLeft[row] as number;
    const hasOther =
      avoid === null || chooseNode(this.#nodes.values(), avoid, 0) !== null || !this.#nodes.has(avoid.id);
    if (left === 0 || !hasOther) {
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

  /** The rows of a frame that are open, and that no later frame has. */
  #openRows(frame: Frame): number[] {
    const rows: number[] = [];
    for (let place = 0; place < frame.rows.length; place += 1) {
      const row = this.#openRow(frame, place);
      if (row !== noRow && this.#open.frame[row] === frame.id) rows.push(row);
    }
    return rows;
  }

  #openRow(frame: Frame, place: number): number {
    const row = frame.rows[place] as number;
    return this.#open.table.isCurrent(row, frame.generations[place] as number) ? row : noRow;
  }

  #rowOf<T>(frame: Frame, place: number, read: (row: number) => T | undefined): T | undefined {
    const row = this.#openRow(frame, place);
    return row === noRow ? undefined : read(row);
  }

  /** The frame needs no answer any more. */
  #drop(frame: Frame): void {
    if (!this.#frames.delete(frame.id) || frame.isGivenUp) return;
    this.#leaveNode(frame);
  }

  #leaveNode({ node, rows }: Frame): void {
    node.rows -= rows.length;
    node.frames -= 1;
  }

  #checkFrames(): void {
    this.#check = null;
    const now = this.#clock.now();
    for (const frame of [...this.#frames.values()]) {
      const ageMs = now - frame.sentAt;
      if (ageMs > forgetMs) this.#drop(frame);
      else if (!frame.isGivenUp && ageMs > frame.node.times.limitMs) this.#suspect(frame, now);
    }
    if ([...this.#nodes.values()].some(({ isSuspect }) => isSuspect) && now - this.#askedAt > 100) this.discover();
    if (this.#frames.size > 0) this.#check = this.#clock.background(checkMs, () => this.#checkFrames());
    this.#pump();
  }

  /** Sends what a slow node holds to another, if there is one that is not slow. Its answer is still taken if it comes first. */
  #suspect(frame: Frame, now: number): void {
    const { node } = frame;
    if (node === this.#group) return;
    node.isSuspect = true;
    const other = chooseNode(this.#nodes.values(), node, now);
    if (other === null || other.isSuspect) return;
    frame.isGivenUp = true;
    this.#leaveNode(frame);
    for (const row of this.#openRows(frame).reverse()) {
      const left = this.#open.triesLeft[row] as number;
      if (left === 0) continue;
      this.#open.triesLeft[row] = left - 1;
      this.#requeue(row, node);
    }
  }

  #learn(data: Uint8Array): void {
    const found = readFoundNode(data, this.#options.subject);
    if (found === null) return;
    let node = this.#nodes.get(found.id);
    if (node === undefined || node.subject !== found.subject) {
      node = newNode(found.id, found.subject, this.#clock.now());
      this.#nodes.set(found.id, node);
    }
    node.layout = found.layout;
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
    const now = this.#clock.now();
    for (const node of [...this.#nodes.values()]) {
      // It neither answers questions nor frames. If it comes back, it is found again.
      if (now - node.seenAt > 5 * this.#options.discoverEveryMs && node.frames === 0) this.#remove(node);
    }
    if (this.#isConnected) this.discover();
  }

  /** Requests are packed in the layout that most nodes have. */
  #chooseLayout(): void {
    const counts = new Map<number, { layout: PackedLayout; count: number }>();
    for (const { layout } of this.#nodes.values()) {
      if (layout === null) continue;
      const seen = counts.get(layout.hash);
      if (seen === undefined) counts.set(layout.hash, { layout, count: 1 });
      else seen.count += 1;
    }
    const best = [...counts.values()].sort((one, other) => other.count - one.count)[0];
    this.#open.rows.use(best?.layout ?? null);
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
