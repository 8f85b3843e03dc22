import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../examples/replay/in-flight.js';

describe('InFlight', () => {
  it('has room up to its limit, and says when there is room again', async () => {
    const inFlight = new InFlight(2);
    inFlight.add();
    expect(inFlight.room()).toBeUndefined();
    inFlight.add();
    const room = inFlight.room();
    expect(room).toBeInstanceOf(Promise);
    inFlight.remove();
    await room;
    expect(inFlight.room()).toBeUndefined();
  });

  it('is idle at once where nothing is out, and otherwise when the last is back', async () => {
    const inFlight = new InFlight(10);
    await inFlight.idle();
    inFlight.add();
    inFlight.add();
    let idle = false;
    const done = inFlight.idle().then(() => {
      idle = true;
    });
    inFlight.remove();
    await Promise.resolve();
    expect(idle).toBe(false);
    inFlight.remove();
    await done;
    expect(inFlight.count).toBe(0);
  });
});
