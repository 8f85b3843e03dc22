/**
 * The number of buckets in which routing keys are counted. All requests of a key are in one bucket. So buckets are independent of each
 * other although requests of the same key are not. 512 buckets estimate a variance within about 6 % and take 16 KiB for each arm.
 */
export const bucketCount = 512;

/**
 * The bucket of a key, from its position on the routing interval. The hash is mixed again (lowbias32, by Chris Wellons), because an arm is
 * an interval of positions and each arm must have keys in all buckets.
 *
 * @param place the position of the key (`Router.place`), or a random number in [0, 1) for a request without a key, which is its own
 * cluster.
 * @returns an integer in [0, bucketCount).
 */
export function bucketOf(place: number): number {
  let mixed = (place * 2 ** 32) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 23;
}
