export interface PacedLoopOptions {
  ratePerSecond: number;
  /** Whether another is to be sent. */
  more: () => boolean;
  /** Called when a request's time has come, whether or not others have settled. */
  send: () => void;
}

/** Sends at an even rate; after a stall what is due is sent at once. Resolves when all is sent. */
export function pacedLoop({ ratePerSecond, more, send }: PacedLoopOptions): Promise<void> {
  return new Promise((resolve) => {
    const start = performance.now();
    let sent = 0;
    const tick = setInterval(() => {
      const due = ((performance.now() - start) * ratePerSecond) / 1000;
      for (; sent < due && more(); sent += 1) send();
      if (more()) return;
      clearInterval(tick);
      resolve();
    }, 1);
  });
}
