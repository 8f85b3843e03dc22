/** Whether a scorer still takes new work. It closes once and stays closed. */
export class Door {
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }
}
