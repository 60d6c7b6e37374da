/** Generated from schemas/plan.schema.json by `npm run types`; edit the schema instead. */

/**
 * What the rollout does and how long it takes; null where nothing runs.
 */
export type PlanTimeline = {
  /**
   * One line for each step.
   */
  steps: string[];
  /**
   * The most instances at once.
   */
  peak_instances: number;
  /**
   * Milliseconds at best.
   */
  shortest_ms: number;
  /**
   * Milliseconds until the deadlines end it.
   */
  longest_ms: number;
} | null;

/**
 * What fairlead plan --format json writes: what would turn what is recorded into what is declared, in one environment. The same input gives the same bytes. Secrets are never in it.
 */
export interface PlanJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * One entry per step, in the same order as fairlead.steps.
   */
  resource_changes: ResourceChange[];
  fairlead: FairleadPlan;
}
/**
 * One service, as Terraform would describe a resource.
 */
export interface ResourceChange {
  /**
   * fairlead_service and the service's id.
   */
  address: string;
  /**
   * The address before a move.
   */
  previous_address?: string;
  /**
   * Always managed.
   */
  mode: "managed";
  /**
   * Always fairlead_service.
   */
  type: "fairlead_service";
  /**
   * The service's id.
   */
  name: string;
  change: Change;
  /**
   * Why this action was chosen, where that is not plain.
   */
  action_reason?: string;
  /**
   * Ties the entry to its step.
   */
  fairlead: {
    /**
     * The action in Fairlead's words.
     */
    action: "create" | "update" | "replace" | "delete" | "start" | "stop" | "move" | "no-op" | "held";
    /**
     * The step's digest.
     */
    digest: string;
    /**
     * The gravest impact of its changes.
     */
    impact: "none" | "edge" | "scale" | "restart" | "replace";
  };
}
/**
 * The service before and after.
 */
export interface Change {
  /**
   * Terraform's words: a replace is delete and create, or create and delete; start and stop are update, and so is a move with further changes; move, no-op and held are no-op.
   *
   * @minItems 1
   * @maxItems 2
   */
  actions: ("no-op" | "create" | "update" | "delete")[];
  /**
   * The recorded service with typed values (milliseconds, bytes); null where there is none. A secret's value is null here.
   */
  before: {} | null;
  /**
   * The declared service with typed values; null where it goes away. A secret's value is null here.
   */
  after: {} | null;
  /**
   * true at each place of after that is known only once it is applied.
   */
  after_unknown: {} | boolean;
  /**
   * true at each place of before that is a secret.
   */
  before_sensitive: {} | boolean;
  /**
   * true at each place of after that is a secret.
   */
  after_sensitive: {} | boolean;
  /**
   * Fields whose change makes the replace necessary.
   */
  replace_paths?: (string | number)[][];
}
/**
 * The plan in Fairlead's own words.
 */
export interface FairleadPlan {
  /**
   * The environment planned.
   */
  environment: string;
  /**
   * The project's name.
   */
  project: string;
  /**
   * The kind of its target.
   */
  target: string;
  /**
   * The commit that was planned; null for a folder without one. Not part of the digest.
   */
  commit: string | null;
  /**
   * true where a working folder was planned that may differ from the commit.
   */
  dirty: boolean;
  /**
   * The commit of State that was compared with; null before the first apply. Not part of the digest.
   */
  state: string | null;
  /**
   * Digest of the sorted step digests.
   */
  digest: string;
  /**
   * How many steps of each action; no-op counts the services that agree.
   */
  counts: {
    [k: string]: number;
  };
  /**
   * Services whose steps must be named and were: bound to the digests of these steps.
   */
  allow_destroy: string[];
  /**
   * Services that change, in the order of application.
   */
  steps: PlanStep[];
  /**
   * Problems met while planning, as in fairlead validate --json.
   */
  diagnostics?: {}[];
}
/**
 * One service that changes.
 */
export interface PlanStep {
  /**
   * The service's id.
   */
  service: string;
  /**
   * What is done to it.
   */
  action: "create" | "update" | "replace" | "delete" | "start" | "stop" | "move" | "no-op" | "held";
  /**
   * What an approval binds to: digest of environment, service, prior record, next spec, artifact, action and versions of secrets.
   */
  digest: string;
  /**
   * Digest of the service's record as the plan saw it; null where there is none. The step is stale once it differs.
   */
  prior: string | null;
  /**
   * Digest of the declared service, which holds references in place of secrets; null where it goes away.
   */
  spec_digest: string | null;
  /**
   * Digest of what is to run; null where it goes away.
   */
  artifact_digest: string | null;
  /**
   * Versions (ids of the ciphertexts) of the secrets it uses, by name.
   */
  secrets: {
    [k: string]: string;
  };
  /**
   * The gravest impact of its changes.
   */
  impact: "none" | "edge" | "scale" | "restart" | "replace";
  /**
   * Fields that differ.
   */
  changes: PlanFieldChange[];
  /**
   * Why a replace or a hold, one sentence each.
   */
  reasons: string[];
  /**
   * How the change is rolled out; null where nothing runs.
   */
  strategy: "rolling" | "blue-green" | "canary" | "recreate" | "in-place" | "retire" | null;
  timeline: PlanTimeline;
  /**
   * Services that depend on this one, directly or through others: the blast radius.
   */
  dependents: string[];
  /**
   * Services of this plan whose steps end first.
   */
  waits_for: string[];
  /**
   * Whether the service is protected, by its file or by State.
   */
  protected: boolean;
  /**
   * true where the step is applied only if named with --allow-destroy.
   */
  must_be_named: boolean;
  /**
   * The id before a move.
   */
  previous_id?: string;
  /**
   * The file that declares the service.
   */
  file?: string;
  /**
   * What runs, before and after.
   */
  artifact?: {
    /**
     * What the record says.
     */
    before: {
      /**
       * What sort of artifact it is.
       */
      kind: "image" | "files" | "template" | "none";
      /**
       * image: the reference.
       */
      reference?: string;
      /**
       * files: Git's tree ids, by path.
       */
      trees?: {
        [k: string]: string;
      };
      /**
       * template: its name.
       */
      template?: string;
      /**
       * template: its version.
       */
      version?: string;
    } | null;
    /**
     * What is declared.
     */
    after: {
      /**
       * What sort of artifact it is.
       */
      kind: "image" | "files" | "template" | "none";
      /**
       * image: the reference.
       */
      reference?: string;
      /**
       * files: Git's tree ids, by path.
       */
      trees?: {
        [k: string]: string;
      };
      /**
       * template: its name.
       */
      template?: string;
      /**
       * template: its version.
       */
      version?: string;
    } | null;
  };
}
/**
 * One field that differs. before or after is absent where the field is not there on that side.
 */
export interface PlanFieldChange {
  /**
   * Keys from the top of the service file; source stands for the code itself.
   */
  path: string[];
  /**
   * The recorded value, typed; null for a secret.
   */
  before?: {
    [k: string]: unknown;
  };
  /**
   * The declared value, typed; null for a secret.
   */
  after?: {
    [k: string]: unknown;
  };
  /**
   * What the change costs.
   */
  impact: "none" | "edge" | "scale" | "restart" | "replace";
  /**
   * How the typed values are written for people.
   */
  format?: "duration" | "size" | "secret";
  /**
   * true where the values are secrets and stand here as null.
   */
  sensitive?: boolean;
  /**
   * The version of the recorded secret's ciphertext.
   */
  before_version?: string;
  /**
   * The version of the declared secret's ciphertext.
   */
  after_version?: string;
}
