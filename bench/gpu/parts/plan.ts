import type { Provider } from 'fraud-scorer';
import type { Plan } from '../budget.js';

/** A part before it is run; what it does is loaded in its own process alone. */
export interface PartPlan extends Plan {
  name: string;
  title: string;
  /** Environment of its process, before that of the bench. */
  environment: Readonly<Record<string, string>>;
  /** It says nothing on the CPU. */
  isForGpus?: true;
}

/** cuBLAS reads it when it is loaded: 0 forbids TF32, whatever a program asks for. Unset, the scorer would set 0. */
const tf32 = (override: '0' | '1') => ({ NVIDIA_TF32_OVERRIDE: override });

/** As the scorer is served, where a part does not say otherwise. */
const served = tf32('0');

/** In the order they are run: whether it is right before how fast it is, and what takes longest last. */
export const partPlans: readonly PartPlan[] = [
  { name: 'probe', title: 'The provider', plannedSeconds: 6, leastSeconds: 0, environment: served },
  {
    name: 'correctness',
    title: 'Correctness, TF32 forbidden',
    plannedSeconds: 16,
    leastSeconds: 0,
    environment: served,
  },
  {
    name: 'tf32',
    title: 'Correctness, TF32 allowed',
    plannedSeconds: 12,
    leastSeconds: 4,
    environment: tf32('1'),
    isForGpus: true,
  },
  {
    name: 'starts',
    title: 'Sessions opened beside a load',
    plannedSeconds: 14,
    leastSeconds: 6,
    environment: served,
  },
  { name: 'raw', title: 'session.run by batch size', plannedSeconds: 12, leastSeconds: 4, environment: served },
  { name: 'saturation', title: 'score() saturated', plannedSeconds: 16, leastSeconds: 6, environment: served },
  { name: 'open-loop', title: 'Latency at a given rate', plannedSeconds: 22, leastSeconds: 8, environment: served },
  {
    name: 'columns',
    title: 'scoreColumns over 10 million rows',
    plannedSeconds: 12,
    leastSeconds: 5,
    environment: served,
  },
  {
    name: 'sessions',
    title: 'Sessions on one device, with nothing around them',
    plannedSeconds: 9,
    leastSeconds: 4,
    environment: served,
  },
  {
    name: 'batching',
    title: 'How batches should form',
    plannedSeconds: 15,
    leastSeconds: 9,
    environment: served,
  },
  {
    name: 'kinds',
    title: 'Models of other types than float32',
    plannedSeconds: 12,
    leastSeconds: 6,
    environment: served,
  },
  { name: 'memory', title: 'Memory by sessions', plannedSeconds: 9, leastSeconds: 3, environment: served },
  { name: 'kill', title: 'Workers killed under load', plannedSeconds: 9, leastSeconds: 4, environment: served },
  {
    name: 'deploys',
    title: 'Versions deployed under load',
    plannedSeconds: 26,
    leastSeconds: 14,
    environment: served,
  },
  { name: 'exit', title: 'Exit while workers are busy', plannedSeconds: 12, leastSeconds: 4, environment: served },
  { name: 'soak', title: 'Soak', plannedSeconds: 0, leastSeconds: 8, environment: served },
];

/** Of a soak's process, before and after it is watched. */
const aroundSoakSeconds = 6;

/** The parts that are run: those chosen, the probe before them, and a soak as long as it is asked for. */
export function chosenParts(names: readonly string[], provider: Provider, soakSeconds: number): PartPlan[] {
  return partPlans
    .filter(({ name, isForGpus }) => (name === 'probe' || names.includes(name)) && !(isForGpus && provider === 'cpu'))
    .filter(({ name }) => name !== 'soak' || soakSeconds > 0)
    .map((plan) => (plan.name === 'soak' ? { ...plan, plannedSeconds: soakSeconds + aroundSoakSeconds } : plan));
}
