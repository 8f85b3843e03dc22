import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { outsideOfRequests } from '../host/async-context.js';
import type { ReadyReport } from '../protocol/serving.js';
import {
  codeOf,
  type LineAnswer,
  type LineMemory,
  type LineOpening,
  type LineTask,
  placeOf,
} from '../protocol/task-line.js';

/** The worker that runs the tasks of a line, and its provider. */
export type LineRunner = Pick<ReadyReport, 'provider' | 'threadId'>;

/** Gets the result of a task. */
export type OnReply = (reply: unknown) => void;

/** The host's end of a worker's line. Tasks are sent over it as numbers. It keeps the process alive while a task is open. */
export class TaskLine {
  readonly #port: MessagePort;
  readonly #memory: LineMemory;
  readonly #times: Float64Array;
  readonly #runner: LineRunner;
  /** Open tasks by place. */
  readonly #out = new Map<number, OnReply>();
  #isAbandoned = false;

  /**
   * @param open hands the worker its end.
   * @param runner the worker that runs the tasks.
   * @throws what `open` throws.
   */
  static async open(
    open: (opening: LineOpening) => Promise<unknown>,
    memory: LineMemory,
    runner: LineRunner,
  ): Promise<TaskLine> {
    // Answers arrive in the asynchronous context in which the channel is created.
    const { port1, port2 } = outsideOfRequests(() => new MessageChannel());
    try {
      await open({ port: port2 });
    } catch (error) {
      port1.close();
      throw error;
    }
    return new TaskLine(port1, memory, runner);
  }

  private constructor(port: MessagePort, memory: LineMemory, runner: LineRunner) {
    this.#port = port;
    this.#memory = memory;
    this.#times = new Float64Array(memory.times);
    this.#runner = runner;
    port.on('message', (answer: LineAnswer) => this.#hear(answer));
    port.unref();
  }

  send(task: LineTask, onReply: OnReply): void {
    if (this.#out.size === 0 && !this.#isAbandoned) this.#port.ref();
    this.#out.set(placeOf(task, this.#memory), onReply);
    this.#port.postMessage(codeOf(task, this.#memory));
  }

  /** Sends an empty batch to the worker and back. */
  ping(): Promise<void> {
    const task = { kind: 'batch', lane: this.#memory.areasAt - 1, rows: 0 } as const;
    return new Promise((resolve) => {
      this.send(task, () => resolve());
    });
  }

  /** The worker has ended. Reads the answers that it sent before, then closes. */
  close(): void {
    for (;;) {
      const received: { message: LineAnswer } | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) break;
      this.#hear(received.message);
    }
    this.#port.close();
  }

  /** Lets the process end although tasks are open. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#port.unref();
  }

  #hear(answer: LineAnswer): void {
    const place = typeof answer === 'number' ? answer : answer.place;
    const onReply = this.#out.get(place);
    if (onReply === undefined) return;
    this.#out.delete(place);
    if (this.#out.size === 0) this.#port.unref();
    if (typeof answer === 'number') {
      const { provider, threadId } = this.#runner;
      onReply({ inferenceMs: this.#times[place] as number, provider, threadId });
    } else {
      onReply(answer.reply);
    }
  }
}
