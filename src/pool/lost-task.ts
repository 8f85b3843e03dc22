/** Why a task never came back: its worker died over it, hangs over it, or there was none to begin with it. */
export type LossKind = 'died' | 'hung' | 'unsent';

/** A task that no worker will answer. */
export class LostTask extends Error {
  override readonly name = 'LostTask';
  readonly kind: LossKind;
  /** Resolves once its worker can't touch the task's memory any more; null where it can't already. */
  readonly letGo: Promise<void> | null;

  constructor(kind: LossKind, message: string, letGo: Promise<void> | null = null) {
    super(message);
    this.kind = kind;
    this.letGo = letGo;
  }
}
