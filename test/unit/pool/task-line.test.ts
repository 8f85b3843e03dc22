import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskLine } from '../../../src/pool/task-line.js';
import { codeOf, type LineTask, lineMemoryOf, placeOf, taskOf } from '../../../src/protocol/task-line.js';
import { lineOver } from '../../../workers/serving/task-line.js';

/** A line whose worker's end is on this thread. */
async function lineTo(handler: (task: LineTask) => Promise<object>): Promise<TaskLine> {
  const memory = lineMemoryOf({ lanes: 4, maxBatchSize: 256 }, { areas: 2, rows: 1_024 });
  return TaskLine.open(lineOver(handler, memory), memory, { provider: 'cpu', threadId: 7 });
}

const batch = (lane: number, rows = 1): LineTask => ({ kind: 'batch', lane, rows });
const columns = (area: number, rows: number): LineTask => ({ kind: 'columns', area, rows });

function reply(line: TaskLine, task: LineTask): Promise<unknown> {
  return new Promise((resolve) => {
    line.send(task, resolve);
  });
}

describe('The number of a task', () => {
  const sizes = { lanes: fc.nat(600), maxBatchSize: fc.integer({ min: 1, max: 65_536 }) };
  const areas = { areas: fc.nat(600), rows: fc.integer({ min: 1, max: 65_536 }) };

  it('stands for that task, whatever the sizes, and its place is within the memory', () => {
    fc.assert(
      fc.property(fc.record(sizes), fc.record(areas), fc.nat(), fc.nat(), (lanes, columnAreas, at, size) => {
        const memory = lineMemoryOf(lanes, columnAreas);
        const tasks = [batch(at % (lanes.lanes + 1), size % (lanes.maxBatchSize + 1))];
        if (columnAreas.areas > 0) tasks.push(columns(at % columnAreas.areas, size % (columnAreas.rows + 1)));
        for (const task of tasks) {
          expect(taskOf(codeOf(task, memory), memory)).toEqual(task);
          expect(placeOf(task, memory)).toBeLessThan(memory.times.byteLength / 8);
        }
      }),
    );
  });
});

describe('TaskLine', () => {
  it('gives the handler each task, and answers with what it took and on what', async () => {
    const tasks: LineTask[] = [];
    const line = await lineTo(async (task) => {
      tasks.push(task);
      return { inferenceMs: task.rows / 8, provider: 'cpu' };
    });
    const sent = [batch(3, 256), columns(1, 1_024), batch(0, 2)];
    expect(await Promise.all(sent.map((task) => reply(line, task)))).toEqual([
      { inferenceMs: 32, provider: 'cpu', threadId: 7 },
      { inferenceMs: 128, provider: 'cpu', threadId: 7 },
      { inferenceMs: 0.25, provider: 'cpu', threadId: 7 },
    ]);
    expect(tasks).toEqual(sent);
    line.close();
  });

  it('hears tasks in the order in which they are answered', async () => {
    const waiting: (() => void)[] = [];
    const line = await lineTo(async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      return { inferenceMs: 1 };
    });
    const heard: number[] = [];
    const both = [1, 2].map((lane) => reply(line, batch(lane)).then(() => heard.push(lane)));
    while (waiting.length < 2) await turn();
    waiting[1]?.();
    while (heard.length === 0) await turn();
    waiting[0]?.();
    await Promise.all(both);
    expect(heard).toEqual([2, 1]);
    line.close();
  });

  it('hands on what the handler gives in place of an answer', async () => {
    const replies = [{ error: 'the runtime failed', ofDevice: true }, null, {}];
    const line = await lineTo(async (task) => replies[task.kind === 'batch' ? task.lane : 0] as object);
    expect(await Promise.all(replies.map((_, lane) => reply(line, batch(lane))))).toEqual(replies);
    line.close();
  });

  it('says of what a handler throws only what it is', async () => {
    const line = await lineTo(async () => {
      throw new TypeError('of a row with 4111');
    });
    expect(await reply(line, batch(1))).toEqual({ error: "the worker's handler threw TypeError" });
    line.close();
  });

  it('answers a task of no rows without the handler', async () => {
    const line = await lineTo(() => Promise.reject(new Error('not to be called')));
    await line.ping();
    line.close();
  });

  it('hears at its close what was answered before, and no more', async () => {
    let posted = (): void => {};
    const isPosted = new Promise<void>((resolve) => {
      posted = resolve;
    });
    const line = await lineTo(async (task) => {
      if (task.kind === 'batch' && task.lane === 2) return new Promise(() => {});
      // The answer is posted in the microtasks after this.
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => queueMicrotask(posted))));
      return { inferenceMs: 1 };
    });
    const heard: number[] = [];
    line.send(batch(2), () => heard.push(2));
    line.send(batch(1), () => heard.push(1));
    await isPosted;
    line.close();
    expect(heard).toEqual([1]);
    await turn();
    expect(heard).toEqual([1]);
  });

  it('says why it could not be opened', async () => {
    const memory = lineMemoryOf({ lanes: 1, maxBatchSize: 1 }, { areas: 1, rows: 1 });
    const opening = TaskLine.open(() => Promise.reject(new Error('no such function')), memory, {
      provider: 'cpu',
      threadId: 7,
    });
    await expect(opening).rejects.toThrow('no such function');
  });
});
