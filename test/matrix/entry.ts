/** The lines of Node.js that the package supports. */
export const nodeLines = ['20', '22', '24'] as const;

export type NodeLine = (typeof nodeLines)[number];

/** One line of the matrix: a temporary project with the packed tarball, a host in it, and what the host must do. */
export interface Entry {
  /** Unique. `--only` finds it by any part of it. */
  readonly name: string;
  /** The folder of `test/matrix/projects` that becomes the project. */
  readonly project: string;
  /** Files of the repository that are copied into the project too. */
  readonly files?: readonly string[];
  /** What the registry must give beside fraud-scorer, as `npm install` takes it: `['express@5']`. */
  readonly packages: readonly string[];
  /** Absent for a project that runs as it is. */
  readonly build?: Build;
  /** The program that is run, relative to the project or, where there is a build, to the folder that it writes. */
  readonly host: string;
  readonly check: Check;
  /** The one line of Node.js that CI runs it on; absent for an entry that only runs on demand. */
  readonly ci?: NodeLine;
}

/** A build writes one folder. Nothing else of the project is there when the host runs. */
export interface Build {
  /** A program of the project, with its arguments, that Node.js runs. */
  readonly command: readonly [program: string, ...args: string[]];
  /** The folder that it writes. */
  readonly output: string;
  /** What is installed beside the output: the package and what it needs, only what stays out of the bundle, all that the project has, or nothing. */
  readonly beside: 'everything' | 'externals' | 'project' | 'nothing';
}

/** Runs the host and throws where it does not do what it must. */
export type Check = (host: HostCommand) => Promise<void>;

/** What is tried without a project of its own. */
export interface Trial {
  readonly name: string;
  readonly run: (context: TrialContext) => Promise<void>;
  /** Why it cannot run here; null where it can. */
  readonly obstacle: () => string | null;
  readonly lines: readonly NodeLine[];
  readonly ci?: NodeLine;
}

export interface TrialContext {
  readonly node: string;
  readonly tarball: string;
  /** An empty folder, removed at the end. */
  readonly directory: string;
}

/** How a host is started. */
export interface HostCommand {
  /** The program of Node.js itself. */
  readonly node: string;
  /** The working directory. */
  readonly directory: string;
  /** The host's file, relative to the directory. */
  readonly program: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}
