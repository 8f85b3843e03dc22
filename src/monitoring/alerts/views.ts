import type { AlertSnapshot, TrafficSnapshot, VersionSnapshot } from '../../api/alerts.js';
import type { Seen } from './rule.js';

type Reading = Pick<Seen, 'value' | 'volume' | 'threshold'>;
type View = (snapshot: AlertSnapshot) => readonly Seen[] | null;

/** What a rule sees of all versions together and, while more than one answers requests, of each of those. */
export function ofTraffic(read: (recent: TrafficSnapshot) => Reading): View {
  return ({ recent, versions }) => {
    const seen: Seen[] = [{ version: null, ...read(recent) }];
    const answering = versions.filter(({ role }) => role === 'primary' || role === 'challenger');
    if (answering.length > 1) for (const { version, recent } of answering) seen.push({ version, ...read(recent) });
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
