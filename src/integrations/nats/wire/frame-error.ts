/** A frame from the network is damaged, truncated or of another kind. The message says where, never what it holds. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}
