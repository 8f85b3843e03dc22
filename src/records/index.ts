/**
 * Decision records: every decision can be shown, explained and computed again.
 *
 * @module
 */
export type * from '../api/records.js';
export type { RecordsFinding, RecordsReadSummary } from './read/findings.js';
export { type ReadRecordsOptions, type RecordsReading, readRecords } from './read/read-records.js';
export { type RecordableScorer, recordDecisions } from './record-decisions.js';
