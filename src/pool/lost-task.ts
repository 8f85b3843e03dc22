/** Why a task never came back: its worker died, its worker hangs, or no worker could take it. */
export type LossKind = 'died' | 'hung' | 'unsent';

/** A task that no worker will answer. */
export class LostTask extends Error {
  override readonly name = 'LostTask';
  readonly kind: LossKind;
  /** Resolves when its worker cannot touch the task's memory any more; null if that is already so. */
  readonly letGo: Promise<void> | null;

  constructor(kind: LossKind, message: string, letGo: Promise<void> | null = null) {
    super(message);
    this.kind = kind;
    this.letGo = letGo;
  }
}
