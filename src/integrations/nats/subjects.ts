/** The subject on which a scoring service answers, if nothing else is given. */
export const defaultSubject = 'fraud.score';

/** The queue group of the nodes of a scoring service, if nothing else is given. */
export const defaultGroup = 'fraud-scorer';

/**
 * The subjects of a scoring service. All begin with its own subject, so that one permission (`fraud.score.>` beside `fraud.score`) covers them.
 */
export interface ServiceSubjects {
  /** Requests for any node: nodes listen in the queue group. */
  readonly score: string;
  /** Questions to all nodes at once (the fleet's summary): nodes listen without a group. */
  readonly fleet: string;
  /** Events of all nodes, for those who watch the fleet. */
  readonly events: string;
  /** Labels for any node: nodes listen in the queue group. */
  readonly labels: string;
  /** Questions to all nodes who knows a decision: nodes listen without a group. */
  readonly findLabel: string;
}

/** @param subject the service's own subject, such as `fraud.score`. */
export function subjectsOf(subject: string): ServiceSubjects {
  return {
    score: subject,
    fleet: `${subject}.fleet`,
    events: `${subject}.fleet.events`,
    labels: `${subject}.labels`,
    findLabel: `${subject}.labels.find`,
  };
}

/** Labels for one node. @param id of the node. */
export function nodeLabelSubject(subject: string, id: string): string {
  return `${subject}.labels.node.${id}`;
}

/** Requests for one node. @param id of the node. */
export function nodeSubject(subject: string, id: string): string {
  return `${subject}.node.${id}`;
}
