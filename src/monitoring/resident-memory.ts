const bytesPerGb = 1024 ** 3;

/**
 * Resident memory of the process, in GiB. Node.js reads it from a file in /proc. null if no file descriptor is left to open it, or there is
 * no /proc.
 */
export function residentMemoryGb(): number | null {
  try {
    return process.memoryUsage.rss() / bytesPerGb;
  } catch {
    return null;
  }
}
