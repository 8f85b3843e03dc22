import { describe, expect, it } from 'vitest';
import { OrderedTexts } from '../../../src/integrations/http/ordered-texts.js';

/** The texts that are read to the end. */
async function all(texts: OrderedTexts): Promise<string> {
  let read = '';
  for await (const text of texts) read += text;
  return read;
}

describe('texts that are made at the same time', () => {
  it('are read in the order in which they were begun', async () => {
    const texts = new OrderedTexts(4);
    let makeFirst: (text: string) => void = () => {};
    texts.add(
      new Promise((resolve) => {
        makeFirst = resolve;
      }),
    );
    texts.add(Promise.resolve('b'));
    texts.add(Promise.resolve('c'));
    texts.end();
    const read = all(texts);
    makeFirst('a');
    expect(await read).toBe('abc');
  });

  it('stop the wait for room when the reader stops before it has read', async () => {
    const texts = new OrderedTexts(1);
    texts.add(Promise.resolve('a'));
    const room = texts.room();
    await texts[Symbol.asyncIterator]().return?.();
    await room;
    expect(texts.isGivenUp).toBe(true);
  });

  it('stop the wait for room when the reader stops half-way', async () => {
    const texts = new OrderedTexts(1);
    texts.add(Promise.resolve('a'));
    for await (const text of texts) {
      expect(text).toBe('a');
      texts.add(Promise.resolve('b'));
      break;
    }
    await texts.room();
    expect(texts.isGivenUp).toBe(true);
  });

  it('end the wait for a text when the reader stops', async () => {
    const texts = new OrderedTexts(1);
    texts.add(new Promise(() => {}));
    const iterator = texts[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('give the failure once the rest is read, and then nothing', async () => {
    const texts = new OrderedTexts(2);
    texts.add(Promise.resolve('a'));
    texts.end(new Error('the client went away'));
    const iterator = texts[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 'a' });
    await expect(iterator.next()).rejects.toThrow('the client went away');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
