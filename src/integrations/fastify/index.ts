/**
 * The routes of a scorer as a plugin of Fastify 5: the default export.
 *
 * @module
 */
export type * from '../http/route-types.js';
export { fraud as default } from './plugin.js';
export type { FraudPluginOptions } from './types.js';
