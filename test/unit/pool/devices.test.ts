import { describe, expect, it } from 'vitest';
import { DeviceWatch } from '../../../src/pool/device-watch.js';
import { type DeviceSeat, deviceSummaries, providerInUse } from '../../../src/pool/devices.js';

const seat = (fields: Partial<DeviceSeat> = {}): DeviceSeat => ({
  isReady: true,
  provider: 'cuda',
  trials: [{ provider: 'cuda', reason: null }],
  problem: null,
  ...fields,
});
const onCpu = seat({
  provider: 'cpu',
  trials: [
    { provider: 'cuda', reason: 'no device' },
    { provider: 'cpu', reason: null },
  ],
});

describe('the devices of workers', () => {
  it('are given to them in turn, and each is seen with its own', () => {
    const seats = [seat(), seat({ isReady: false, problem: 'it failed' }), seat(), seat()];
    expect(deviceSummaries(seats, [4, 7])).toEqual([
      { device: 4, workers: 2, ready: 2, provider: 'cuda', problem: null },
      { device: 7, workers: 2, ready: 1, provider: 'cuda', problem: 'it failed' },
    ]);
  });

  it('tell why a worker is not on its own', () => {
    expect(deviceSummaries([seat(), onCpu], [0, 1])).toMatchObject([
      { problem: null },
      { device: 1, provider: 'cpu', problem: 'cuda: no device' },
    ]);
  });

  it('are none where no worker ever ran on one', () => {
    expect(deviceSummaries([onCpu, seat({ provider: null })], [0])).toEqual([]);
  });

  it('are used by the preferred provider of those that are ready', () => {
    expect(providerInUse([onCpu, seat()], ['cuda', 'cpu'])?.provider).toBe('cuda');
    expect(providerInUse([onCpu, seat({ isReady: false })], ['cuda', 'cpu'])).toEqual({
      provider: 'cpu',
      trials: onCpu.trials,
    });
    expect(providerInUse([seat({ isReady: false })], ['cuda', 'cpu'])).toBeNull();
  });
});

describe('DeviceWatch', () => {
  it('counts one failure of the device, and is on probation until a task is answered', () => {
    const watch = new DeviceWatch();
    expect(watch.look({ error: 'CUDA failure 719', ofDevice: true })).toBe('its device failed: CUDA failure 719');
    expect(watch.isOnProbation).toBe(true);
    expect(watch.look({ inferenceMs: 1 })).toBeNull();
    expect(watch.isOnProbation).toBe(false);
  });

  it('treats sixteen failures in a row as a device failure, whatever they say, and fewer as none', () => {
    const watch = new DeviceWatch();
    for (let round = 0; round < 3; round += 1) {
      for (let failure = 0; failure < 15; failure += 1) expect(watch.look({ error: 'of a row' })).toBeNull();
      expect(watch.look({ inferenceMs: 1 })).toBeNull();
    }
    for (let failure = 0; failure < 15; failure += 1) watch.look({ error: 'of a row' });
    expect(watch.look({ error: 'of a row' })).toBe('its device failed: of a row');
  });
});
