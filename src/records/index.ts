/**
 * Decision records: every decision can be shown, explained and computed again.
 *
 * @module
 */
export type * from '../api/records.js';
export { type RecordableScorer, recordDecisions } from './record-decisions.js';
