import type { AlertSnapshot, VersionSnapshot } from '../../api/alerts.js';
import type { Seen } from './rule.js';

type Reading = Pick<Seen, 'value' | 'volume' | 'threshold'>;
type View = (snapshot: AlertSnapshot) => readonly Seen[] | null;

/** The part that a snapshot has for all versions together and for each version. */
type Part = Pick<VersionSnapshot, 'recent' | 'labels'>;

/** The values of all versions together and, while more than one version answers requests, of each of those. */
export function ofTraffic(read: (part: Part) => Reading): View {
  return (snapshot) => {
    const seen: Seen[] = [{ version: null, ...read(snapshot) }];
    const answering = snapshot.versions.filter(({ role }) => role === 'primary' || role === 'challenger');
    if (answering.length > 1) for (const one of answering) seen.push({ version: one.version, ...read(one) });
    return seen;
  };
}

/** The values of each version; null if the rule does not apply to it. */
export function ofVersions(read: (version: VersionSnapshot) => Reading | null): View {
  return ({ versions }) =>
    versions.flatMap((version) => {
      const reading = read(version);
      return reading === null ? [] : [{ version: version.version, ...reading }];
    });
}

/** For values that change only with requests: without traffic, there is nothing new to report. */
export function whileBusy(view: View): View {
  return (snapshot) => (snapshot.recent.settled === 0 ? null : view(snapshot));
}
