import type { DeploymentEvent, DeploymentSummary, FraudScorer } from '../../../src/index.js';
import { PolicyHistory } from './policy-history.js';

/** A version from its deploy to its retirement; one that is deployed again lives anew. */
export interface Life {
  readonly version: string;
  /** Its threshold `blockProbability`. */
  readonly policy: PolicyHistory;
  /** Whether `retire` has resolved: it may answer nothing any more. */
  isOver: boolean;
}

/** A share of the traffic. */
interface Arm {
  readonly life: Life;
  readonly share: number;
}

/** Who answers what, from one change to the next. */
export interface Split {
  readonly primary: Arm;
  readonly challengers: readonly [Arm | null, Arm | null];
  readonly standby: Life | null;
  readonly shadows: readonly Life[];
}

/** How many of a role there may be. */
const most = { primary: 1, standby: 1, challenger: 2 } as const;

/**
 * What a scorer's events and `deployments()` say of its versions, held against each other and against the contract at every change. A
 * request is routed in the turn of its call: the split of that moment says by whom it may be answered.
 */
export class LiveVersions {
  readonly problems: string[] = [];
  /** Changes of the policy so far. */
  policyChanges = 0;
  /** Shadows that are being promoted. */
  readonly promoting = new Set<string>();
  events = 0;
  looks = 0;
  /** As the host last set it; a version that is deployed without one of its own begins with it. */
  #policy: number;
  readonly #scorer: FraudScorer;
  readonly #lives = new Map<string, Life>();
  /** The last that have ended: they may still answer what they were given, by the host's thresholds of that time. */
  readonly #ended: Life[] = [];
  /** The thresholds that versions to come bring with them. */
  readonly #coming = new Map<string, number>();
  #now: Split;

  constructor(scorer: FraudScorer, policy: number) {
    this.#scorer = scorer;
    this.#policy = policy;
    const { version } = scorer.summary().model;
    const life = this.#begin(version);
    this.#now = { primary: { life, share: 1 }, challengers: [null, null], standby: null, shadows: [] };
    scorer.on('deployment', (event) => this.#onEvent(event));
  }

  get now(): Split {
    return this.#now;
  }

  /** All that are live. */
  get all(): Life[] {
    const { primary, challengers, standby, shadows } = this.#now;
    const arms = [primary, ...challengers].filter((arm) => arm !== null);
    return [...arms.map(({ life }) => life), ...(standby === null ? [] : [standby]), ...shadows];
  }

  find(version: string): Life | null {
    return this.all.find((life) => life.version === version) ?? null;
  }

  /** A version is about to be deployed with a threshold of its own; undefined: it will not be. */
  expect(version: string, policy: number | undefined): void {
    if (policy === undefined) this.#coming.delete(version);
    else this.#coming.set(version, policy);
  }

  setPolicy(value: number): void {
    this.policyChanges += 1;
    this.#policy = value;
    for (const { policy } of [...this.#lives.values(), ...this.#ended]) policy.change(value, this.policyChanges);
    this.#scorer.setPolicy({ blockProbability: value });
  }

  /** Holds `deployments()` against the contract. */
  look(): DeploymentSummary[] {
    this.looks += 1;
    const live = this.#scorer.deployments().filter(({ role }) => role !== 'retired');
    const tell = (what: string): void => this.#tell(`${what}: ${describe(live)}`);
    for (const [role, limit] of Object.entries(most)) {
      if (live.filter((one) => one.role === role).length > limit) tell(`more than ${limit} of role ${role}`);
    }
    if (!live.some(({ role }) => role === 'primary')) tell('no primary');
    const sharing = live.filter(({ role }) => role === 'primary' || role === 'challenger');
    const total = sharing.reduce((sum, { traffic }) => sum + traffic, 0);
    if (Math.abs(total - 1) > 1e-9) tell(`shares of ${total} in all`);
    if (live.some(({ traffic }) => traffic < 0 || traffic > 1)) tell('a share outside [0, 1]');
    if (live.some((one) => !sharing.includes(one) && one.traffic !== 0)) tell('a share without a right to it');
    if (new Set(live.map(({ version }) => version)).size < live.length) tell('a version twice');
    return live;
  }

  #onEvent({ type, version }: DeploymentEvent): void {
    this.events += 1;
    if (type === 'failed' || type === 'policy' || version === null) return;
    const before = this.#now;
    const live = this.look();
    const arm = ({ version, traffic }: DeploymentSummary): Arm => ({ life: this.#lifeOf(version), share: traffic });
    const [primary] = live.filter(({ role }) => role === 'primary').map(arm);
    if (primary === undefined) return;
    const challengers = live.filter(({ role }) => role === 'challenger').map(arm);
    const standby = live.find(({ role }) => role === 'standby');
    const shadows = live.filter(({ role }) => role === 'shadow');
    this.#now = {
      primary,
      challengers: placed(before.challengers, challengers),
      standby: standby === undefined ? null : this.#lifeOf(standby.version),
      shadows: shadows.map(({ version }) => this.#lifeOf(version)),
    };
    for (const gone of this.#lives.keys()) if (!live.some((one) => one.version === gone)) this.#end(gone);
  }

  #lifeOf(version: string): Life {
    return this.#lives.get(version) ?? this.#begin(version);
  }

  #begin(version: string): Life {
    const policy = new PolicyHistory(this.#coming.get(version) ?? this.#policy, this.policyChanges);
    const life = { version, policy, isOver: false };
    this.#coming.delete(version);
    this.#lives.set(version, life);
    return life;
  }

  #end(version: string): void {
    // A shadow that is promoted lives anew, with the threshold that it had.
    const life = this.#lives.get(version);
    if (life !== undefined && this.promoting.has(version)) this.#coming.set(version, life.policy.current);
    this.#lives.delete(version);
    if (life === undefined) return;
    this.#ended.push(life);
    if (this.#ended.length > 50) this.#ended.shift();
  }

  #tell(problem: string): void {
    if (this.problems.length < 10) this.problems.push(problem);
  }
}

/** A challenger keeps its place; one that is new takes the first that is free. */
function placed([first, second]: Split['challengers'], now: readonly Arm[]): [Arm | null, Arm | null] {
  const again = (arm: Arm | null): Arm | null => now.find(({ life }) => life === arm?.life) ?? null;
  const places: [Arm | null, Arm | null] = [again(first), again(second)];
  for (const arm of now.filter((arm) => !places.includes(arm))) places[places[0] === null ? 0 : 1] = arm;
  return places;
}

function describe(live: readonly DeploymentSummary[]): string {
  return live.map(({ version, role, traffic }) => `${version} ${role} ${traffic}`).join(', ');
}
