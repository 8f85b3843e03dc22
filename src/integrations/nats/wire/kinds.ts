/** The first byte of a binary frame. A JSON message begins with another. */
export const magic = 0xf5;

/** The version of the frames. A node refuses others. */
export const frameVersion = 1;

/** What a frame is. */
export const frameKinds = { score: 1, reply: 2, refusal: 3 } as const;

/** The most rows of one frame. */
export const mostRows = 4096;
