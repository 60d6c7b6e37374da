/** Generated from schemas/history.schema.json by `npm run types`; edit the schema instead. */

/**
 * What fairlead history --json writes: the runs of an environment, or with an id the releases of one service; newest first. The texts are those of State, which anyone may have written who can push its branch.
 */
export interface HistoryJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The environment.
   */
  environment: string;
  /**
   * The commit of State that the history ends with; null where nothing was ever applied.
   */
  state: string | null;
  /**
   * The runs, newest first; absent where one service was asked for.
   */
  runs?: HistoryRunJson[];
  /**
   * The service that was asked for; absent without one.
   */
  service?: string;
  /**
   * Its releases, newest first; absent where none was asked for.
   */
  releases?: HistoryReleaseJson[];
}
/**
 * One run.
 */
export interface HistoryRunJson {
  /**
   * The run, as State names it.
   */
  run: string;
  /**
   * Where it can be watched; absent where nobody said so.
   */
  url?: string;
  /**
   * When its first commit was made.
   */
  began: string;
  /**
   * When its last commit was made.
   */
  ended: string;
  /**
   * Its last commit on the state branch.
   */
  state: string;
  /**
   * The commit that it applied; null for a working folder, or where it applied none.
   */
  commit: string | null;
  /**
   * What it meant to do and what became of it, in the order of application.
   */
  services: HistoryStepJson[];
  /**
   * The subjects of its commits, oldest first.
   */
  says: string[];
}
/**
 * One service in one run.
 */
export interface HistoryStepJson {
  /**
   * The service's id.
   */
  service: string;
  /**
   * The step's action.
   */
  action: string;
  /**
   * The release brought in; null: none.
   */
  release: number | null;
  /**
   * What became of it; null: the run did not come to record it.
   */
  outcome: null | "done" | "found-done" | "failed" | "rolled-back" | "discarded" | "skipped";
  /**
   * One line for people; absent where there is none.
   */
  says?: string;
}
/**
 * One release.
 */
export interface HistoryReleaseJson {
  /**
   * Its number.
   */
  number: number;
  /**
   * When its intent was recorded.
   */
  created_at: string;
  /**
   * The commit that declares it; null for a working folder.
   */
  commit: string | null;
  /**
   * The run that made it.
   */
  run: string;
  /**
   * Digest of its spec.
   */
  spec_digest: string;
  /**
   * Digest of what it runs.
   */
  artifact_digest: string;
  /**
   * What it changed from the release that served before it, for people.
   */
  changes: string;
  /**
   * What became of it.
   */
  end: {
    /**
     * held: it failed, was rolled back, or was held by hand. not-begun: it was recorded and given up.
     */
    is: "serves" | "replaced" | "stopped" | "held" | "under-way" | "not-begun";
    /**
     * Since when it serves.
     */
    since?: string;
    /**
     * The release that replaced it.
     */
    by?: number;
    /**
     * When it was replaced, stopped or held.
     */
    at?: string;
    /**
     * Why it is held.
     */
    reason?: string;
  };
}
