import type { DeviceSummary, Provider, ProviderAttempt } from '../api/provider.js';

/** The parts of a worker's place that are needed here. */
export interface DeviceSeat {
  readonly isReady: boolean;
  /** The provider that its worker uses, or used last; null before the first was ready. */
  readonly provider: Provider | null;
  readonly trials: readonly ProviderAttempt[];
  readonly problem: string | null;
}

/** The device of a place. Places take the devices in turn. */
export function deviceOf(index: number, devices: readonly number[]): number {
  return devices[index % devices.length] ?? 0;
}

/** Whether a place's worker runs on a device, or ran on one last. */
export function isOnDevice({ provider }: Pick<DeviceSeat, 'provider'>): boolean {
  return provider !== null && provider !== 'cpu';
}

/** The devices in the given order; empty if no worker ever ran on one. */
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

/** The most preferred provider among the ready workers, with the results of the other providers. */
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
