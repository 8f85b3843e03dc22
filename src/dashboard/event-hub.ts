import { Buffer } from 'node:buffer';
import type { DashboardSnapshot } from '../api/dashboard.js';
import type { Clock, Timer } from '../host/clock.js';
import { EventClient, type StreamResponse } from './event-client.js';
import { frameOf, readEventId } from './frames.js';
import { History } from './history.js';
import { pointFields, rowOf } from './point.js';

const periodMs = 1_000;
/** The history that a client gets when it connects: 15 minutes. */
const historySeconds = 900;
/** A comment keeps a connection open while there is nothing to send. */
const heartbeatMs = 15_000;

const heartbeat = Buffer.from(': still here\n\n');

export interface EventHubOptions {
  clock: Clock;
  /** Reads the scorer. Called once a second, however many clients there are. */
  read: () => DashboardSnapshot;
  maxClients: number;
}

/**
 * Sends one snapshot a second to every open page. Each snapshot is created and encoded once. Without clients, no timer runs and nothing is
 * read.
 */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #clients = new Set<EventClient>();
  readonly #history = new History(historySeconds, historySeconds * periodMs);
  /** Differs after a restart, so that a page does not confuse new seconds with those that it has. */
  readonly #instance: string;
  #timer: Timer | null = null;
  #sequence = 0;
  #last: { json: string; frame: Buffer; madeAt: number; closed: boolean } | null = null;
  #sentAt = 0;
  #isEnded = false;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#instance = Math.floor(options.clock.epochMs()).toString(36);
  }

  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#options.maxClients;
  }

  /** The snapshot as JSON, at most a second old. @throws what reading the scorer throws. */
  json(): string {
    return this.#current().json;
  }

  /** Whether the hub was closed. The scorer may go on. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether the scorer is closed. Then there is nothing to send. @throws what reading the scorer throws. */
  get isClosed(): boolean {
    return this.#current().closed;
  }

  /**
   * Starts to send to this response: first the seconds that it lacks, then one snapshot a second.
   *
   * @param lastEventId the last event of its earlier connection, if there was one.
   */
  add(response: StreamResponse, lastEventId: string | undefined): void {
    const { frame } = this.#current();
    const client = new EventClient(response, readEventId(lastEventId, this.#instance) ?? 0);
    const remove = (): void => this.#remove(client);
    response.on('close', remove);
    response.on('error', remove);
    this.#clients.add(client);
    client.send(frameOf('retry', 2_000));
    this.#catchUp(client, this.#sequence);
    client.send(frame);
    this.#timer ??= this.#options.clock.every(periodMs, () => this.#tick());
  }

  /** The scorer has closed: sends its last numbers and ends every stream. */
  finish(): void {
    this.#tick();
    this.close();
  }

  /** Ends every stream. No further stream may be added. */
  close(): void {
    this.#isEnded = true;
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    this.#stopWithoutClients();
  }

  #tick(): void {
    const now = this.#options.clock.now();
    let made: { frame: Buffer; closed: boolean };
    try {
      made = this.#make();
    } catch {
      // The next second may work. Until then, keep the connections alive.
      if (now - this.#sentAt >= heartbeatMs) this.#send(heartbeat, now);
      return;
    }
    this.#send(made.frame, now);
    if (made.closed) this.close();
  }

  #send(frame: Buffer, now: number): void {
    this.#sentAt = now;
    for (const client of [...this.#clients]) {
      if (client.isReady(now)) {
        if (client.sequence < this.#sequence - 1) this.#catchUp(client, this.#sequence);
        client.sequence = this.#sequence;
        client.send(frame);
      } else if (client.isGone) this.#remove(client);
    }
  }

  /** Sends the seconds that a client has missed. */
  #catchUp(client: EventClient, sequence: number): void {
    const points = this.#history.after(client.sequence, this.#options.clock.epochMs());
    const isFresh = client.sequence === 0;
    client.sequence = sequence;
    client.send(frameOf('history', { instance: this.#instance, isFresh, fields: pointFields, points }));
  }

  #current(): { json: string; frame: Buffer; closed: boolean } {
    const last = this.#last;
    if (last !== null && this.#options.clock.now() - last.madeAt < periodMs) return last;
    return this.#make();
  }

  #make(): { json: string; frame: Buffer; closed: boolean } {
    const snapshot = this.#options.read();
    const json = JSON.stringify(snapshot);
    this.#sequence += 1;
    this.#history.add(this.#sequence, rowOf(snapshot.point));
    const frame = frameOf('snapshot', json, `${this.#instance}.${this.#sequence}`);
    this.#last = { json, frame, madeAt: this.#options.clock.now(), closed: snapshot.closed };
    return this.#last;
  }

  #remove(client: EventClient): void {
    if (this.#clients.delete(client)) this.#stopWithoutClients();
  }

  #stopWithoutClients(): void {
    if (this.#clients.size > 0) return;
    this.#timer?.clear();
    this.#timer = null;
  }
}
