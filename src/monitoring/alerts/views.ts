import type { AlertSnapshot, VersionSnapshot } from '../../api/alerts.js';
import type { Seen } from './rule.js';

type Reading = Pick<Seen, 'value' | 'volume' | 'threshold'>;
type View = (snapshot: AlertSnapshot) => readonly Seen[] | null;

/** What a snapshot says of all versions together, and of each of them. */
type Part = Pick<VersionSnapshot, 'recent' | 'labels'>;

/** What a rule sees of all versions together and, while more than one answers requests, of each of those. */
export function ofTraffic(read: (part: Part) => Reading): View {
  return (snapshot) => {
    const seen: Seen[] = [{ version: null, ...read(snapshot) }];
    const answering = snapshot.versions.filter(({ role }) => role === 'primary' || role === 'challenger');
    if (answering.length > 1) for (const one of answering) seen.push({ version: one.version, ...read(one) });
    return seen;
  };
}

/** What a rule sees of each version; null where the rule does not concern it. */
export function ofVersions(read: (version: VersionSnapshot) => Reading | null): View {
  return ({ versions }) =>
    versions.flatMap((version) => {
      const reading = read(version);
      return reading === null ? [] : [{ version: version.version, ...reading }];
    });
}

/** Of what changes with requests alone: a host without traffic is told nothing new. */
export function whileBusy(view: View): View {
  return (snapshot) => (snapshot.recent.settled === 0 ? null : view(snapshot));
}
