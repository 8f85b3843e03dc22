export interface ClosedLoopOptions {
  /** Callers, each of whom sends its next request when its last one has settled. */
  outstanding: number;
  /** Whether another is to be sent. */
  more: () => boolean;
  /** Sends one; resolves when it has settled. */
  send: () => Promise<void>;
}

/** Resolves when all that was sent has settled. */
export async function closedLoop({ outstanding, more, send }: ClosedLoopOptions): Promise<void> {
  const caller = async (): Promise<void> => {
    while (more()) await send();
  };
  await Promise.all(Array.from({ length: outstanding }, caller));
}
