import { systemClock, type Timer } from '../host/clock.js';

/** How long a step takes before it is spoken of, and how often from then on. */
const everyMs = 3_000;

export interface SlowSteps {
  begin: (step: string) => void;
  end: () => void;
}

/** Says what is being done where it takes long, such as the loading of a large forest, which the runtime tells nothing of. */
export function slowSteps(say: (text: string) => void): SlowSteps {
  let current = 'starting';
  let sinceMs = systemClock.now();
  const timer: Timer = systemClock.every(everyMs, () => {
    const seconds = Math.round((systemClock.now() - sinceMs) / 1000);
    if (seconds >= 2) say(`${current}: ${seconds} s …`);
  });
  return {
    begin: (step) => {
      current = step;
      sinceMs = systemClock.now();
    },
    end: () => timer.clear(),
  };
}
