/** `<yyyymmddThhmmssZ>-<run>-<part>.<ext>`: files in the order of their names are in the order of their times. */
export function fileName(begunAt: number, run: string, part: number, extension: string): string {
  const time = new Date(begunAt).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${run}-${String(part).padStart(6, '0')}.${extension}`;
}

const pattern = /^(\d{8}T\d{6}Z)-([0-9a-f]+)-(\d{6,})\.(fsr|ndjson|ndjson\.gz)$/;

/** Whether a file is one of records. Others in the directory are not touched. */
export function isRecordsFile(name: string): boolean {
  return pattern.test(name);
}

/** What the name of a file of records says; null where it is no such name. */
export function readFileName(name: string): { time: string; run: string; part: number } | null {
  const [, time, run, part] = pattern.exec(name) ?? [];
  return time === undefined || run === undefined ? null : { time, run, part: Number(part) };
}
