import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/integrations/http/lines.js';
import { routesFor } from '../../../src/integrations/http/scoring-routes.js';
import { FakeClock } from '../../support/fake-clock.js';
import { answer, fakeScorer } from './fake-scorer.js';

const headers = { 'content-type': 'application/x-ndjson' };

/** Lines without end, and how many were asked for. */
function endless() {
  const state = { read: 0, isReturned: false };
  async function* lines(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        state.read += 1;
        yield Buffer.from(`{"id":"${state.read}"}\n`);
      }
    } finally {
      state.isReturned = true;
    }
  }
  return { state, rawBody: lines() };
}

/** So many turns of the event loop, each with all that it has to do. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function open(scorer: ReturnType<typeof fakeScorer>, rawBody: AsyncIterable<Uint8Array>, maxStreamInFlight = 8) {
  const routes = routesFor(scorer, { maxStreamInFlight }, new FakeClock());
  const response = await routes.handle({ method: 'POST', path: '/score/stream', headers, rawBody });
  return (response.body as AsyncIterable<string>)[Symbol.asyncIterator]();
}

describe('A stream', () => {
  it('reads no further than maxStreamInFlight ahead of a client that does not read', async () => {
    const scorer = fakeScorer();
    const { state, rawBody } = endless();
    const out = await open(scorer, rawBody);
    await turns(50);
    expect(scorer.score).toHaveBeenCalledTimes(8);
    expect(state.read).toBeLessThanOrEqual(9);
    await out.next();
    await turns(50);
    expect(scorer.score).toHaveBeenCalledTimes(16);
    await out.return?.();
    await turns(5);
    expect(state.isReturned).toBe(true);
    expect(scorer.score).toHaveBeenCalledTimes(16);
  });

  it('answers in order, though the last is scored first', async () => {
    const scorer = fakeScorer();
    const settle: (() => void)[] = [];
    scorer.score.mockImplementation((request) => {
      const { id } = request as { id: string };
      return new Promise((resolve) => settle.push(() => resolve({ ...answer, id })));
    });
    const source = new PassThrough();
    const out = await open(scorer, source);
    source.end('{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n');
    await turns(5);
    for (const one of settle.reverse()) {
      one();
      await turns(2);
    }
    let text = '';
    for (let next = await out.next(); !next.done; next = await out.next()) text += next.value;
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).value.id),
    ).toEqual(['1', '2', '3']);
  });

  it('fails where its body does, after what was scored', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"id":"1"}\n');
      throw new Error('the client went away');
    }
    const out = await open(fakeScorer(), broken());
    expect((await out.next()).value).toContain('"fulfilled"');
    await expect(out.next()).rejects.toThrow('the client went away');
  });
});

describe('Lines', () => {
  it('are the same however the bytes are cut', async () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '😀', ' ', '\r') }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(fc.nat({ max: 7 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 12 }),
        async (lines, cuts, maxBytes) => {
          const bytes = Buffer.from(lines.join('\n'));
          const pieces: Buffer[] = [];
          for (let start = 0, cut = 0; start < bytes.length; cut += 1) {
            const end = start + 1 + (cuts[cut % cuts.length] as number);
            pieces.push(bytes.subarray(start, end));
            start = end;
          }
          const expected = lines.map((line) => (Buffer.byteLength(line) > maxBytes ? null : line));
          // What ends the last line is not there.
          if (expected.at(-1) === '') expected.pop();
          const read: (string | null)[] = [];
          for await (const line of linesOf(pieces, maxBytes)) read.push(line === null ? null : line.toString());
          expect(read).toEqual(expected);
        },
      ),
    );
  });
});
