/** What a request that has no routing key is routed by. Whether it is an id is for the reader to say. */
export function idOf(request: { readonly id?: unknown }): string | undefined {
  try {
    const { id } = request;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
