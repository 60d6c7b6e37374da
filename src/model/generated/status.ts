/** Generated from schemas/status.schema.json by `npm run types`; edit the schema instead. */

/**
 * What fairlead status --json writes: what is recorded of an environment, and what runs.
 */
export interface StatusJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The environment.
   */
  environment: string;
  /**
   * The commit of the State branch that was read; null where nothing was ever applied.
   */
  state: string | null;
  /**
   * Whether the target could be asked; false where nothing runs.
   */
  running: boolean;
  /**
   * The run that is applying at this moment, or null.
   */
  applying: null | ApplyingJson;
  /**
   * Every service that is declared or recorded, by id.
   */
  services: ServiceStatusJson[];
}
/**
 * A run that holds the claim.
 */
export interface ApplyingJson {
  /**
   * The run.
   */
  run: string;
  /**
   * When it took the claim.
   */
  since: string;
  /**
   * Where it can be looked at.
   */
  url?: string;
}
/**
 * One service, as recorded and as it runs.
 */
export interface ServiceStatusJson {
  /**
   * The service's id.
   */
  id: string;
  /**
   * Whether a service file declares it now.
   */
  declared: boolean;
  /**
   * The recorded release that serves; null where none does.
   */
  release: number | null;
  /**
   * How many instances the target keeps, over all releases.
   */
  wanted: number;
  /**
   * How many of them are ready.
   */
  ready: number;
  /**
   * Shares of traffic in percent, by release number, as the edge really gives them.
   */
  weights: {
    [k: string]: number;
  };
  /**
   * What runs.
   */
  instances: {
    /**
     * The instance's name on the target.
     */
    id: string;
    /**
     * The release it runs.
     */
    release: number;
    /**
     * starting until it is ready; failing in back-off or not ready any more.
     */
    phase: "starting" | "ready" | "failing" | "draining" | "gone";
    /**
     * Why it is not ready, where that is known.
     */
    says?: string;
  }[];
  /**
   * The release that failed, and why; it is not tried again until it changes or fairlead retry says so.
   */
  held?: string;
  /**
   * The change under way: strategy and phase.
   */
  rollout?: string;
  /**
   * Where clients reach it.
   */
  address?: string;
}
