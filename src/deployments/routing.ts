/** Where a routing key lies: placeholder until the published function is merged. */
export class Router {
  constructor(readonly salt: string) {}

  place(key: string): number {
    let hash = 0;
    for (const char of this.salt + key) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0;
    return (hash >>> 0) / 2 ** 32;
  }
}

export function armOf(u: number, first: number, second: number): 0 | 1 | 2 {
  if (u < first) return 1;
  return u >= 1 - second ? 2 : 0;
}
