import { stringify } from 'csv-stringify/sync';
import type { ModelResult } from '../../api/result.js';
import type { FileFormat } from './file-format.js';

export type ScoreOfRow = Pick<ModelResult, 'fraudProbability' | 'riskScore' | 'decision'>;

/** The columns of the scores, after the column that identifies the row. */
export const scoreColumns = ['fraudProbability', 'riskScore', 'decision'] as const;

export interface ScoredRow {
  id: string | number | null;
  score: ScoreOfRow;
}

/** Formats scores as text in the format of a file. @param idColumn the name of the column that identifies the row. */
export interface ScoreLines {
  /** The beginning of the file. */
  readonly head: string;
  lines(rows: readonly ScoredRow[]): string;
}

export function scoreLines(kind: FileFormat['kind'], idColumn: string): ScoreLines {
  if (kind === 'csv') {
    return {
      head: stringify([[idColumn, ...scoreColumns]]),
      lines: (rows) =>
        stringify(
          rows.map(({ id, score: { fraudProbability, riskScore, decision } }) => {
            return [id, float32Text(fraudProbability), float32Text(riskScore), decision];
          }),
        ),
    };
  }
  return {
    head: '',
    lines: (rows) => rows.map((row) => jsonLine(idColumn, row)).join(''),
  };
}

function jsonLine(idColumn: string, { id, score: { fraudProbability, riskScore, decision } }: ScoredRow): string {
  const scores = `"fraudProbability":${float32Text(fraudProbability)},"riskScore":${float32Text(riskScore)}`;
  return `{${JSON.stringify(idColumn)}:${JSON.stringify(id)},${scores},"decision":"${decision}"}\n`;
}

/** The shortest decimal number that rounds to a float32 value. */
export function float32Text(value: number): string {
  for (let digits = 6; digits <= 8; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
