/** What of a GPU, as the driver's tool lists it, says which CUDA device it is. */
export interface GpuIdentity {
  /** `GPU-` and hexadecimal digits. */
  uuid: string;
  name: string;
}

/** The variables of the environment that say which GPUs CUDA sees, and in which order. */
export type CudaEnvironment = Readonly<Partial<Record<'CUDA_VISIBLE_DEVICES' | 'CUDA_DEVICE_ORDER', string>>>;

/**
 * The id that CUDA gives each GPU in this process; null for one that it does not see, or where that can't be told: of GPUs that are not
 * alike CUDA puts the fastest first, unless CUDA_DEVICE_ORDER says otherwise. As the CUDA programming guide has it of CUDA_VISIBLE_DEVICES.
 *
 * @param gpus in the order of their places on the bus, as nvidia-smi lists them.
 */
export function cudaDeviceIds(gpus: readonly GpuIdentity[], environment: CudaEnvironment): (number | null)[] {
  const { CUDA_VISIBLE_DEVICES: visible, CUDA_DEVICE_ORDER: order } = environment;
  const areAlike = gpus.every(({ name }) => name === gpus[0]?.name);
  const isOrderKnown = areAlike || order === 'PCI_BUS_ID';
  if (visible === undefined) return gpus.map((_, index) => (isOrderKnown ? index : null));
  const ids = gpus.map((): number | null => null);
  for (const [id, entry] of visible.split(',').entries()) {
    const place = placeOf(entry.trim(), gpus);
    // CUDA sees none of those after one that it does not know.
    if (place === null) break;
    if (place !== 'hidden' && (isOrderKnown || !place.isByOrder)) ids[place.index] = id;
  }
  return ids;
}

/** Where in the list the GPU of an entry is; 'hidden' for a part of one (MIG), null where there is none. */
function placeOf(entry: string, gpus: readonly GpuIdentity[]): { index: number; isByOrder: boolean } | 'hidden' | null {
  if (entry.startsWith('MIG-')) return 'hidden';
  if (/^\d+$/.test(entry)) return Number(entry) < gpus.length ? { index: Number(entry), isByOrder: true } : null;
  const matching = gpus.flatMap(({ uuid }, index) => (uuid.startsWith(entry) ? [index] : []));
  const [index] = matching;
  // A beginning of the uuid is enough, where it is of one alone.
  return index === undefined || matching.length > 1 || !entry.startsWith('GPU-') ? null : { index, isByOrder: false };
}
