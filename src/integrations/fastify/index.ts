export type * from '../http/route-types.js';
export { fraud as default } from './plugin.js';
export type { FraudPluginOptions } from './types.js';
