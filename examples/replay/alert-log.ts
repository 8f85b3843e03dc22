import type { Alert } from 'fraud-scorer';
import type { AlertNote } from './report.js';

/** Prints alerts when they are raised and cleared, and remembers them for the report. */
export class AlertLog {
  readonly #notes: AlertNote[] = [];
  readonly #elapsedSeconds: () => number;
  readonly #say: (line: string) => void;

  constructor(elapsedSeconds: () => number, say: (line: string) => void) {
    this.#elapsedSeconds = elapsedSeconds;
    this.#say = say;
  }

  get notes(): readonly AlertNote[] {
    return this.#notes;
  }

  raised({ rule, severity, value, threshold, message }: Alert): void {
    const raisedSeconds = this.#elapsedSeconds();
    this.#notes.push({ rule, severity, value, threshold, message, raisedSeconds, clearedSeconds: null });
    this.#say(`ALERT (${severity}) after ${raisedSeconds.toFixed(1)} s: ${message}`);
  }

  cleared({ rule, message }: Alert): void {
    const clearedSeconds = this.#elapsedSeconds();
    const note = this.#notes.findLast((one) => one.rule === rule && one.clearedSeconds === null);
    if (note !== undefined) note.clearedSeconds = clearedSeconds;
    this.#say(`alert cleared after ${clearedSeconds.toFixed(1)} s: ${message}`);
  }
}
