import type { BusinessSummary } from '../../api/summary.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import { ratio } from '../ratio.js';

/** Labels and the decisions they were compared with: of one version, or of all. */
export class LabelCounts {
  readonly confusion = new ConfusionMatrix();
  /** Labels of decisions that this scorer took itself. */
  labelledOwn = 0;

  /** @param total the decisions that labels are compared with. */
  summary(total: number): ReturnType<ConfusionMatrix['summary']> & Pick<BusinessSummary, 'labelCoverage'> {
    return { ...this.confusion.summary(), labelCoverage: ratio(this.labelledOwn, total) };
  }
}
