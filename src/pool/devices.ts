import type { DeviceSummary, Provider, ProviderAttempt } from '../api/provider.js';

/** What is looked at of a place for a worker. */
export interface DeviceSeat {
  readonly isReady: boolean;
  /** What its worker runs on, or ran on last; null before the first was ready. */
  readonly provider: Provider | null;
  readonly trials: readonly ProviderAttempt[];
  readonly problem: string | null;
}

/** Which of the devices a place belongs to: they are taken in turn. */
export function deviceOf(index: number, devices: readonly number[]): number {
  return devices[index % devices.length] ?? 0;
}

/** Whether a place's worker runs on a device, or ran on one last. */
export function isOnDevice({ provider }: Pick<DeviceSeat, 'provider'>): boolean {
  return provider !== null && provider !== 'cpu';
}

/** The devices, in the order they were given; none where no worker ever ran on one. */
export function deviceSummaries(seats: readonly DeviceSeat[], devices: readonly number[]): DeviceSummary[] {
  if (!seats.some(isOnDevice)) return [];
  return devices.map((device) => {
    const own = seats.filter((_, index) => deviceOf(index, devices) === device);
    const elsewhere = own.find(({ provider }) => provider === 'cpu');
    return {
      device,
      workers: own.length,
      ready: own.filter(({ isReady }) => isReady).length,
      provider: (own.find(isOnDevice) ?? elsewhere)?.provider ?? null,
      problem: own.find(({ problem }) => problem !== null)?.problem ?? reasonsOf(elsewhere?.trials ?? []),
    };
  });
}

/** What is in use: of the workers that are ready the provider that was preferred, with what came of the others. */
export function providerInUse(
  seats: readonly DeviceSeat[],
  providers: readonly Provider[],
): { provider: Provider; trials: readonly ProviderAttempt[] } | null {
  for (const provider of providers) {
    const seat = seats.find((candidate) => candidate.isReady && candidate.provider === provider);
    if (seat !== undefined) return { provider, trials: seat.trials };
  }
  return null;
}

function reasonsOf(trials: readonly ProviderAttempt[]): string | null {
  const reasons = trials.filter(({ reason }) => reason !== null);
  return reasons.length === 0 ? null : reasons.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ');
}
