import { formatFigure, formatGoal, isMet } from '../../report/format.js';
import type { Goal, Unit } from '../../report/result.js';
import { type Figure, figureOf } from '../../statistics.js';

/** Something that was asked and looked at. Plain JSON. */
export interface Check {
  what: string;
  /** Null where nothing is asked. */
  asked: string | null;
  seen: string;
  /** What `seen` says in words, where it is a figure. */
  figure?: Figure;
  /** Null where nothing is asked, or too little was seen to tell. */
  met: boolean | null;
  /** Whether the whole run has failed where this is not met: correctness, and nothing lost. */
  isMust: boolean;
}

/** A figure against its limit. @param isMust speed is none. */
export function checkOf(goal: Goal, isMust = false): Check {
  const { what, figure, unit } = goal;
  return {
    what,
    asked: formatGoal(goal),
    seen: figure === null ? 'nothing' : formatFigure(figure, unit),
    ...(figure === null ? {} : { figure }),
    met: isMet(goal),
    isMust,
  };
}

/** A figure of which nothing is asked. */
export function reported(what: string, figure: Figure | number, unit: Unit): Check {
  const known = typeof figure === 'number' ? figureOf([figure]) : figure;
  return { what, asked: null, seen: formatFigure(known, unit), figure: known, met: null, isMust: false };
}

/** How many there are of what there must be none of. */
export function mustBeNone(what: string, count: number): Check {
  const seen = count.toLocaleString('en');
  return {
    what,
    asked: 'none',
    seen: count === 0 ? 'none' : seen,
    figure: figureOf([count]),
    met: count === 0,
    isMust: true,
  };
}

export function hasFailed(checks: readonly Check[]): boolean {
  return checks.some(({ isMust, met }) => isMust && met === false);
}
