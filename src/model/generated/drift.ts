/** Generated from schemas/drift.schema.json by `npm run types`; edit the schema instead. */

/**
 * What fairlead drift --json writes: whether what runs is what is recorded.
 */
export interface DriftJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The environment looked at.
   */
  environment: string;
  /**
   * The commit of its State; null where nothing was ever applied.
   */
  state: string | null;
  /**
   * Whether any service is drifted or foreign: the command then ends with 2.
   */
  drifted: boolean;
  /**
   * Whether every recorded service could be seen.
   */
  complete: boolean;
  /**
   * Every service that is recorded or runs, by id.
   */
  services: DriftServiceJson[];
  /**
   * What is on the target and carries no label of Fairlead's: left alone, and no drift.
   */
  strangers: string[];
}
/**
 * How one service stands to its record.
 */
export interface DriftServiceJson {
  /**
   * The service's id.
   */
  service: string;
  /**
   * drifted: the next apply brings the recorded release back. foreign: it runs and is not recorded. changing: a rollout is under way.
   */
  is: "agrees" | "drifted" | "foreign" | "unreachable" | "changing";
  /**
   * The recorded release that should serve; null where none does.
   */
  release: number | null;
  /**
   * How it differs, for people; empty where it agrees.
   */
  says: string;
}
