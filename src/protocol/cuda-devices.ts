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
  const entries = visible.split(',').map((entry) => entry.trim());
  // The first entry says of which kind all are. Parts of GPUs (MIG) are not told apart here.
  const isByUuid = entries[0]?.startsWith('GPU-') ?? false;
  if (!isByUuid && !isOrderKnown) return ids;
  for (const [id, entry] of entries.entries()) {
    const place = isByUuid ? placeByUuid(entry, gpus) : placeByOrder(entry, gpus);
    // CUDA sees none of those after one that it does not know.
    if (place === null) break;
    // And none at all where one is named twice.
    if (ids[place] !== null) return gpus.map(() => null);
    ids[place] = id;
  }
  return ids;
}

function placeByOrder(entry: string, gpus: readonly GpuIdentity[]): number | null {
  const digits = /^\d+/.exec(entry)?.[0];
  return digits !== undefined && Number(digits) < gpus.length ? Number(digits) : null;
}

/** A beginning of the uuid is enough, where it is of one alone. */
function placeByUuid(entry: string, gpus: readonly GpuIdentity[]): number | null {
  const places = gpus.flatMap(({ uuid }, place) => (entry.startsWith('GPU-') && uuid.startsWith(entry) ? [place] : []));
  return places.length === 1 ? (places[0] ?? null) : null;
}
