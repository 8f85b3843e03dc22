import { runInNewContext } from 'node:vm';

/** Makes no promise with the executor that `then` gives to its class. */
class Tagged extends Promise<never> {
  constructor(tag: string) {
    super((_, reject) => reject(new Error(tag)));
  }
}

/** What code of a host can return that rejects, or can't be read: each makes it anew, as the rejection of a promise is noticed when it is made. */
export const rejections: Readonly<Record<string, () => unknown>> = {
  'a promise': () => Promise.reject(new Error('of the host')),
  'a promise that rejects later': () => Promise.resolve().then(() => Promise.reject(new Error('of the host'))),
  'a promise of another realm': () => runInNewContext("Promise.reject(new Error('of another realm'))"),
  'a thenable': () => ({
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    then: (_: unknown, reject: (error: Error) => void) => reject(new Error('of the host')),
  }),
  'a function with a then': () =>
    Object.assign(() => {}, {
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      then: (_: unknown, reject: (error: Error) => void) => reject(new Error('of the host')),
    }),
  'an object whose then throws when it is called': () => ({
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    then: () => {
      throw new Error('of the host');
    },
  }),
  'an object whose then throws when it is read': () => ({
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    get then(): never {
      throw new Error('of the host');
    },
  }),
  'a promise of a class that does not pass the executor on': () => new Tagged('of the host'),
  'a promise whose constructor cannot be had': () =>
    Object.defineProperty(Promise.reject(new Error('of the host')), 'constructor', {
      configurable: true,
      get: () => {
        throw new Error('of its constructor');
      },
    }),
  'a promise of a class of its own': () => class extends Promise<never> {}.reject(new Error('of the host')),
};
