import type { AnswersOptions } from '../../src/answering/answers.js';

/** The log of a version whose decisions nobody records. */
export const noLog: AnswersOptions['log'] = {
  isActive: false,
  begin() {},
  add() {},
  end() {},
  hold() {},
  answerHeld() {},
};
