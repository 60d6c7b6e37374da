/** Generated from schemas/state.schema.json by `npm run types`; edit the schema instead. */

/**
 * The files on a branch fairlead-state/<environment>: environment.json, journal.json, and one record a service at <first two hex digits of the id's SHA-256>/<id>.json. Written by Fairlead alone; its log is the deployment history.
 */
export type FairleadState = EnvironmentJson | JournalJson | HexIdJson;

/**
 * What belongs to the environment as a whole.
 */
export interface EnvironmentJson {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * The environment that this branch records.
   */
  environment: string;
  /**
   * The highest epoch ever claimed.
   */
  epoch: number;
  /**
   * Who is applying; null: nobody.
   */
  claim: null | Claim;
}
/**
 * Dead when `beat` stood still for `ttlMs` on the observer's own clock.
 */
export interface Claim {
  /**
   * The run that holds it.
   */
  run: string;
  /**
   * Where the run can be watched.
   */
  url?: string;
  /**
   * Random: tells this claim from any other.
   */
  nonce: string;
  /**
   * One above the last claim's.
   */
  epoch: number;
  /**
   * Counts the holder's signs of life.
   */
  beat: number;
  /**
   * Milliseconds without a beat after which it is dead.
   */
  ttlMs: number;
  /**
   * When it was taken.
   */
  since: string;
  /**
   * The run whose dead claim this one replaced.
   */
  tookOver?: string;
}
/**
 * The last run's intent and what became of it.
 */
export interface JournalJson {
  /**
   * The run that wrote it.
   */
  run: string;
  /**
   * The run's epoch.
   */
  epoch: number;
  /**
   * The commit applied; null: a working folder.
   */
  commit: null | string;
  /**
   * Digest of the plan applied.
   */
  planDigest: string;
  /**
   * When the intent was recorded.
   */
  at: string;
  /**
   * One step each, in the order of application.
   */
  entries: {
    /**
     * The service.
     */
    service: string;
    /**
     * The step's action.
     */
    action: string;
    /**
     * The step's digest.
     */
    digest: string;
    /**
     * The number of the release brought in; null: none.
     */
    release: null | number;
    /**
     * What became of it; null: not known yet.
     */
    outcome: null | "done" | "found-done" | "failed" | "rolled-back" | "discarded" | "skipped";
    /**
     * One line for people.
     */
    says?: string;
  }[];
}
/**
 * One service in this environment.
 */
export interface HexIdJson {
  /**
   * The service's id, as in the file's name.
   */
  service: string;
  /**
   * The number that the next release gets.
   */
  nextRelease: number;
  /**
   * The release that serves; null: none.
   */
  stable: null | number;
  /**
   * The releases still needed, sorted by number.
   */
  releases: Release[];
  /**
   * The rollout under way or paused; null: none.
   */
  rollout: null | Rollout;
  /**
   * The release that failed and is not tried again as it is; null: none.
   */
  held: null | Held;
  /**
   * May not be deleted or replaced without being named, even once its file is gone.
   */
  protected: boolean;
  /**
   * When this record last changed.
   */
  updatedAt: string;
}
/**
 * A numbered, immutable revision of a service.
 */
export interface Release {
  /**
   * Never reused.
   */
  number: number;
  /**
   * The service.
   */
  service: string;
  spec: Spec;
  /**
   * Digest of `spec`.
   */
  specDigest: string;
  /**
   * What runs.
   */
  artifact:
    | {
        /**
         * An image of a registry.
         */
        kind: "image";
        /**
         * Its reference.
         */
        reference: string;
      }
    | {
        /**
         * Files kept in Git.
         */
        kind: "files";
        /**
         * Git ids of folders and files, by path.
         */
        trees: {
          [k: string]: string;
        };
      }
    | {
        /**
         * A rendered template.
         */
        kind: "template";
        /**
         * Its name.
         */
        template: string;
        /**
         * Its version.
         */
        version: string;
      }
    | {
        /**
         * Nothing of ours.
         */
        kind: "none";
      };
  /**
   * Digest of `artifact`.
   */
  artifactDigest: string;
  /**
   * Digest of all that a process can see.
   */
  runDigest: string;
  /**
   * Versions of the secrets used, by name; never values.
   */
  secrets: {
    [k: string]: string;
  };
  /**
   * The commit it was declared in; null: a working folder.
   */
  commit: null | string;
  /**
   * When it was recorded.
   */
  createdAt: string;
  /**
   * The run that recorded it.
   */
  run: string;
  /**
   * The id that the service had when the release was made.
   */
  renamedFrom?: string;
}
/**
 * A service resolved for one environment: keys and nesting of the service file, durations in milliseconds, sizes in bytes. Only what acting on it needs is described here; the blocks are those of service.schema.json.
 */
export interface Spec {
  /**
   * The service's id.
   */
  id: string;
  /**
   * Its name, for people.
   */
  name: string;
  /**
   * Its project.
   */
  project: string;
  /**
   * Its type.
   */
  type: "api" | "data" | "integration" | "utility";
  /**
   * The desired status.
   */
  status: "active" | "inactive" | "maintenance";
  /**
   * Path prefixes it answers.
   */
  endpoints: string[];
  /**
   * Services it needs.
   */
  dependencies: string[];
  /**
   * Program and arguments.
   */
  command?: string[];
  /**
   * Folder of its code.
   */
  source?: string;
  /**
   * What it runs with.
   */
  runtime: {
    /**
     * Instances wanted.
     */
    replicas: number;
    /**
     * Bytes.
     */
    memory_limit?: number;
  };
  /**
   * Its variables; secrets by reference only.
   */
  environment: {
    [k: string]:
      | string
      | {
          /**
           * The secret's name.
           */
          secret: string;
        };
  };
  /**
   * How it logs.
   */
  logging: {};
  /**
   * How it is rolled out.
   */
  deployment: {
    /**
     * The strategy.
     */
    strategy: "rolling" | "blue-green" | "canary" | "recreate";
    /**
     * Instances above `replicas`.
     */
    max_surge: number;
    /**
     * Instances below `replicas`.
     */
    max_unavailable: number;
  };
  /**
   * Needs to be named before it goes.
   */
  protected: boolean;
}
/**
 * One release replacing another: what makes pause and resume possible.
 */
export interface Rollout {
  /**
   * Unique: <service>/<to>/<epoch>-<nonce of the claim>.
   */
  id: string;
  /**
   * The service.
   */
  service: string;
  /**
   * The stable release being replaced; null: a first one.
   */
  from: null | number;
  /**
   * The release being brought in; null: the service goes away.
   */
  to: null | number;
  /**
   * How.
   */
  strategy: "rolling" | "blue-green" | "canary" | "recreate" | "in-place" | "retire";
  /**
   * The strategy's own word for where it is.
   */
  phase: string;
  /**
   * The strategy's step.
   */
  step: number;
  /**
   * Actions emitted so far.
   */
  ordinal: number;
  /**
   * Milliseconds of this phase that somebody watched.
   */
  phaseWatchedMs: number;
  /**
   * When it was last looked at, ms since the Unix epoch.
   */
  lastSeenAt: number;
  /**
   * From a person or another run.
   */
  order?: "promote" | "abort" | "pause";
  /**
   * Why it aborts.
   */
  because?: string;
  /**
   * The id this service had: what runs under it is renamed before anything else.
   */
  movedFrom?: string;
}
/**
 * A failed or rolled-back release.
 */
export interface Held {
  /**
   * Its number.
   */
  release: number;
  /**
   * Digest of its spec.
   */
  specDigest: string;
  /**
   * Digest of its artifact.
   */
  artifactDigest: string;
  /**
   * Why it failed, for people.
   */
  reason: string;
  /**
   * When it failed.
   */
  at: string;
}
