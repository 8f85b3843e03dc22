/** Whether a scorer still takes new work. It is closed once, and for good. */
export class Door {
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }
}
