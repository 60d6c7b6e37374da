/** Generated from schemas/apply.schema.json by `npm run types`; edit the schema instead. */

/**
 * What fairlead apply --json writes: what became of each service.
 */
export interface ApplyJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The environment applied to.
   */
  environment: string;
  /**
   * The run, as State's log names it.
   */
  run: string;
  /**
   * What became of the whole. busy: another run is applying; fenced: another run took over; refused: nothing may be applied.
   */
  outcome: "nothing-to-do" | "applied" | "failed" | "busy" | "fenced" | "interrupted" | "paused" | "refused";
  /**
   * One sentence more where the outcome needs one.
   */
  says?: string;
  /**
   * The digest of the last plan that was made; null where it did not come to one.
   */
  plan_digest: string | null;
  /**
   * Every service that was touched, or should have been, by id.
   */
  services: ApplyServiceJson[];
  /**
   * Problems that were met.
   */
  diagnostics: ApplyDiagnosticJson[];
  /**
   * How to go on, for people.
   */
  next: string[];
}
/**
 * What became of one service.
 */
export interface ApplyServiceJson {
  /**
   * The service's id.
   */
  service: string;
  /**
   * The step's action; resume goes on with an earlier run's, restore brings back what is recorded, rollback was asked for by hand.
   */
  action:
    | "create"
    | "update"
    | "replace"
    | "delete"
    | "start"
    | "stop"
    | "move"
    | "no-op"
    | "held"
    | "resume"
    | "restore"
    | "rollback";
  /**
   * How it ended. rolled-back and failed are held from now on; skipped: what it needs failed; unfinished: the next run goes on.
   */
  outcome:
    "done" | "found-done" | "restored" | "rolled-back" | "failed" | "held" | "skipped" | "refused" | "unfinished";
  /**
   * One line for people.
   */
  says: string;
  /**
   * The release concerned; null where none is.
   */
  release: number | null;
}
/**
 * A problem, as diagnostics.schema.json describes it.
 */
export interface ApplyDiagnosticJson {
  /**
   * Its permanent code.
   */
  code: string;
  /**
   * How grave it is.
   */
  severity: "error" | "warning" | "info";
  /**
   * What is wrong.
   */
  summary: string;
}
