/** The properties of a GPU, from the driver's tool, that determine its CUDA device id. */
export interface GpuIdentity {
  /** `GPU-` and hexadecimal digits. */
  uuid: string;
  name: string;
}

/** The environment variables that determine which GPUs CUDA sees, and their order. */
export type CudaEnvironment = Readonly<Partial<Record<'CUDA_VISIBLE_DEVICES' | 'CUDA_DEVICE_ORDER', string>>>;

/**
 * The CUDA device id of each GPU in this process; null if CUDA does not see the GPU, or if the id is not known. If GPUs differ, CUDA puts
 * the fastest first, unless CUDA_DEVICE_ORDER says otherwise. Source: CUDA_VISIBLE_DEVICES in the CUDA programming guide.
 *
 * @param gpus in the order of their bus ids, as nvidia-smi lists them.
 */
export function cudaDeviceIds(gpus: readonly GpuIdentity[], environment: CudaEnvironment): (number | null)[] {
  const { CUDA_VISIBLE_DEVICES: visible, CUDA_DEVICE_ORDER: order } = environment;
  const areAlike = gpus.every(({ name }) => name === gpus[0]?.name);
  const isOrderKnown = areAlike || order === 'PCI_BUS_ID';
  if (visible === undefined) return gpus.map((_, index) => (isOrderKnown ? index : null));
  const ids = gpus.map((): number | null => null);
  const entries = visible.split(',').map((entry) => entry.trim());
  // The first entry determines the kind of all entries. Parts of GPUs (MIG) are not distinguished here.
  const isByUuid = entries[0]?.startsWith('GPU-') ?? false;
  if (!isByUuid && !isOrderKnown) return ids;
  for (const [id, entry] of entries.entries()) {
    const place = isByUuid ? placeByUuid(entry, gpus) : placeByOrder(entry, gpus);
    // CUDA ignores all entries after one that it does not know.
    if (place === null) break;
    // CUDA sees no GPU at all if one is named twice.
    if (ids[place] !== null) return gpus.map(() => null);
    ids[place] = id;
  }
  return ids;
}

function placeByOrder(entry: string, gpus: readonly GpuIdentity[]): number | null {
  const digits = /^\d+/.exec(entry)?.[0];
  return digits !== undefined && Number(digits) < gpus.length ? Number(digits) : null;
}

/** The beginning of a uuid is enough if it is unique. */
function placeByUuid(entry: string, gpus: readonly GpuIdentity[]): number | null {
  const places = gpus.flatMap(({ uuid }, place) => (entry.startsWith('GPU-') && uuid.startsWith(entry) ? [place] : []));
  return places.length === 1 ? (places[0] ?? null) : null;
}
