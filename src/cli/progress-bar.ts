import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar {
  update(done: number, total: number, rows: number): void;
  stop(): void;
}

/** A progress bar on a terminal. Shows nothing if the stream goes to a file or a pipe. */
export function progressBar(stream: NodeJS.WriteStream): ProgressBar {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  const format = '{bar} {percentage} % | {rows} rows | {duration_formatted}, {eta_formatted} left';
  const options = {
    format,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    barsize: 28,
    fps: 5,
  };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(1, 0, { rows: 0 });
  return {
    update: (done, total, rows) => {
      bar.setTotal(Math.max(1, total));
      bar.update(Math.min(done, total), { rows: rows.toLocaleString('en') });
    },
    stop: () => bar.stop(),
  };
}
