import { systemClock, type Timer } from '../host/clock.js';

/** How long a step may take before it is reported, and how often it is reported from then on. */
const everyMs = 3_000;

export interface SlowSteps {
  begin: (step: string) => void;
  end: () => void;
}

/** Reports a step that takes long, such as loading a large forest, for which the runtime reports no progress. */
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
