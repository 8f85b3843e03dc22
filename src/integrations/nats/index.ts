/**
 * A fleet of scorers on NATS: a scoring service and its client, a worker for JetStream streams, deployments that all nodes follow, and the
 * fleet's summary.
 *
 * @module
 * @primaryExport
 */
export { defaultGroup, defaultSubject } from './subjects.js';
