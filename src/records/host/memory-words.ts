import { wordsOf } from './copy-words.js';

/** The words that a version's features lie in. The view is made again only where the memory is another. */
export class MemoryWords {
  #floats: Float32Array | null = null;
  #words: Uint32Array = new Uint32Array(0);

  of(floats: Float32Array): Uint32Array {
    if (this.#floats !== floats) {
      this.#floats = floats;
      this.#words = wordsOf(floats);
    }
    return this.#words;
  }
}
