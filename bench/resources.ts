interface Closable {
  close(): Promise<unknown>;
}

/** What a scenario has opened, closed in the opposite order whatever happened on the way. */
export class Resources {
  readonly #open: Closable[] = [];

  add<T extends Closable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#open.splice(0).reverse()) await resource.close();
  }
}
